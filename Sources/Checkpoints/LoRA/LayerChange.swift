public import Tensors

/// The change of one layer that a file asks for.
public struct LayerChange: Sendable {
    /// The way in which a file stores a change. CP and Tucker forms, and DoRA, are properties of these.
    public enum Algorithm: String, Sendable {
        case lora, loha, lokr, ia3, glora, oft, boft
        /// A whole weight's change, or a weight in its place.
        case full
        /// The same for a norm.
        case norm
    }

    /// The way in which the file stores it.
    public let algorithm: Algorithm
    /// nil where only the bias changes.
    let formula: (any ChangeFormula)?
    let magnitude: Magnitude?
    let bias: StoredMatrix?
    let placement: LayerPlacement
    /// The file.
    let mapping: MappedWeights

    /// - Parameter biasCount: numbers of the layer's bias; nil without one.
    /// - Throws: `EntryProblem` when the entry's tensors do not make a change of this layer.
    init(_ entry: inout LayerEntry, _ placement: LayerPlacement, biasCount: Int?) throws(EntryProblem) {
        formula = try entry.formula()
        magnitude = formula == nil ? nil : try Magnitude(&entry)
        var bias: StoredMatrix?
        for part in ["diff_b", "b_norm"] where bias == nil && entry.has(part) {
            if let biasCount { bias = try entry.numbers(part, rows: biasCount, columns: 1) }
        }
        guard formula != nil || bias != nil else { throw EntryProblem(part: nil, reason: .incomplete) }
        // Files have it also where it counts for nothing.
        _ = try entry.scalar("alpha")
        algorithm = formula?.algorithm ?? (entry.has("b_norm") ? .norm : .full)
        (self.bias, self.placement, mapping) = (bias, placement, entry.mapping)
    }

    /// The changed weight is brought to a length that was learned: DoRA.
    public var hasMagnitude: Bool { magnitude != nil }

    /// Whether the layer's weight changes, and not only its bias.
    public var changesWeight: Bool { formula != nil }

    /// Whether the layer's bias changes.
    public var changesBias: Bool { bias != nil }

    /// Whether the change depends on the weight as it stands: IA³, GLoRA, OFT, BOFT, DoRA. Then the order of several changes matters, and
    /// no product of two small matrices can stand for it.
    public var readsWeight: Bool { hasMagnitude || formula?.readsWeight == true }

    /// The change at strength 1.
    /// - Parameters:
    ///   - weight: the layer's weight as it stands, row-major.
    ///   - shape: its shape in the checkpoint.
    ///   - rankLimit: ranks of a LoRA without a core that count, from the first; nil for all. The scale stays that of all.
    /// - Returns: the change of the weight, as many numbers as it has, and that of the bias; nil for what stays.
    /// - Precondition: the weight has the size of the layer that the change was made for.
    public func delta(of weight: [Float], shape: [Int], rankLimit: Int? = nil) -> (weight: [Float]?, bias: [Float]?) {
        precondition(shape.reduce(1, *) == weight.count, "\(weight.count) numbers do not fill the shape \(shape)")
        return (weightDelta(of: weight, rankLimit: rankLimit), biasDelta)
    }

    /// The change of the weight at strength 1; nil where it stays.
    func weightDelta(of weight: [Float], rankLimit: Int?) -> [Float]? {
        precondition(
            weight.count == placement.storedCount,
            "a weight of \(weight.count) numbers is not the layer's, which has \(placement.storedCount)")
        guard let formula else { return nil }
        let weight = readsWeight ? placement.arranged(weight) : Matrix(zeros: 0, 0)
        var change = formula.delta(of: weight, rankLimit: rankLimit)
        if let magnitude { change = magnitude.total(change, of: weight) }
        return placement.restored(change)
    }

    /// Change of the bias at strength 1, which depends on nothing.
    var biasDelta: [Float]? { bias?.read().values }

    /// A larger rank is not worth a branch beside the weight.
    public static let largestRank = 256

