import Tensors

/// Euler's step as a trial, then the step with the mean of the derivatives at both ends. The last step, to σ = 0, has no second end.
///
/// Source: Karras and others, 2022, algorithm 2 without churn; k-diffusion `sample_heun`.
struct HeunMethod: SamplingMethod {
    private let sigmas: [Float]
    let evaluations: [Evaluation]
    /// Where the trial in progress started.
    private var start: (latents: NDArray, derivative: NDArray)?

    init(sigmas: [Float], in schedule: NoiseSchedule) {
        self.sigmas = sigmas
        evaluations = sigmas.indices.dropLast().flatMap { step in
            [sigmas[step], sigmas[step + 1]].filter { $0 > 0 }
                .map { Evaluation(level: NoiseLevel(sigma: $0, in: schedule), step: step) }
        }
    }

    var initialNoise: Float { sigmas[0] }

    mutating func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray {
        let (from, to) = (sigmas[step], sigmas[step + 1])
        if let start {
            self.start = nil
            let endDerivative = (latents - denoised) / to
            return start.latents + (start.derivative + endDerivative) / 2 * (to - from)
        }
        let derivative = (latents - denoised) / from
        if to > 0 { start = (latents, derivative) }
        return latents + derivative * (to - from)
    }
}
