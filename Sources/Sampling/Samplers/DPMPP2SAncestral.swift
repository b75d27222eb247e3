import Tensors

extension Sampler {
    /// DPM++ 2S a: DPM-Solver++ with the estimate in the middle of the step, to less noise than wanted, and fresh noise for the rest.
    ///
    /// Source: Lu and others, "DPM-Solver++", 2022, algorithm 1; k-diffusion `sample_dpmpp_2s_ancestral`.
    public static let dpmpp2SAncestral = Sampler(
        "DPM++ 2S a", ["dpmpp_2s_ancestral", "k_dpmpp_2s_a", "k_dpmpp_2s_ancestral"], automatic: .karras, evaluationsPerStep: 2,
        addedNoise: .fresh, options: [.eta, .noiseScale], "the estimate in the middle, with fresh noise; two calls a step"
    ) { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let (down, up) = walk.ancestral(from, to)
            let denoised = try await walk.denoised(x, at: from)
            if down == 0 {
                x = denoised
            } else {
                let middle = (from * down).squareRoot()
                let trial = (middle / from) * x + (1 - middle / from) * denoised
                x = (down / from) * x + (1 - down / from) * (try await walk.denoised(trial, at: middle))
            }
            if to > 0 { x = x + (up * walk.noiseScale) * walk.freshNoise() }
            x = walk.corrected(x, at: to)
        }
        return x
    }
}
