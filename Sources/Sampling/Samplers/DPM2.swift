import Tensors

extension Sampler {
    /// DPM2: Euler's step to the geometric middle, then the whole step with the slope there.
    ///
    /// Source: Karras and others, 2022, with DPM-Solver-2's middle; k-diffusion `sample_dpm_2`.
    public static let dpm2 = Sampler(
        "DPM2", ["dpm_2", "k_dpm_2"], automatic: .karras, discardsPenultimate: true, evaluationsPerStep: 2, options: [.churn],
        "the slope in the middle; two calls a step", algorithm: walkDPM2)

    /// KDPM2: DPM2 on diffusers' evenly spaced levels, with none left out.
    ///
    /// Source: diffusers `KDPM2DiscreteScheduler`.
    public static let kdpm2 = Sampler(
        "KDPM2", evaluationsPerStep: 2, options: [.churn], origin: .diffusers, "DPM2 as SD.Next has it, with no level left out",
        algorithm: walkDPM2)

    /// DPM2 a: DPM2's step to less noise than wanted, with fresh noise for the rest.
    ///
    /// Source: k-diffusion `sample_dpm_2_ancestral`.
    public static let dpm2Ancestral = Sampler(
        "DPM2 a", ["dpm_2_ancestral", "k_dpm_2_a", "k_dpm_2_ancestral"], automatic: .karras, discardsPenultimate: true,
        evaluationsPerStep: 2, addedNoise: .fresh, options: [.eta, .noiseScale], "DPM2 with fresh noise; two calls a step",
        algorithm: walkDPM2Ancestral)

    /// KDPM2 a: DPM2 a on diffusers' evenly spaced levels, with none left out.
    ///
    /// Source: diffusers `KDPM2AncestralDiscreteScheduler`.
    public static let kdpm2Ancestral = Sampler(
        "KDPM2 a", evaluationsPerStep: 2, addedNoise: .fresh, options: [.eta, .noiseScale], origin: .diffusers,
        "DPM2 a as SD.Next has it, with no level left out", algorithm: walkDPM2Ancestral)

    private static let walkDPM2: Algorithm = { x, walk in
        var x = x
        for (sigma, to) in walk.steps {
            let from: Double
            (x, from) = walk.churned(x, at: sigma)
            x = try await walk.middleStep(x, from: from, to: to)
            x = walk.corrected(x, at: to)
        }
        return x
    }

    private static let walkDPM2Ancestral: Algorithm = { x, walk in
        var x = x
        for (from, to) in walk.steps {
            let (down, up) = walk.ancestral(from, to)
            x = try await walk.middleStep(x, from: from, to: down)
            if down > 0 { x = x + (up * walk.noiseScale) * walk.freshNoise() }
            x = walk.corrected(x, at: to)
        }
        return x
    }
}

extension SamplingWalk {
    /// A step with the slope at the geometric middle; Euler's where it ends at 0.
    fileprivate func middleStep(_ x: NDArray, from: Double, to: Double) async throws -> NDArray {
        let slope = (x - (try await denoised(x, at: from))) / from
        if to == 0 { return x + (to - from) * slope }
        let middle = (from * to).squareRoot()
        let trial = x + (middle - from) * slope
        return x + (to - from) * ((trial - (try await denoised(trial, at: middle))) / middle)
    }
}
