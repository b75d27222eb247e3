/// GLoRA: scale · (W · a1 · a2 over the inputs + b1 · b2).
struct GeneralizedLoRA: ChangeFormula {
    let algorithm = LayerChange.Algorithm.glora
    let readsWeight = true
    private let first: StoredMatrix
    private let second: StoredMatrix
    private let sum: FactoredMatrix
    private let scale: Float
    private let shape: LayerShape

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        shape = entry.shape
        // Before LyCORIS 2.0 the two of each pair had each other's names: a1 is [rank, inputs] there, and b2 [outputs, rank].
        let (a1, b2) = (entry.tensors["a1.weight"]?.shape ?? [], entry.tensors["b2.weight"]?.shape ?? [])
        let isOld = a1.count > 1 && a1[0] < a1[1] && b2.first == shape.outputs
        let names = isOld ? ["a2.weight", "a1.weight", "b2.weight", "b1.weight"] : ["a1.weight", "a2.weight", "b1.weight", "b2.weight"]
        first = try entry.matrix(names[0], rows: shape.inputs)
        second = try entry.matrix(names[1], rows: first.columns, columns: shape.inputs)
        sum = try FactoredMatrix(
            &entry, left: names[2], right: names[3], core: "bm.weight", rows: shape.outputs, inputs: shape.inputs)
        scale = try entry.scale(rank: first.columns)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        var change = sum.product
        change.combine(with: product(weight), +)
        change.scale(by: scale)
        return change
    }

    private func product(_ weight: Matrix) -> Matrix {
        let (first, second) = (self.first.read(), self.second.read())
        guard shape.taps > 1 else { return weight * first * second }
        let (left, right) = (second.transposed, first.transposed)
        var values: [Float] = []
        values.reserveCapacity(weight.values.count)
        for output in 0..<shape.outputs {
            let line = weight.values[output * shape.columns..<(output + 1) * shape.columns]
            values += (left * (right * Matrix(rows: shape.inputs, columns: shape.taps, values: Array(line)))).values
        }
        return Matrix(rows: shape.outputs, columns: shape.columns, values: values)
    }
}
