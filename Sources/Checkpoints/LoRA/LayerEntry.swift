import Tensors

/// The tensors of a file that change one layer, by the names of their parts. Notes which of them are used.
struct LayerEntry {
    /// By part: "lora_up.weight", "alpha".
    let tensors: [String: StoredTensor]
    let mapping: MappedWeights
    /// The weight that is changed.
    let shape: LayerShape
    /// The factor by rank of a file whose metadata says it, for entries without "alpha".
    let adapterScale: AdapterScale?
    private(set) var used: Set<String> = []

    init(
        _ tensors: [String: StoredTensor], in mapping: MappedWeights, shape: LayerShape, adapterScale: AdapterScale?
    ) {
        (self.tensors, self.mapping, self.shape, self.adapterScale) = (tensors, mapping, shape, adapterScale)
    }

    func has(_ parts: String...) -> Bool { parts.contains { tensors[$0] != nil } }

    /// A tensor seen as a matrix, by its first axis and all others.
    /// - Parameters:
    ///   - rows: nil for any number above 0.
    ///   - columns: the same.
    mutating func matrix(_ part: String, rows: Int? = nil, columns: Int? = nil) throws(EntryProblem) -> StoredMatrix {
        guard let tensor = tensors[part] else { throw EntryProblem(part: nil, reason: .incomplete) }
        let count = tensor.elementCount
        let first = tensor.shape.first ?? 1
        let rest = first > 0 ? count / first : 0
        guard count > 0, rows ?? first == first, columns ?? rest == rest else {
            throw EntryProblem(
                part: part, reason: .shape(tensor.shape, expected: [rows ?? max(first, 1), columns ?? max(rest, 1)]))
        }
        return try stored(part, tensor, rows: first, columns: rest)
    }

    /// A tensor as a matrix of a size, whatever its axes are.
    mutating func numbers(_ part: String, rows: Int, columns: Int) throws(EntryProblem) -> StoredMatrix {
        guard let tensor = tensors[part] else { throw EntryProblem(part: nil, reason: .incomplete) }
        guard tensor.elementCount == rows * columns else {
            throw EntryProblem(part: part, reason: .shape(tensor.shape, expected: columns == 1 ? [rows] : [rows, columns]))
        }
        return try stored(part, tensor, rows: rows, columns: columns)
    }

    private mutating func stored(
        _ part: String, _ tensor: StoredTensor, rows: Int, columns: Int
    ) throws(EntryProblem) -> StoredMatrix {
        guard tensor.elementType.isFloatingPoint || tensor.elementType.isEightBitFloat else {
            throw EntryProblem(part: part, reason: .numbers(tensor.elementType.rawValue))
        }
        guard shape.hasRoom(for: rows, columns) else { throw EntryProblem(part: part, reason: .tooLarge(tensor.shape)) }
        used.insert(part)
        return StoredMatrix(tensor: tensor, mapping: mapping, rows: rows, columns: columns)
    }

    /// A single number; nil when the entry has none.
    mutating func scalar(_ part: String) throws(EntryProblem) -> Float? {
        guard let tensor = tensors[part] else { return nil }
        guard tensor.elementCount == 1 else { throw EntryProblem(part: part, reason: .shape(tensor.shape, expected: [])) }
        guard let number = mapping.numbers(of: tensor).first, number.isFinite else {
            throw EntryProblem(part: part, reason: .numbers("not finite"))
        }
        used.insert(part)
        return number
    }

    /// The factor of a change: alpha / rank, or 1 where nothing gives an alpha.
    /// - Parameter rank: nil where the algorithm has none.
    mutating func scale(rank: Int?) throws(EntryProblem) -> Float {
        let alpha = try scalar("alpha")
        guard let rank else { return 1 }
        return alpha.map { $0 / Float(rank) } ?? adapterScale?.factor(rank: rank) ?? 1
    }
}

/// Why an entry cannot be applied.
struct EntryProblem: Error {
    /// The part that is wrong; nil when one is missing.
    let part: String?
    let reason: UnappliedTensor.Reason
}

/// A matrix in a file, read when it is needed.
struct StoredMatrix: Sendable {
    let tensor: StoredTensor
    let mapping: MappedWeights
    let rows: Int
    let columns: Int

    func read() -> Matrix { Matrix(rows: rows, columns: columns, values: mapping.numbers(of: tensor)) }
}
