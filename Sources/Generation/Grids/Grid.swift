/// Pictures in columns (x), rows (y) and blocks (z): the same request with each value of one field, or each combination of the values of
/// two or three fields.
///
/// Cells are numbered from 0 in the order of reading: from left to right, then row by row, then block by block.
public struct Grid: Sendable, Hashable, Codable {
    /// x, then y, then z.
    public let axes: [GridAxis]

    /// The most cells that a grid may have.
    public static let mostCells = 1000

    /// Makes a grid of one to three axes.
    /// - Throws: an error that names the field, for a field that has two axes and for more than `mostCells` cells.
    public init(_ axes: [GridAxis]) throws(InvalidRequest) {
        guard (1...3).contains(axes.count) else {
            throw InvalidRequest(
                field: "axes", .outOfRange(.init(axes.count), from: 1, to: 3), "A grid of \(axes.count) axes cannot be drawn. Use 1 to 3.")
        }
        for (index, axis) in axes.enumerated() where axes[..<index].contains(where: { $0.field == axis.field }) {
            throw InvalidRequest(
                field: axis.field, ErrorReason(.repeatedValue, ["value": .init(axis.field)]),
                "\(axis.field) has two axes. Write all of its values behind one.")
        }
        let count = axes.reduce(1) { $0 * $1.values.count }
        let longest = axes.max { $0.values.count < $1.values.count }
        guard count <= Self.mostCells else { throw Self.tooManyCells(count, field: longest?.field ?? "axes") }
        self.axes = axes
    }

    /// Reads a stored grid. Fields are not checked: another version may have others.
    /// - Throws: `DecodingError` when it is empty or too large.
    public init(from decoder: any Decoder) throws {
        axes = try decoder.container(keyedBy: CodingKeys.self).decode([GridAxis].self, forKey: .axes)
        let counts = axes.map(\.values.count)
        guard (1...3).contains(counts.count), counts.allSatisfy({ (1...Self.mostCells).contains($0) }), count <= Self.mostCells else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "A grid of \(counts) values cannot be drawn."))
        }
    }

    static func tooManyCells(_ count: Int?, field: String) -> InvalidRequest {
        InvalidRequest(
            field: field, ErrorReason(.tooManyCells, ["max": .init(mostCells)]).with("value", count.map { .init($0) }),
            "\(count.map { "\($0)" } ?? "So many") pictures are too many for a grid: \(mostCells) at most. Give \(field) fewer values.")
    }

    /// Number of cells.
    public var count: Int { axes.reduce(1) { $0 * $1.values.count } }

    /// The place of a cell's value on each axis.
    public func places(of cell: Int) -> [Int] {
        var rest = cell
        return axes.map { axis in
            defer { rest /= axis.values.count }
            return rest % axis.values.count
        }
    }

    /// A cell's value on each axis.
    public func values(of cell: Int) -> [String] { zip(axes, places(of: cell)).map { $0.values[$1] } }

    /// The model of a cell; nil when no axis goes through models.
    public func model(of cell: Int) -> String? {
        zip(axes, places(of: cell)).first { $0.0.field == GridAxis.model }.map { $0.values[$1] }
    }

    /// The request of a cell.
    /// - Parameter request: the one that is drawn with each value.
    /// - Throws: as `GridAxis.apply`, and the error of a request that cannot be drawn.
    public func request(of cell: Int, from request: GenerationRequest) throws(InvalidRequest) -> GenerationRequest {
        var request = request
        // In the order of the fields: a schedule that is said comes before one in a sampler's name.
        let keys = GenerationField.all.map(\.key)
        let inOrder = zip(axes, places(of: cell)).sorted { a, b in
            (keys.firstIndex(of: a.0.field) ?? 0) < (keys.firstIndex(of: b.0.field) ?? 0)
        }
        for (axis, place) in inOrder { try axis.apply(place, to: &request) }
        return request
    }

    /// The order in which cells are best drawn: each model is loaded once, and each size is compiled once. Otherwise they come as they
    /// stand.
    /// - Parameter cells: the model and the request of each cell.
    /// - Returns: the numbers of all cells.
    public static func drawingOrder(of cells: [(model: String, request: GenerationRequest)]) -> [Int] {
        var models: [String: Int] = [:]
        var shapes: [Shape: Int] = [:]
        let ranks = cells.map { cell in
            (models.rank(of: cell.model), shapes.rank(of: Shape(cell.request)))
        }
        return cells.indices.sorted { (ranks[$0].0, ranks[$0].1, $0) < (ranks[$1].0, ranks[$1].1, $1) }
    }

    /// Parts of a request that change the shapes of compiled networks.
    private struct Shape: Hashable {
        let width, height, batchSize: Int
        let tiling: Tiling
        let hires: [Float]
        /// Without guidance the denoiser gets half as many latents.
        let isGuided: Bool

        init(_ request: GenerationRequest) {
            (width, height, batchSize, tiling) = (request.width, request.height, request.batchSize, request.tiling)
            let pass = request.hires
            hires = pass.isOn ? [pass.scale, Float(pass.width), Float(pass.height)] : []
            isGuided = request.cfgScale != 1
        }
    }
}

extension Dictionary where Value == Int {
    /// The number of a key in the order in which keys are asked for first.
    fileprivate mutating func rank(of key: Key) -> Int {
        if let rank = self[key] { return rank }
        self[key] = count
        return count - 1
    }
}
