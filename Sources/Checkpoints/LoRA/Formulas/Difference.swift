/// A whole weight's change as it is stored: full training, and norms.
struct Difference: ChangeFormula {
    let algorithm: LayerChange.Algorithm
    private let change: StoredMatrix

    init(_ entry: inout LayerEntry, part: String) throws(EntryProblem) {
        algorithm = part == "w_norm" ? .norm : .full
        change = try entry.numbers(part, rows: entry.shape.outputs, columns: entry.shape.columns)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix { change.read() }
}

/// A weight in another's place, as ComfyUI saves layers: at strength 1 nothing of the old one is left.
struct Replacement: ChangeFormula {
    let algorithm = LayerChange.Algorithm.full
    let readsWeight = true
    private let other: StoredMatrix

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        other = try entry.numbers("set_weight", rows: entry.shape.outputs, columns: entry.shape.columns)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        var change = other.read()
        change.combine(with: weight, -)
        return change
    }
}
