import Glibc
import Tensors

/// The predictor and corrector of UniPC with estimates of x₀, on given levels.
struct UniPCSolver {
    /// Signal and noise of a level, and half the log of their ratio squared.
    struct Point {
        let (signal, noise): (Double, Double)
        var lambda: Double { log(signal / noise) }

        init(signal: Double, noise: Double) { (self.signal, self.noise) = (signal, noise) }
        init(_ level: NoiseLevel) { self.init(signal: level.signal, noise: level.noise) }
    }

    let points: [Point]
    let order: Int
    let variant: UniPCVariant
    let lowersFinalOrder: Bool
    /// Whether the first steps have their full order even where few are left.
    let warmsUpWhole: Bool

    /// - Parameters:
    ///   - corrected: what a step has left, and its number, with corrections.
    ///   - estimate: x₀ at a step's level.
    func walk(
        _ start: NDArray, corrected: (NDArray, Int) -> NDArray, estimate: (NDArray, Int) async throws -> NDArray
    ) async throws -> NDArray {
        var x = start
        // The latest first.
        var past = [(point: points[0], estimate: try await estimate(x, 0))]
        let last = points.count - 1
        for step in 1...max(last, 1) where step <= last {
            let to = points[step]
            if to.noise == 0 { return past[0].estimate }
            var p = min(step, max(order, 1))
            if lowersFinalOrder, !warmsUpWhole || step >= order { p = min(p, last + 1 - step) }
            let system = UniPCSystem(to: to, past: past.prefix(p).map(\.point), variant: variant)
            let base = (to.noise / past[0].point.noise) * x - (to.signal * expm1(system.hh)) * past[0].estimate
            let slopes = zip(past.dropFirst(), system.ratios).prefix(p - 1).map { (1 / $1) * ($0.estimate - past[0].estimate) }
            func moved(_ weights: [Double], _ slopes: [NDArray]) -> NDArray {
                zip(weights, slopes).reduce(base) { $0 - (to.signal * system.b * $1.0) * $1.1 }
            }
            let predicted = moved(system.predictorWeights, slopes)
            if step == last { return predicted }
            let answer = try await estimate(corrected(predicted, step), step)
            x = moved(system.correctorWeights, slopes + [answer - past[0].estimate])
            past = [(to, answer)] + past.prefix(max(order - 1, 1))
        }
        return x
    }
}
