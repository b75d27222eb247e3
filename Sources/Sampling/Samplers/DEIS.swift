import Glibc
import Tensors

extension Sampler {
    /// DEIS: the noise of the last two calls, continued as a line in log σ over the step. It ends at the least noise of training.
    ///
    /// Source: Zhang and Chen, "Fast sampling of diffusion models with exponential integrator", 2022; diffusers
    /// `DEISMultistepScheduler` of order 2, `solver_type="logrho"`.
    public static let deis = Sampler(
        "DEIS", automatic: .linspace, origin: .diffusers, grid: .solver(endsAtLeastSigma: true),
        "a line through the last two slopes in log σ; one call a step"
    ) { x, walk in
        var x = x
        var last: (slope: NDArray, sigma: Double)?
        let count = walk.steps.count
        for (step, (from, to)) in walk.steps.enumerated() {
            let slope = (x - (try await walk.denoised(x, at: from))) / from
            let isLastOfFew = step == count - 1 && count < 15
            if let last, !isLastOfFew, to > 0 {
                x = x + integral(from, to, oneAt: from, zeroAt: last.sigma) * slope
                    + integral(from, to, oneAt: last.sigma, zeroAt: from) * last.slope
            } else {
                x = x + (to - from) * slope
            }
            last = (slope, from)
            x = walk.corrected(x, at: to)
        }
        return x
    }

    /// The integral over σ of the line in log σ that is 1 at one level and 0 at another.
    private static func integral(_ start: Double, _ end: Double, oneAt one: Double, zeroAt zero: Double) -> Double {
        func primitive(_ sigma: Double) -> Double { sigma * (log(sigma / zero) - 1) / log(one / zero) }
        return primitive(end) - primitive(start)
    }
}
