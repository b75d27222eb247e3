import Glibc

/// The linear equations whose solution weighs the differences between estimates.
struct UniPCSystem {
    let hh: Double
    let b: Double
    /// Places of the past estimates, then of the new one, in steps from the last.
    let ratios: [Double]
    private let right: [Double]

    init(to: UniPCSolver.Point, past: [UniPCSolver.Point], variant: UniPCVariant) {
        let h = to.lambda - past[0].lambda
        hh = -h
        b = variant == .bh1 ? hh : expm1(hh)
        ratios = past.dropFirst().map { ($0.lambda - past[0].lambda) / h } + [1]
        var (phi, factorial) = (expm1(hh) / hh - 1, 1.0)
        var right: [Double] = []
        for power in 1...past.count {
            right.append(phi * factorial / b)
            factorial *= Double(power + 1)
            phi = phi / hh - 1 / factorial
        }
        self.right = right
    }

    var predictorWeights: [Double] { ratios.count == 2 ? [0.5] : solution(ratios.count - 1) }
    var correctorWeights: [Double] { ratios.count == 1 ? [0.5] : solution(ratios.count) }

    /// Solves `Σⱼ wⱼ · ratioⱼⁱ = rightᵢ`, i = 0 ..< size, by elimination.
    private func solution(_ size: Int) -> [Double] {
        var rows = (0..<size).map { power in ratios.prefix(size).map { pow($0, Double(power)) } + [right[power]] }
        for pivot in 0..<size {
            for row in 0..<size where row != pivot && rows[pivot][pivot] != 0 {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...size { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return rows.indices.map { rows[$0][size] / rows[$0][$0] }
    }
}
