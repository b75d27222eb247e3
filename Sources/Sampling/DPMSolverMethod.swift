import Glibc
import Tensors

/// DPM-Solver++(2M): exact in what is linear in x, with x₀ extrapolated from the last two estimates.
///
/// Source: Lu and others, "DPM-Solver++", 2022, algorithm 2; k-diffusion `sample_dpmpp_2m`.
struct DPMSolverMethod: SamplingMethod {
    private let sigmas: [Float]
    let evaluations: [Evaluation]
    private var lastDenoised: NDArray?

    init(sigmas: [Float], in schedule: NoiseSchedule) {
        self.sigmas = sigmas
        evaluations = .init(sigmas: sigmas, in: schedule)
    }

    var initialNoise: Float { sigmas[0] }

    mutating func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray {
        defer { lastDenoised = denoised }
        let (from, to) = (Double(sigmas[step]), Double(sigmas[step + 1]))
        if to == 0 { return denoised }

        let remaining = to / from
        guard let lastDenoised else {
            return Float(remaining) * latents + Float(1 - remaining) * denoised
        }
        // How far the middle of this step lies beyond the last estimate, in steps of log σ.
        let beyond = log(from / to) / (2 * log(Double(sigmas[step - 1]) / from))
        let extrapolated = Float(1 + beyond) * denoised - Float(beyond) * lastDenoised
        return Float(remaining) * latents + Float(1 - remaining) * extrapolated
    }
}
