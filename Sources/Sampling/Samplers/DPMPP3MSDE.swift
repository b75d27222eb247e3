import Glibc
import Tensors

extension Sampler {
    /// DPM++ 3M SDE: exact in what is linear in x, with three estimates, on the way of a Brownian motion.
    ///
    /// Source: k-diffusion `sample_dpmpp_3m_sde`.
    public static let dpmpp3MSDE = Sampler(
        "DPM++ 3M SDE", ["dpmpp_3m_sde", "k_dpmpp_3m_sde"], automatic: .exponential, discardsPenultimate: true, addedNoise: .brownian,
        options: [.eta, .noiseScale], "three estimates and noise on the way, for 30 steps and more; one call a step"
    ) { x, walk in
        var x = x
        // The latest first.
        var past: [(denoised: NDArray, width: Double)] = []
        let eta = walk.eta
        for (from, to) in walk.steps {
            let denoised = try await walk.denoised(x, at: from)
            guard to > 0 else { return denoised }
            let h = log(from / to)
            let k = h * (1 + eta)
            x = exp(-k) * x - expm1(-k) * denoised
            let phi2 = expm1(-k) / k + 1
            if past.count == 2 {
                let (r0, r1) = (past[0].width / h, past[1].width / h)
                let first = (1 / r0) * (denoised - past[0].denoised)
                let second = (1 / r1) * (past[0].denoised - past[1].denoised)
                let slope = first + (r0 / (r0 + r1)) * (first - second)
                let bend = (1 / (r0 + r1)) * (first - second)
                x = x + phi2 * slope - (phi2 / k - 0.5) * bend
            } else if let last = past.first {
                x = x + (phi2 * h / last.width) * (denoised - last.denoised)
            }
            if eta > 0 {
                x = x + (to * (-expm1(-2 * eta * h)).squareRoot() * walk.noiseScale) * walk.brownianNoise(from: from, to: to)
            }
            past = [(denoised, h)] + past.prefix(1)
            x = walk.corrected(x, at: to)
        }
        return x
    }
}
