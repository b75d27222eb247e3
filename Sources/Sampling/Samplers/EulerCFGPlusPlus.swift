import Tensors

extension Sampler {
    /// Euler CFG++: the guided picture, with the noise that the model sees for the negative prompt. CFG scales of 0 … 2 are usual.
    ///
    /// Source: Chung and others, "CFG++: manifold-constrained classifier free guidance", 2024; ComfyUI `sample_euler_cfg_pp`.
    public static let eulerCFGPlusPlus = Sampler(
        "Euler CFG++", ["euler_cfg_pp"], plusPlusFactor: 1, origin: .comfyUI,
        "Euler with guidance for small CFG scales, 0 to 2; one call a step"
    ) { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let estimates = try await walk.estimates(x, at: from)
            x = estimates.denoised + (to / from) * (x - estimates.unconditional)
            x = walk.corrected(x, at: to)
        }
        return x
    }

    /// Euler a CFG++: the same with fresh noise.
    ///
    /// Source: ComfyUI `sample_euler_ancestral_cfg_pp`.
    public static let eulerAncestralCFGPlusPlus = Sampler(
        "Euler a CFG++", ["euler_ancestral_cfg_pp"], addedNoise: .fresh, options: [.eta, .noiseScale], plusPlusFactor: 1, origin: .comfyUI,
        "Euler a with guidance for small CFG scales, 0 to 2; one call a step"
    ) { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let (down, up) = walk.ancestral(from, to)
            let estimates = try await walk.estimates(x, at: from)
            x = estimates.denoised + (down / from) * (x - estimates.unconditional)
            if to > 0 { x = x + (up * walk.noiseScale) * walk.freshNoise() }
            x = walk.corrected(x, at: to)
        }
        return x
    }
}
