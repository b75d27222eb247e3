import Glibc
import Tensors

extension Sampler {
    /// DPM++ 2M: exact in what is linear in x, with x₀ extrapolated from the last two estimates.
    ///
    /// Source: Lu and others, "DPM-Solver++", 2022, algorithm 2; k-diffusion `sample_dpmpp_2m`.
    public static let dpmpp2M = Sampler(
        "DPM++ 2M", ["dpmpp_2m", "k_dpmpp_2m"], automatic: .karras, "sharp pictures in 15 to 30 steps; one call a step"
    ) { x, walk in
        var x = x
        var last: (denoised: NDArray, width: Double)?
        for (from, to) in walk.steps {
            let denoised = try await walk.denoised(x, at: from)
            guard to > 0 else { return denoised }
            let width = log(from / to)
            var target = denoised
            if let last {
                // The middle of this step lies this far beyond the last estimate.
                let beyond = width / (2 * last.width)
                target = (1 + beyond) * denoised - beyond * last.denoised
            }
            x = (to / from) * x + (1 - to / from) * target
            last = (denoised, width)
            x = walk.corrected(x, at: to)
        }
        return x
    }

    /// DPM++ 2M (diffusers): the same from noise of diffusers' strength, with a last step of lower order.
    ///
    /// Source: diffusers `DPMSolverMultistepScheduler` of order 2.
    public static let dpmpp2MDiffusers = Sampler(
        "DPM++ 2M (diffusers)", automatic: .linspace, origin: .diffusers, grid: .solver(),
        "DPM++ 2M as SD.Next has it; one call a step"
    ) { x, walk in try await walk.multistep(x, order: 2) }

    /// DPM++ 3M: the same with three estimates; in fewer than 15 steps the last two are of lower order.
    ///
    /// Source: diffusers `DPMSolverMultistepScheduler` of order 3.
    public static let dpmpp3M = Sampler(
        "DPM++ 3M", automatic: .linspace, options: [.order, .lowerOrderFinal], origin: .diffusers, grid: .solver(),
        "DPM++ 2M with three estimates; one call a step"
    ) { x, walk in try await walk.multistep(x, order: walk.options.order.map { min(max($0, 1), 3) } ?? 3) }
}

extension SamplingWalk {
    /// DPM-Solver++ with up to three estimates.
    fileprivate func multistep(_ start: NDArray, order: Int) async throws -> NDArray {
        var x = start
        var past: [(denoised: NDArray, width: Double)] = []
        for (step, (from, to)) in steps.enumerated() {
            let denoised = try await denoised(x, at: from)
            guard to > 0 else { return denoised }
            let h = log(from / to)
            let left = options.lowersFinalOrder && steps.count < 15 ? steps.count - step : order
            let usable = min(past.count, order - 1, left - 1)
            x = (to / from) * x - expm1(-h) * denoised
            if usable >= 1 {
                let first = (h / past[0].width) * (denoised - past[0].denoised)
                if usable == 1 {
                    x = x - (expm1(-h) / 2) * first
                } else {
                    let (r0, r1) = (past[0].width / h, past[1].width / h)
                    let second = (1 / r1) * (past[0].denoised - past[1].denoised)
                    let slope = first + (r0 / (r0 + r1)) * (first - second)
                    let bend = (1 / (r0 + r1)) * (first - second)
                    x = x + (expm1(-h) / h + 1) * slope - ((expm1(-h) + h) / (h * h) - 0.5) * bend
                }
            }
            past = [(denoised, h)] + past.prefix(1)
            x = corrected(x, at: to)
        }
        return x
    }
}
