import Glibc
import Tensors

extension Sampler {
    /// DPM fast: DPM-Solver of order 3, in even steps of log σ from the schedule's greatest level to its least. It asks the model as
    /// often as there are steps.
    ///
    /// Source: Lu and others, "DPM-Solver", 2022; k-diffusion `sample_dpm_fast`.
    public static let dpmFast = Sampler(
        "DPM fast", ["dpm_fast", "k_dpm_fast"], countsSteps: false, addedNoise: .fresh, options: [.eta, .noiseScale], evaluations: { $0 },
        "order 3 on levels of its own; one call a step"
    ) { x, walk in
        var x = x
        let n = walk.sigmas.count - 1
        let (start, end) = (-log(walk.sigmas[0]), -log(walk.sigmas[max(n - 1, 0)]))
        let count = n / 3 + 1
        let times = (0...count).map { start + Double($0) / Double(count) * (end - start) }
        let orders = n % 3 == 0 ? Array(repeating: 3, count: max(count - 2, 0)) + [2, 1] : .init(repeating: 3, count: count - 1) + [n % 3]
        for (order, (t, next)) in zip(orders, zip(times, times.dropFirst())) {
            let (to, up) = walk.target(from: t, to: next, end: end)
            var step = DPMSolverStep(x, from: t, to: to, walk)
            x = try await step.moved(order: order)
            x = x + (up * walk.noiseScale) * walk.freshNoise()
        }
        return x
    }
}
