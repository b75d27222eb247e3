/// An algorithm with the tensors of one entry: what becomes of a weight, outputs by inputs and kernel.
///
/// Making one checks every shape, so that computing cannot fail.
/// Sources: LyCORIS `modules`, A1111 `extensions-builtin/Lora`, PEFT `tuners`.
protocol ChangeFormula: Sendable {
    var algorithm: LayerChange.Algorithm { get }
    /// The change depends on the weight as it stands.
    var readsWeight: Bool { get }
    /// The change at strength 1.
    /// - Parameter rankLimit: the ranks that count, of those that can be cut.
    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix
    /// The inner extent of the same as up · down; nil where it is no such product. Tells it without reading numbers.
    func rank(rankLimit: Int?) -> Int?
    /// The same as up · down; nil where it is no such product.
    func factors(rankLimit: Int?) -> (up: Matrix, down: Matrix)?
}

extension ChangeFormula {
    var readsWeight: Bool { false }
    func rank(rankLimit: Int?) -> Int? { nil }
    func factors(rankLimit: Int?) -> (up: Matrix, down: Matrix)? { nil }
}

extension LayerEntry {
    /// The formula of the entry's parts; nil when they change no weight.
    mutating func formula() throws(EntryProblem) -> (any ChangeFormula)? {
        if has("w_norm") { return try Difference(&self, part: "w_norm") }
        if has("diff") { return try Difference(&self, part: "diff") }
        if has("set_weight") { return try Replacement(&self) }
        if has("lora_up.weight", "lora_down.weight", "lora_mid.weight") { return try LowRank(&self) }
        if has("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b") { return try HadamardProduct(&self) }
        if tensors.keys.contains(where: { $0.hasPrefix("lokr_") }) { return try KroneckerProduct(&self) }
        if has("a1.weight", "a2.weight", "b1.weight", "b2.weight") { return try GeneralizedLoRA(&self) }
        if has("oft_blocks", "oft_diag") { return try Rotation(&self) }
        if has("on_input") { return try ChannelScaling(&self) }
        return nil
    }
}

/// A matrix that a file stores as a product of two, or of three: with a core between them that holds the kernel.
struct FactoredMatrix: Sendable {
    private let left: StoredMatrix
    private let right: StoredMatrix
    private let core: StoredMatrix?
    private let taps: Int
    /// The left matrix is stored by ranks.
    private let isLeftTransposed: Bool

    /// Rows of the right matrix as it is stored.
    var rank: Int { right.rows }
    /// No core stands between the two.
    var isPlain: Bool { core == nil }

    /// - Parameters:
    ///   - rows: of the product; nil for any.
    ///   - inputs: of the product.
    ///   - core: the name of the part that may stand between the two.
    ///   - coreTurnsLeft: where there is a core, the left matrix is stored by ranks.
    init(
        _ entry: inout LayerEntry, left: String, right: String, core: String, rows: Int, inputs: Int, coreTurnsLeft: Bool = false
    ) throws(EntryProblem) {
        taps = entry.shape.taps
        guard entry.has(core) else {
            self.right = try entry.matrix(right, columns: inputs * taps)
            self.left = try entry.matrix(left, rows: rows, columns: self.right.rows)
            (self.core, isLeftTransposed) = (nil, false)
            return
        }
        self.right = try entry.matrix(right, columns: inputs)
        isLeftTransposed = coreTurnsLeft
        let rank = self.right.rows
        self.left = coreTurnsLeft ? try entry.matrix(left, rows: rank, columns: rows) : try entry.matrix(left, rows: rows, columns: rank)
        self.core = try entry.matrix(core, rows: rank, columns: rank * taps)
        guard entry.shape.hasRoom(for: rank, inputs * taps) else {
            throw EntryProblem(part: right, reason: .tooLarge(self.right.tensor.shape))
        }
    }

    /// Without a core.
    /// - Precondition: `left` has as many columns as `right` has rows.
    init(_ left: StoredMatrix, _ right: StoredMatrix) {
        (self.left, self.right, core, taps, isLeftTransposed) = (left, right, nil, 1, false)
    }

    /// The two whose product it is.
    func read() -> (left: Matrix, right: Matrix) {
        let left = isLeftTransposed ? self.left.read().transposed : self.left.read()
        guard let core else { return (left, right.read()) }
        return (left, .tucker(core: core.read(), inner: right.read(), taps: taps))
    }

    var product: Matrix {
        let (left, right) = read()
        return left * right
    }
}

extension Int {
    /// The product of two ranks; nil when it is no number of this kind.
    func multipliedUnlessTooLarge(by other: Int) -> Int? {
        let (product, isTooLarge) = multipliedReportingOverflow(by: other)
        return isTooLarge ? nil : product
    }
}
