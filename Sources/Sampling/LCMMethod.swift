import Tensors

/// Sampling of latent consistency models: each step jumps to an estimate of the picture and mixes fresh noise into it.
///
/// Source: Luo and others, "Latent consistency models", 2023, algorithm 1; diffusers `LCMScheduler` with its default settings.
struct LCMMethod: SamplingMethod {
    /// The number of steps in the schedule that such models are distilled on.
    private static let distilledStepCount = 50

    let evaluations: [Evaluation]
    let initialNoise: Float = 1

    /// - Precondition: `steps` lies within 1 ... `stepLimit(of: objective)`.
    init(steps: Int, objective: Objective) {
        let schedule = objective.noiseSchedule
        let distilled = Self.stepLimit(of: objective)
        let spacing = schedule.stepCount / distilled
        let timesteps = (0..<steps).map { step in
            (distilled - step * distilled / steps) * spacing - 1
        }
        evaluations = .init(timesteps: timesteps, in: schedule)
    }

    static func stepLimit(of objective: Objective) -> Int {
        min(distilledStepCount, objective.noiseSchedule.stepCount)
    }

    func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray {
        // Near timestep 0 the latents themselves are the picture ("boundary condition", σ_data = ½, timesteps scaled by 10).
        let time = evaluations[step].level.timestep * 10
        let skip = 0.25 / (time * time + 0.25)
        let picture = time / (time * time + 0.25).squareRoot() * denoised + skip * latents
        guard step + 1 < evaluations.count else { return picture }
        let next = evaluations[step + 1].level
        return next.signal * picture + next.noise * noise.draw(like: latents)
    }
}
