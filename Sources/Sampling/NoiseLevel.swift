import Tensors

/// The parts of latents at one point of the way: `x = signal · x₀ + noise · ε`.
struct NoiseLevel: Sendable, Equatable {
    let signal: Float
    let noise: Float
    /// Brings latents to the unit variance that the model was trained with.
    let inputScale: Float
    /// The training step with this ratio of noise to signal; may be fractional.
    let timestep: Float

    /// The whole signal under noise of standard deviation σ: the space of k-diffusion's samplers.
    init(sigma: Float, in schedule: NoiseSchedule) {
        signal = 1
        noise = sigma
        inputScale = 1 / (sigma * sigma + 1).squareRoot()
        timestep = schedule.timestep(atSigma: sigma)
    }

    /// Signal and noise as training mixed them: the space of diffusers' DDIM and LCM.
    init(timestep: Int, in schedule: NoiseSchedule) {
        let signalShare = schedule.signalShares[timestep]
        signal = signalShare.squareRoot()
        noise = (1 - signalShare).squareRoot()
        inputScale = 1
        self.timestep = Float(timestep)
    }

    /// The estimate of x₀ that a model's output for `latents · inputScale` amounts to.
    func denoised(_ latents: NDArray, output: NDArray, as prediction: Objective.Prediction) -> NDArray {
        switch prediction {
        case .epsilon: (latents - noise * output) / signal
        case .velocity: (signal * inputScale * inputScale) * latents - (noise * inputScale) * output
        case .sample: output
        }
    }
}
