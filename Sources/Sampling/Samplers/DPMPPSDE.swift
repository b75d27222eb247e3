import Glibc
import Tensors

extension Sampler {
    /// DPM++ SDE: DPM++ 2S on the way of a Brownian motion.
    ///
    /// The middle of a step is no level of the schedule. Single precision may move it by a millionth, and that moves the noise there.
    /// Source: Lu and others, "DPM-Solver++", 2022; k-diffusion `sample_dpmpp_sde` with r = ½.
    public static let dpmppSDE = Sampler(
        "DPM++ SDE", ["dpmpp_sde", "k_dpmpp_sde"], automatic: .karras, evaluationsPerStep: 2, addedNoise: .brownian,
        options: [.eta, .noiseScale], "detailed pictures in few steps, with noise on the way; two calls a step"
    ) { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let denoised = try await walk.denoised(x, at: from)
            guard to > 0 else { return denoised }
            // As k-diffusion finds it, in single precision.
            let middle = Double(expf(-(-logf(Float(from)) * 0.5 + -logf(Float(to)) * 0.5)))
            let half = walk.ancestral(from, middle)
            var trial = (half.down / from) * x + (1 - half.down / from) * denoised
            trial = trial + (half.up * walk.noiseScale) * walk.brownianNoise(from: from, to: middle)
            let second = try await walk.denoised(trial, at: middle)
            let whole = walk.ancestral(from, to)
            x = (whole.down / from) * x + (1 - whole.down / from) * second
            x = x + (whole.up * walk.noiseScale) * walk.brownianNoise(from: from, to: to)
            x = walk.corrected(x, at: to)
        }
        return x
    }
}
