import Tensors

/// The parts of latents at one point of the way: `x = signal · x₀ + noise · ε`.
struct NoiseLevel: Sendable, Equatable {
    let signal: Double
    let noise: Double
    /// Brings latents to the unit variance that the model was trained with.
    let inputScale: Double
    /// The training step with this ratio of noise to signal; may be fractional.
    let timestep: Float

    /// The picture without noise.
    static let clean = NoiseLevel(signal: 1, noise: 0, inputScale: 1, timestep: 0)

    init(signal: Double, noise: Double, inputScale: Double, timestep: Float) {
        (self.signal, self.noise, self.inputScale, self.timestep) = (signal, noise, inputScale, timestep)
    }

    /// The whole signal under noise of standard deviation σ: the space of k-diffusion's samplers.
    /// - Parameter timestep: what the model is told; nil: the training step with this noise.
    init(sigma: Double, in schedule: NoiseSchedule, timestep: Double? = nil) {
        self.init(
            signal: 1, noise: sigma, inputScale: 1 / (sigma * sigma + 1).squareRoot(),
            timestep: Float(timestep ?? schedule.timestep(atSigma: sigma)))
    }

    /// Signal and noise as training mixed them: the space of A1111's and diffusers' samplers on training steps.
    /// - Parameter timestep: may be fractional; log ᾱ is interpolated.
    init(timestep: Double, in schedule: NoiseSchedule) {
        let share = schedule.signalShare(atTimestep: timestep)
        self.init(signal: share.squareRoot(), noise: (1 - share).squareRoot(), inputScale: 1, timestep: Float(timestep))
    }

    /// The estimate of x₀ that a model's output for `latents · inputScale` amounts to.
    func denoised(_ latents: NDArray, output: NDArray, as prediction: Objective.Prediction) -> NDArray {
        switch prediction {
        case .epsilon: (latents - noise * output) / signal
        case .velocity: (signal * inputScale * inputScale) * latents - (noise * inputScale) * output
        case .sample: output
        }
    }

    /// The noise in latents that an estimate of x₀ amounts to.
    func epsilon(_ latents: NDArray, denoised: NDArray) -> NDArray { (latents - signal * denoised) / noise }

    /// Latents at another level with the same picture and the same noise: a step of DDIM.
    func moved(_ latents: NDArray, epsilon: NDArray, to level: NoiseLevel) -> NDArray {
        (level.signal / signal) * (latents - noise * epsilon) + level.noise * epsilon
    }
}
