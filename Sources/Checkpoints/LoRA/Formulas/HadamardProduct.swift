/// LoHa: scale · (w1a · w1b) ∘ (w2a · w2b).
struct HadamardProduct: ChangeFormula {
    let algorithm = LayerChange.Algorithm.loha
    private let first: FactoredMatrix
    private let second: FactoredMatrix
    private let scale: Float

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        first = try Self.half("1", of: &entry)
        second = try Self.half("2", of: &entry)
        scale = try entry.scale(rank: first.rank)
    }

    private static func half(_ number: String, of entry: inout LayerEntry) throws(EntryProblem) -> FactoredMatrix {
        let shape = entry.shape
        return try FactoredMatrix(
            &entry, left: "hada_w\(number)_a", right: "hada_w\(number)_b", core: "hada_t\(number)", rows: shape.outputs,
            inputs: shape.inputs, coreTurnsLeft: true)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        var change = first.product
        change.combine(with: second.product, *)
        change.scale(by: scale)
        return change
    }

    /// Each rank of the one goes with each of the other.
    func rank(rankLimit: Int?) -> Int? { first.rank.multipliedUnlessTooLarge(by: second.rank) }

    func factors(rankLimit: Int?) -> (up: Matrix, down: Matrix)? {
        let (firstUp, firstDown) = first.read()
        let (secondUp, secondDown) = second.read()
        let rank = firstUp.columns * secondUp.columns
        var up = Matrix(zeros: firstUp.rows, rank)
        for row in 0..<up.rows {
            for index in 0..<rank {
                let (one, other) = index.quotientAndRemainder(dividingBy: secondUp.columns)
                up.values[row * rank + index] =
                    scale * firstUp.values[row * firstUp.columns + one] * secondUp.values[row * secondUp.columns + other]
            }
        }
        var down = Matrix(zeros: rank, firstDown.columns)
        for index in 0..<rank {
            let (one, other) = index.quotientAndRemainder(dividingBy: secondUp.columns)
            for column in 0..<down.columns {
                down.values[index * down.columns + column] =
                    firstDown.values[one * down.columns + column] * secondDown.values[other * down.columns + column]
            }
        }
        return (up, down)
    }
}
