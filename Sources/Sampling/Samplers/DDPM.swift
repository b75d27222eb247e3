import Tensors

extension Sampler {
    /// DDPM: training's own process backwards, with fresh noise in each step.
    ///
    /// Source: Ho and others, "Denoising diffusion probabilistic models", 2020, formulas 6 and 7; diffusers `DDPMScheduler` with
    /// `variance_type="fixed_small"`.
    public static let ddpm = Sampler(
        "DDPM", ["ddpm"], addedNoise: .fresh, origin: .diffusers,
        grid: .timesteps(linspaceTimesteps), "for 50 steps and more; one call a step"
    ) { x, walk in
        var x = x
        for (index, timestep) in walk.timesteps.enumerated() {
            let from = walk.level(timestep)
            let to = index + 1 < walk.timesteps.count ? walk.level(walk.timesteps[index + 1]) : .clean
            let denoised = try await walk.estimates(x, at: from).denoised
            let (a, b) = (from.signal * from.signal, to.signal * to.signal)
            let (beta, rest) = (1 - a / b, 1 - a)
            x = (b.squareRoot() * beta / rest) * denoised + ((a / b).squareRoot() * (1 - b) / rest) * x
            if timestep > 0 { x = x + (max((1 - b) / rest * beta, 1e-20)).squareRoot() * walk.freshNoise() }
            x = walk.corrected(x)
        }
        return x
    }
}
