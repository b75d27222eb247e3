import Tensors

/// DDIM without added noise (η = 0), on evenly spaced training steps counted from the first ("leading").
///
/// Source: Song and others, "Denoising diffusion implicit models", 2020, formula 12; diffusers `DDIMScheduler` without clipping.
struct DDIMMethod: SamplingMethod {
    let evaluations: [Evaluation]
    let initialNoise: Float = 1
    /// The signal and noise that each step ends at.
    private let ends: [(signal: Float, noise: Float)]

    /// - Precondition: `steps` lies within 1 ... T, the number of training steps.
    init(steps: Int, objective: Objective) {
        let schedule = objective.noiseSchedule
        let last = schedule.stepCount - 1
        let spacing = schedule.stepCount / steps
        let offset = min(max(objective.stepsOffset, 0), last)
        let timesteps = (0..<steps).reversed().map { $0 * spacing + offset }
        // With the offset, T steps would start beyond the last training step, which diffusers does not survive.
        evaluations = .init(timesteps: timesteps.map { min($0, last) }, in: schedule)
        ends = timesteps.map { timestep in
            let end = min(timestep - spacing, last)
            let signalShare = end >= 0 ? schedule.signalShares[end] : objective.setsFinalAlphaToOne ? 1 : schedule.signalShares[0]
            return (signalShare.squareRoot(), (1 - signalShare).squareRoot())
        }
    }

    func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray {
        let level = evaluations[step].level
        let epsilon = (latents - level.signal * denoised) / level.noise
        return ends[step].signal * denoised + ends[step].noise * epsilon
    }
}
