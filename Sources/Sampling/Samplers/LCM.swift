import Tensors

extension Sampler {
    /// LCM as A1111 has it: each step jumps to an estimate of the picture and adds fresh noise. The levels are those of the fifty
    /// training steps that such models are distilled on.
    ///
    /// Source: Luo and others, "Latent consistency models", 2023, algorithm 1; A1111 1.10 `sd_samplers_lcm`.
    public static let lcm = Sampler(
        "LCM", ["k_lcm"], addedNoise: .fresh, grid: .distilled, "for models and LoRAs of its kind, in 2 to 8 steps; one call a step"
    ) { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let level = walk.distilledLevel(from)
            x = level.jumped(x, to: try await walk.estimates(x, at: level).denoised)
            if to > 0 { x = x + to * walk.freshNoise() }
            x = walk.corrected(x, at: to)
        }
        return x
    }

    /// LCM as diffusers has it: on evenly spread training steps of the fifty.
    ///
    /// Source: diffusers `LCMScheduler` with its default settings.
    public static let lcmDiffusers = Sampler(
        "LCM (diffusers)", steps: 1...distilledStepCount, addedNoise: .fresh, origin: .diffusers, grid: .timesteps(distilledTimesteps),
        "LCM as SD.Next has it"
    ) { x, walk in
        var x = x
        for (index, timestep) in walk.timesteps.enumerated() {
            let level = walk.level(timestep)
            let picture = level.jumped(x, to: try await walk.estimates(x, at: level).denoised)
            guard index + 1 < walk.timesteps.count else { return picture }
            let next = walk.level(walk.timesteps[index + 1])
            x = next.signal * picture + next.noise * walk.freshNoise()
            x = walk.corrected(x)
        }
        return x
    }

    /// TCD: each step goes to less noise than wanted, by η, and adds fresh noise for the rest.
    ///
    /// Source: Zheng and others, "Trajectory consistency distillation", 2024; diffusers `TCDScheduler`.
    public static let tcd = Sampler(
        "TCD", steps: 1...distilledStepCount, addedNoise: .fresh, options: [.eta], defaultEta: 0.3, origin: .diffusers,
        grid: .timesteps(distilledTimesteps),
        "for models and LoRAs of its kind, in 4 to 8 steps; one call a step"
    ) { x, walk in
        var x = x
        for (index, timestep) in walk.timesteps.enumerated() {
            let isLast = index + 1 == walk.timesteps.count
            let next = isLast ? 0 : walk.timesteps[index + 1]
            let (from, to, below) = (walk.level(timestep), walk.level(next), walk.level(((1 - walk.eta) * next).rounded(.down)))
            let denoised = try await walk.estimates(x, at: from).denoised
            x = below.signal * denoised + below.noise * from.epsilon(x, denoised: denoised)
            if !isLast, walk.eta > 0 {
                let kept = to.signal / below.signal
                x = kept * x + (max(1 - kept * kept, 0)).squareRoot() * walk.freshNoise()
            }
            x = walk.corrected(x)
        }
        return x
    }

    /// Training steps that consistency models are distilled on.
    static let distilledStepCount = 50

    private static let distilledTimesteps: @Sendable (SamplingSettings, Objective) -> [Double] = { settings, objective in
        let steps = settings.steps
        let count = min(distilledStepCount, objective.noiseSchedule.stepCount)
        let spacing = objective.noiseSchedule.stepCount / count
        return (0..<steps).map { Double((count - $0 * count / steps) * spacing - 1) }
    }
}

extension NoiseLevel {
    /// The picture that a consistency model means: near timestep 0 the latents themselves ("boundary condition", σ_data = ½,
    /// timesteps scaled by 10).
    fileprivate func jumped(_ latents: NDArray, to denoised: NDArray) -> NDArray {
        let time = Double(timestep) * 10
        return (time / (time * time + 0.25).squareRoot()) * denoised + (0.25 / (time * time + 0.25)) * latents
    }
}
