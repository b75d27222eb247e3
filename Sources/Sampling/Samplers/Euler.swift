import Tensors

extension Sampler {
    /// Euler: straight steps along the derivative `dx/dσ = (x − x₀) / σ`.
    ///
    /// Source: Karras and others, "Elucidating the design space of diffusion-based generative models", 2022, algorithm 2 without its
    /// second half; k-diffusion `sample_euler`.
    public static let euler = Sampler("Euler", ["k_euler"], options: [.churn], "straight steps; one call a step") { x, walk in
        var x = x
        for (sigma, next) in walk.steps {
            let from: Double
            (x, from) = walk.churned(x, at: sigma)
            let slope = (x - (try await walk.denoised(x, at: from))) / from
            x = x + (next - from) * slope
            x = walk.corrected(x, at: next)
        }
        return x
    }

    /// Euler a: Euler's steps to less noise than wanted, with fresh noise for the rest.
    ///
    /// Source: k-diffusion `sample_euler_ancestral` and `get_ancestral_step`.
    public static let eulerAncestral = Sampler(
        "Euler a", ["euler_ancestral", "k_euler_a", "k_euler_ancestral"], addedNoise: .fresh, options: [.eta],
        "straight steps with fresh noise, so that more steps change the picture; one call a step"
    ) { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let (down, up) = walk.ancestral(from, to)
            let slope = (x - (try await walk.denoised(x, at: from))) / from
            x = x + (down - from) * slope
            if to > 0 { x = x + up * walk.freshNoise() }
            x = walk.corrected(x, at: to)
        }
        return x
    }
}
