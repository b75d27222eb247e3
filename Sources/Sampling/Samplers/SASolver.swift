import Glibc
import Tensors

extension Sampler {
    /// SA Solver: predictor and corrector of order 2 that add noise between training steps 200 and 800. It ends at the least noise of
    /// training.
    ///
    /// Source: Xue and others, "SA-Solver", 2023; diffusers `SASolverScheduler` of orders 2 and 2.
    public static let saSolver = Sampler(
        "SA Solver", ["sa_solver"], automatic: .linspace, addedNoise: .fresh, options: [.noiseScale], origin: .diffusers,
        grid: .solver(endsAtLeastSigma: true), "predictor and corrector with noise on the way; one call a step"
    ) { x, walk in
        var x = x
        // The latest first.
        var past: [SAStep.Estimate] = []
        var last: (step: SAStep, x: NDArray, order: Int)?
        let count = walk.steps.count
        for (index, (from, to)) in walk.steps.enumerated() {
            let answer = try await walk.denoised(x, at: from)
            if let last { x = last.step.moved(last.x, by: [(from, answer)] + past.prefix(last.order - 1), correcting: true) }
            past = [(from, answer)] + past.prefix(1)
            let noise = walk.noiseScale * walk.freshNoise()
            guard to > 0 else { return answer }
            let timestep = walk.objective.noiseSchedule.timestep(atSigma: from).rounded()
            let step = SAStep(from: from, to: to, tau: 200...800 ~= timestep ? 1 : 0, noise: noise)
            last = (step, x, min(2, count - index + 1))
            x = step.moved(x, by: Array(past.prefix(min(2, count - index))), correcting: false)
            x = walk.corrected(x, at: to)
        }
        return x
    }
}

/// A step of SA Solver in λ = −log σ: what is linear in x is exact, and x₀ is a line through one or two estimates.
private struct SAStep {
    typealias Estimate = (sigma: Double, denoised: NDArray)

    let from: Double
    let to: Double
    /// The share of the process's noise.
    let tau: Double
    let noise: NDArray

    func moved(_ x: NDArray, by estimates: [Estimate], correcting: Bool) -> NDArray {
        let (start, end, k) = (-log(from), -log(to), 1 + tau * tau)
        let h = end - start
        let points = estimates.map { -log($0.sigma) }
        var weights = points.indices.map { index in
            let polynomial = LagrangePolynomial(through: points, oneAt: index)
            return zip(polynomial.coefficients, [integral0(start, end, k), integral1(start, end, k)]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        if points.count == 2 {
            // The original's extra term of third order, which helps with few steps.
            let rest = (h * k - 1 + exp(-k * h)) / (k * k)
            let extra = exp(k * end) * (correcting ? h / 2 - rest / h : (h * h / 2 - rest) / (points[0] - points[1]))
            weights[0] += extra
            weights[1] -= extra
        }
        let scale = k * to * exp(-tau * tau * end)
        let kept = (exp(-tau * tau * h) * to / from) * x
        let moved = zip(weights, estimates).reduce(kept) { $0 + (scale * $1.0) * $1.1.denoised }
        return tau > 0 ? moved + (to * (-expm1(-2 * tau * tau * h)).squareRoot()) * noise : moved
    }

    /// ∫ e^(kλ) dλ.
    private func integral0(_ start: Double, _ end: Double, _ k: Double) -> Double { (exp(k * end) - exp(k * start)) / k }

    /// ∫ λ e^(kλ) dλ.
    private func integral1(_ start: Double, _ end: Double, _ k: Double) -> Double {
        (exp(k * end) * (k * end - 1) - exp(k * start) * (k * start - 1)) / (k * k)
    }
}
