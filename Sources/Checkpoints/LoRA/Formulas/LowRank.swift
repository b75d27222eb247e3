/// LoRA and LoCon: scale · up · down, with a core for the kernel in CP form.
struct LowRank: ChangeFormula {
    let algorithm = LayerChange.Algorithm.lora
    private let product: FactoredMatrix
    private let scale: Float

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        let shape = entry.shape
        product = try FactoredMatrix(
            &entry, left: "lora_up.weight", right: "lora_down.weight", core: "lora_mid.weight", rows: shape.outputs, inputs: shape.inputs)
        scale = try entry.scale(rank: product.rank)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        let (up, down) = scaled(rankLimit)
        return up * down
    }

    func rank(rankLimit: Int?) -> Int? { limit(rankLimit) ?? product.rank }

    func factors(rankLimit: Int?) -> (up: Matrix, down: Matrix)? { scaled(rankLimit) }

    /// The scale goes by the whole rank, also where not all of it counts.
    private func scaled(_ rankLimit: Int?) -> (up: Matrix, down: Matrix) {
        var (up, down) = product.read()
        if let limit = limit(rankLimit) { (up, down) = (up.firstColumns(limit), down.firstRows(limit)) }
        up.scale(by: scale)
        return (up, down)
    }

    private func limit(_ rankLimit: Int?) -> Int? {
        guard product.isPlain, let rankLimit, rankLimit > 0 else { return nil }
        return min(rankLimit, product.rank)
    }
}