    /// The rank of the change as a product of two small matrices, without reading any number.
    /// - Parameter rankLimit: as for `delta`.
    /// - Returns: nil where the change is not such a product, or its rank exceeds `largestRank`. A change of the bias alone has rank 0.
    public func rank(rankLimit: Int? = nil) -> Int? {
        guard !readsWeight else { return nil }
        guard let formula else { return 0 }
        return formula.rank(rankLimit: rankLimit).flatMap { $0 <= Self.largestRank ? $0 : nil }
    }

    /// The change at strength 1 as a product of two small matrices, up · down.
    /// - Parameter rankLimit: as for `delta`.
    /// - Returns: nil where `rank` is.
    public func factors(rankLimit: Int? = nil) -> LowRankFactors? {
        guard rank(rankLimit: rankLimit) != nil else { return nil }
        let (shape, inputs) = (placement.shape, placement.storedInputs)
        let downShape = shape.taps > 1 ? [inputs] + shape.kernel : [inputs]
        guard let formula else {
            return LowRankFactors(
                down: NDArray(shape: [0] + downShape, values: []), up: NDArray(shape: [shape.outputs, 0], values: []), bias: biasDelta)
        }
        guard let (up, down) = formula.factors(rankLimit: rankLimit) else { return nil }
        return LowRankFactors(
            down: NDArray(shape: [down.rows] + downShape, values: placement.widened(down).values),
            up: NDArray(shape: [up.rows, up.columns], values: up.values), bias: biasDelta)
    }
}

/// A change of a layer as a product: x goes through `down`, then through `up`, and is added to what the layer gives.
public struct LowRankFactors: Sendable {
    /// `[rank, inputs]` for linear layers and 1×1 convolutions; `[rank, inputs, height, width]` for larger kernels.
    public var down: NDArray
    /// `[outputs, rank]`, with the file's scale multiplied in.
    public var up: NDArray
    /// Change of the layer's bias; nil when it stays.
    public var bias: [Float]?
    /// Inner extent of the product; 0 where only the bias changes.
    public var rank: Int { down.shape[0] }
}

/// One change of a layer at a strength.
public struct WeightedChange: Sendable {
    /// The change at strength 1.
    public var change: LayerChange
    /// The factor of the change; negative ones are allowed.
    public var strength: Float
    /// As for `LayerChange.delta`.
    public var rankLimit: Int?

    /// - Parameter strength: 1 for the change as the file has it.
    public init(change: LayerChange, strength: Float, rankLimit: Int? = nil) {
        (self.change, self.strength, self.rankLimit) = (change, strength, rankLimit)
    }
}

/// DoRA: the length that each output's, or each input's, part of the changed weight is brought to.
///
/// The length of each input's part comes from LyCORIS before 3.0, [1, inputs, …]; later files have [outputs, 1, …], as PEFT means it.
struct Magnitude: Sendable {
    private let lengths: StoredMatrix
    private let isByInput: Bool
    private let taps: Int

    /// - Returns: nil when the entry has none.
    init?(_ entry: inout LayerEntry) throws(EntryProblem) {
        let shape = entry.shape
        taps = shape.taps
        if entry.has("magnitude") {
            lengths = try entry.numbers("magnitude", rows: shape.outputs, columns: 1)
            isByInput = false
        } else if let tensor = entry.tensors["dora_scale"] {
            isByInput = tensor.shape.first != shape.outputs || tensor.elementCount != shape.outputs
            lengths = try entry.numbers("dora_scale", rows: isByInput ? shape.inputs : shape.outputs, columns: 1)
        } else {
            return nil
        }
    }

    /// The change of a weight that takes it to its lengths.
    func total(_ change: Matrix, of weight: Matrix) -> Matrix {
        var new = change
        new.combine(with: weight, +)
        var squares = [Double](repeating: 0, count: lengths.rows)
        for row in 0..<new.rows {
            for column in 0..<new.columns {
                let value = Double(new.values[row * new.columns + column])
                squares[isByInput ? column / taps : row] += value * value
            }
        }
        // Numbers that are all 0 have no direction.
        let factors = zip(lengths.read().values, squares).map { $1 > 0 ? Float(Double($0) / $1.squareRoot()) : 1 }
        var result = new.scaled(by: factors, isByInput: isByInput, taps: taps)
        result.combine(with: weight, -)
        return result
    }
}
