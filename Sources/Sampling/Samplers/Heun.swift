import Tensors

extension Sampler {
    /// Heun: Euler's step as a trial, then the step with the mean of the derivatives at both ends. The last step has no second end.
    ///
    /// Source: Karras and others, 2022, algorithm 2; k-diffusion `sample_heun`.
    public static let heun = Sampler(
        "Heun", ["k_heun"], evaluationsPerStep: 2, options: [.churn], "the mean of two slopes; two calls a step"
    ) { x, walk in
        var x = x
        for (sigma, to) in walk.steps {
            let from: Double
            (x, from) = walk.churned(x, at: sigma)
            x = try await walk.heunStep(x, from: from, to: to)
            x = walk.corrected(x, at: to)
        }
        return x
    }
}

extension SamplingWalk {
    /// A step of Heun's method; Euler's where it ends at 0.
    func heunStep(_ x: NDArray, from: Double, to: Double) async throws -> NDArray {
        let slope = (x - (try await denoised(x, at: from))) / from
        let trial = x + (to - from) * slope
        if to == 0 { return trial }
        let other = (trial - (try await denoised(trial, at: to))) / to
        return x + ((to - from) / 2) * (slope + other)
    }
}
