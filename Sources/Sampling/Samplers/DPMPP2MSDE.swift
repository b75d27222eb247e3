import Glibc
import Tensors

extension Sampler {
    /// DPM++ 2M SDE: DPM++ 2M on the way of a Brownian motion, with the estimate at the middle of the step.
    ///
    /// Source: k-diffusion `sample_dpmpp_2m_sde`, `solver_type="midpoint"`.
    public static let dpmpp2MSDE = Sampler(
        "DPM++ 2M SDE", ["dpmpp_2m_sde", "k_dpmpp_2m_sde"], automatic: .exponential, addedNoise: .brownian, options: [.eta, .noiseScale],
        "DPM++ 2M with noise on the way; one call a step"
    ) { x, walk in try await walk.dpmpp2MSDE(x, middle: true) { from, to in walk.brownianNoise(from: from, to: to) } }

    /// DPM++ 2M SDE Heun: the same with Heun's rule for the second estimate.
    ///
    /// Source: k-diffusion `sample_dpmpp_2m_sde`, `solver_type="heun"`.
    public static let dpmpp2MSDEHeun = Sampler(
        "DPM++ 2M SDE Heun", ["dpmpp_2m_sde_heun", "k_dpmpp_2m_sde_heun"], automatic: .exponential, addedNoise: .brownian,
        options: [.eta, .noiseScale], "DPM++ 2M SDE with Heun's rule; one call a step"
    ) { x, walk in try await walk.dpmpp2MSDE(x, middle: false) { from, to in walk.brownianNoise(from: from, to: to) } }

    /// DPM++ 2M SDE (diffusers): the same with fresh noise in each step.
    ///
    /// Source: diffusers `DPMSolverMultistepScheduler`, `algorithm_type="sde-dpmsolver++"`.
    public static let dpmpp2MSDEWhite = Sampler(
        "DPM++ 2M SDE (diffusers)", automatic: .linspace, addedNoise: .fresh, options: [.eta, .noiseScale], origin: .diffusers,
        grid: .solver(), "DPM++ 2M SDE as SD.Next has it, with fresh noise in each step; one call a step"
    ) { x, walk in try await walk.dpmpp2MSDE(x, middle: true) { _, _ in walk.freshNoise() } }
}

extension SamplingWalk {
    /// - Parameters:
    ///   - middle: whether the second estimate is taken at the middle of the step rather than by Heun's rule.
    ///   - noise: standard normal numbers for a step.
    fileprivate func dpmpp2MSDE(_ start: NDArray, middle: Bool, noise: (Double, Double) -> NDArray) async throws -> NDArray {
        var x = start
        var last: (denoised: NDArray, width: Double)?
        for (from, to) in steps {
            let denoised = try await denoised(x, at: from)
            guard to > 0 else { return denoised }
            let h = log(from / to)
            let share = -expm1(-h * (1 + eta))
            x = (to / from * exp(-eta * h)) * x + share * denoised
            if let last {
                let factor = middle ? share / 2 : 1 - share / (h * (1 + eta))
                x = x + (factor * h / last.width) * (denoised - last.denoised)
            }
            if eta > 0 { x = x + (to * (-expm1(-2 * eta * h)).squareRoot() * noiseScale) * noise(from, to) }
            last = (denoised, h)
            x = corrected(x, at: to)
        }
        return x
    }
}
