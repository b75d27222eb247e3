import Generation
import ImageCodecs
import Sheets

/// State of a grid's cells, and the sheet of it.
struct GridRun {
    let grid: Grid
    /// Results by cell, as far as they are drawn.
    private(set) var results: [Int: GenerationResult] = [:]
    /// Reasons by cell, of those that could not be drawn.
    private(set) var failures: [Int: CommandFailure] = [:]

    init(_ grid: Grid) { self.grid = grid }

    mutating func add(_ result: GenerationResult, for cell: Int) { results[cell] = result }

    mutating func fail(_ cell: Int, _ failure: CommandFailure) { failures[cell] = failure }

    /// The cell in words: `Steps: 20, CFG scale: 7`.
    func title(of cell: Int) -> String {
        zip(grid.axes, grid.places(of: cell)).map { $0.headings[$1] }.joined(separator: ", ")
    }

    /// Checks that the sheet can be made, before anything is drawn.
    static func checkSheet(of grid: Grid, requests: [GenerationRequest]) throws(CommandFailure) {
        let sizes = requests.map(\.finishedSize)
        let largest = PictureSize(width: sizes.map(\.width).max() ?? 1, height: sizes.map(\.height).max() ?? 1)
        do throws(SheetError) {
            _ = try Sheet.size(of: grid, cell: largest)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The labelled sheet of what is drawn: each cell's first picture, the reason where one failed.
    /// - Returns: nil when nothing is drawn; and the characters of labels that no font has.
    func sheet() throws(SheetError) -> (picture: Picture<RGBImage>, missingCharacters: String)? {
        guard let (_, first) = results.min(by: { $0.key < $1.key }), let picture = first.pictures.first else { return nil }
        let cells = (0..<grid.count).map { cell in
            if let picture = results[cell]?.pictures.first { return Sheet.Cell.picture(picture.content) }
            return .note(failures[cell]?.description ?? "")
        }
        let drawn = try Sheet(grid, cells: cells).drawn()
        var sheet = picture.with(drawn.image)
        sheet.infotext = Infotext(parsing: picture.infotext).ofSheet(grid).description
        return (sheet, drawn.missingCharacters)
    }

    /// All pictures in the order of the grid.
    var joined: GenerationResult? {
        results.sorted { $0.key < $1.key }.map(\.value).reduce(nil as GenerationResult?) { $0?.joined(with: $1) ?? $1 }
    }

    /// Why cells could not be drawn; nil when all were.
    var failure: CommandFailure? {
        guard let first = failures.min(by: { $0.key < $1.key }) else { return nil }
        return CommandFailure(
            first.value.reason,
            failures.count == 1 ? "One of \(grid.count) pictures could not be drawn (\(title(of: first.key))): \(first.value.description)"
                : "\(failures.count) of \(grid.count) pictures could not be drawn. The first (\(title(of: first.key))): "
                    + first.value.description)
    }
}

extension GenerationRequest {
    /// The size of the finished pictures, as far as the request says it.
    fileprivate var finishedSize: PictureSize {
        let size = PictureSize(width: recipe.width, height: recipe.height)
        return recipe.hires.isOn ? HiresSize(recipe.hires, first: size).final : size
    }
}
