import Tensors

/// Euler's steps to less noise than wanted, with fresh noise for the rest (η = 1).
///
/// Source: k-diffusion `sample_euler_ancestral` and `get_ancestral_step`.
struct EulerAncestralMethod: SamplingMethod {
    private let sigmas: [Float]
    let evaluations: [Evaluation]

    init(sigmas: [Float], in schedule: NoiseSchedule) {
        self.sigmas = sigmas
        evaluations = .init(sigmas: sigmas, in: schedule)
    }

    var initialNoise: Float { sigmas[0] }

    func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray {
        let (from, to) = (sigmas[step], sigmas[step + 1])
        let added = min(to, (to * to * (from * from - to * to) / (from * from)).squareRoot())
        let remaining = (to * to - added * added).squareRoot()

        let derivative = (latents - denoised) / from
        let next = latents + derivative * (remaining - from)
        return to > 0 ? next + noise.draw(like: latents) * added : next
    }
}
