import Tensors

/// Straight steps along the derivative dx/dσ = (x − x₀) / σ.
///
/// Source: Karras and others, "Elucidating the design space of diffusion-based generative models", 2022, algorithm 2 without churn;
/// k-diffusion `sample_euler`.
struct EulerMethod: SamplingMethod {
    private let sigmas: [Float]
    let evaluations: [Evaluation]

    init(sigmas: [Float], in schedule: NoiseSchedule) {
        self.sigmas = sigmas
        evaluations = .init(sigmas: sigmas, in: schedule)
    }

    var initialNoise: Float { sigmas[0] }

    func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray {
        let derivative = (latents - denoised) / sigmas[step]
        return latents + derivative * (sigmas[step + 1] - sigmas[step])
    }
}
