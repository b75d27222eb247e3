import Glibc
import Tensors

extension Sampler {
    /// DPM++ 1S: steps in pairs, the second of which begins again where the first began, with both estimates. It ends at the least
    /// noise of training.
    ///
    /// Source: Lu and others, "DPM-Solver++", 2022; diffusers `DPMSolverSinglestepScheduler` of order 2.
    public static let dpmpp1S = Sampler(
        "DPM++ 1S", automatic: .linspace, options: [.lowerOrderFinal], origin: .diffusers, grid: .solver(endsAtLeastSigma: true),
        "pairs of steps, as SD.Next has it; one call a step"
    ) { x, walk in
        var x = x
        var start: (x: NDArray, sigma: Double, denoised: NDArray)?
        let paired = walk.options.lowersFinalOrder ? walk.steps.count - 1 : walk.steps.count
        for (step, (from, to)) in walk.steps.enumerated() {
            let denoised = try await walk.denoised(x, at: from)
            // Orders 1, 2, 1, 2, …; the last step is of order 1.
            if let pair = start, step % 2 == 1, step < paired {
                let (h, before) = (log(pair.sigma / to), log(pair.sigma / from))
                let slope = (h / before) * (denoised - pair.denoised)
                x = (to / pair.sigma) * pair.x - expm1(-h) * pair.denoised - (expm1(-h) / 2) * slope
                start = nil
            } else {
                start = (x, from, denoised)
                x = (to / from) * x + (1 - to / from) * denoised
            }
            x = walk.corrected(x, at: to)
        }
        return x
    }
}
