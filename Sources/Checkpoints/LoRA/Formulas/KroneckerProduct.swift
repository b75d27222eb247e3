/// LoKr: scale · w1 ⊗ w2, each of them whole or in factors.
struct KroneckerProduct: ChangeFormula {
    let algorithm = LayerChange.Algorithm.lokr
    private let first: Part
    private let second: Part
    private let scale: Float

    private let firstSize: (rows: Int, columns: Int)
    private let secondSize: (rows: Int, columns: Int)

    private enum Part {
        case whole(StoredMatrix)
        case factored(FactoredMatrix)

        var matrix: Matrix {
            switch self {
            case .whole(let matrix): matrix.read()
            case .factored(let product): product.product
            }
        }
        var rank: Int? { if case .factored(let product) = self { product.rank } else { nil } }

        /// The two whose product it is. Where the file has none, the smaller side's unit matrix is one of them.
        func factors(rows: Int, columns: Int) -> (left: Matrix, right: Matrix) {
            switch self {
            case .factored(let product): product.read()
            case .whole(let matrix):
                rows < columns ? (Matrix(identity: rows), matrix.read()) : (matrix.read(), Matrix(identity: columns))
            }
        }
    }

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        let shape = entry.shape
        let rows: Int, columns: Int
        if entry.has("lokr_w1") {
            let whole = try entry.matrix("lokr_w1")
            (first, rows, columns) = (.whole(whole), whole.rows, whole.columns)
        } else {
            let right = try entry.matrix("lokr_w1_b"), left = try entry.matrix("lokr_w1_a", columns: right.rows)
            (rows, columns) = (left.rows, right.columns)
            first = .factored(FactoredMatrix(left, right))
        }
        guard shape.outputs % rows == 0, shape.inputs % columns == 0 else {
            let part = entry.has("lokr_w1") ? "lokr_w1" : "lokr_w1_a"
            throw EntryProblem(
                part: part, reason: .shape(entry.tensors[part]?.shape ?? [], expected: [shape.outputs, shape.inputs]))
        }
        let (outputs, inputs) = (shape.outputs / rows, shape.inputs / columns)
        if entry.has("lokr_w2") {
            second = .whole(try entry.numbers("lokr_w2", rows: outputs, columns: inputs * shape.taps))
        } else {
            second = .factored(
                try FactoredMatrix(
                    &entry, left: "lokr_w2_a", right: "lokr_w2_b", core: "lokr_t2", rows: outputs, inputs: inputs, coreTurnsLeft: true))
        }
        firstSize = (rows, columns)
        secondSize = (outputs, inputs * shape.taps)
        scale = try entry.scale(rank: second.rank ?? first.rank)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        var first = first.matrix
        first.scale(by: scale)
        return first.kronecker(second.matrix)
    }

    func rank(rankLimit: Int?) -> Int? {
        (first.rank ?? min(firstSize.rows, firstSize.columns)).multipliedUnlessTooLarge(
            by: second.rank ?? min(secondSize.rows, secondSize.columns))
    }

    /// (a · b) ⊗ (c · d) = (a ⊗ c) · (b ⊗ d).
    func factors(rankLimit: Int?) -> (up: Matrix, down: Matrix)? {
        let (firstLeft, firstRight) = first.factors(rows: firstSize.rows, columns: firstSize.columns)
        let (secondLeft, secondRight) = second.factors(rows: secondSize.rows, columns: secondSize.columns)
        var up = firstLeft.kronecker(secondLeft)
        up.scale(by: scale)
        return (up, firstRight.kronecker(secondRight))
    }
}
