/// IA³: each output's, or each input's, part of the weight times a number.
struct ChannelScaling: ChangeFormula {
    let algorithm = LayerChange.Algorithm.ia3
    let readsWeight = true
    private let factors: StoredMatrix
    private let isByInput: Bool
    private let taps: Int

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        isByInput = try entry.scalar("on_input") ?? 0 != 0
        taps = entry.shape.taps
        factors = try entry.numbers("weight", rows: isByInput ? entry.shape.inputs : entry.shape.outputs, columns: 1)
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        weight.scaled(by: factors.read().values, isByInput: isByInput, taps: taps)
    }
}

extension Matrix {
    /// Each row times its number, or each input's columns times theirs.
    /// - Parameter taps: columns of one input.
    func scaled(by factors: [Float], isByInput: Bool, taps: Int) -> Matrix {
        var result = self
        result.values.withUnsafeMutableBufferPointer { values in
            for row in 0..<rows {
                if isByInput {
                    for (input, factor) in factors.enumerated() {
                        let start = row * columns + input * taps
                        for place in start..<start + taps { values[place] *= factor }
                    }
                } else {
                    let factor = factors[row]
                    for place in row * columns..<(row + 1) * columns { values[place] *= factor }
                }
            }
        }
        return result
    }
}
