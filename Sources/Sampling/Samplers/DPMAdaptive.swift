import Glibc
import Tensors

extension Sampler {
    /// DPM adaptive: DPM-Solver of orders 2 and 3 side by side; their difference decides how long a step is. Steps have no effect.
    ///
    /// The pictures of a batch share their steps.
    /// Source: Lu and others, "DPM-Solver", 2022, algorithm 3; k-diffusion `sample_dpm_adaptive` with its default tolerances.
    public static let dpmAdaptive = Sampler(
        "DPM adaptive", ["dpm_adaptive", "k_dpm_ad"], countsSteps: false, addedNoise: .fresh, options: [.eta, .noiseScale],
        evaluations: { $0 },
        "decides on its steps itself: 30 to 100 calls"
    ) { x, walk in
        let (relative, absolute, accepted) = (0.05, 0.0078, 0.81)
        var (x, before) = (x, x)
        let (start, end) = (-log(walk.sigmas[0]), -log(walk.sigmas[max(walk.sigmas.count - 2, 0)]))
        var (t, h) = (start, 0.05)
        while t < end - 1e-5 {
            let next = min(end, t + h)
            let (to, up) = walk.target(from: t, to: next, end: end)
            var step = DPMSolverStep(x, from: t, to: to, walk)
            let low = try await step.second(part: 1 / 3)
            let high = try await step.third()
            var sum = 0.0
            for index in low.values.indices {
                let scale = max(absolute, relative * Double(max(abs(low.values[index]), abs(before.values[index]))))
                let error = Double(low.values[index] - high.values[index]) / scale
                sum += error * error
            }
            let error = (sum / Double(low.values.count)).squareRoot()
            guard error.isFinite else { return high }
            let factor = 1 + atan(pow(1 / (error + 1e-8), 1 / (walk.eta > 0 ? 1.5 : 3)) - 1)
            if factor >= accepted {
                (before, x, t) = (low, high + (up * walk.noiseScale) * walk.freshNoise(), next)
                walk.expectedCallCount = Int(Double(walk.completedCallCount) * (end - start) / max(t - start, 1e-9))
            }
            h *= factor
        }
        return x
    }
}
