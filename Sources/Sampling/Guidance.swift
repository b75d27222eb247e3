import Glibc
public import Tensors

/// Classifier-free guidance: how far the prediction is pushed from the negative prompt's towards the prompt's.
public struct Guidance: Sendable, Hashable {
    /// 1 follows the prompt's own prediction, 0 the negative prompt's; usually 4 to 12.
    public var scale: Float
    /// Settings of when and how it is applied.
    public var options: GuidanceOptions
    /// Whether the sampler looks at the answer to the negative prompt by itself (CFG++), so that the model is always asked about it.
    public var keepsUnconditional: Bool

    /// Makes guidance of a scale, `Recipe.cfgScale`.
    public init(scale: Float, options: GuidanceOptions = GuidanceOptions(), keepsUnconditional: Bool = false) {
        (self.scale, self.options, self.keepsUnconditional) = (scale, options, keepsUnconditional)
    }

    /// Whether the negative prompt matters; if not, the model need not be asked about it.
    /// - Parameter weights: of the prompt's parts.
    public func needsUnconditional(weights: [Float] = [1]) -> Bool { keepsUnconditional || weights.count != 1 || scale * weights[0] != 1 }

    /// Whether a call leaves the negative prompt out, and follows the prompt's parts alone.
    ///
    /// Source: A1111 1.10 `CFGDenoiser.forward` for `skip_early_cond` and `s_min_uncond`.
    public func skips(_ call: SamplingRun.ModelCall) -> Bool {
        if keepsUnconditional { return false }
        let done = Float(call.index) / Float(call.count)
        if options.skipEarly > 0, done <= options.skipEarly { return true }
        if done < options.start || done >= options.end && options.end < 1 { return true }
        return (call.index % 2 == 1 || options.minimumSigmaAllSteps) && call.sigma < options.minimumSigma
    }

    /// `unconditional + Σ weightᵢ · scale · (conditionalᵢ − unconditional)`, and what `options.rescale` makes of it.
    ///
    /// For the model's raw outputs, as in diffusers. k-diffusion's users apply it to estimates of x₀, which gives the same: for each
    /// kind of prediction x₀ is a linear function of the output, with the same latents in both.
    /// - Parameters:
    ///   - unconditional: nil for a call that leaves it out: the parts are added up by their weights.
    ///   - conditionals: one for each part of the prompt, with its weight.
    ///
    /// Source: A1111 1.10 `CFGDenoiser.combine_denoised`; diffusers `rescale_noise_cfg`.
    public func combine(unconditional: NDArray?, conditionals: [(weight: Float, answer: NDArray)]) -> NDArray {
        let base = unconditional ?? conditionals[0].answer
        func sum(_ scale: Float) -> NDArray {
            conditionals.reduce(base) { $0 + Double($1.weight * scale) * ($1.answer - base) }
        }
        guard unconditional != nil else { return sum(1) }
        let guided = sum(scale)
        guard options.rescale > 0 else { return guided }
        let factor = sum(1).deviation / guided.deviation
        return factor.isFinite ? Double(options.rescale) * factor * guided + Double(1 - options.rescale) * guided : guided
    }

    /// The scale as an input of models that were distilled from guided ones, such as LCM: waves of scale − 1, half sines and half cosines.
    ///
    /// Rounded to single precision where torch does: an angle is a thousand times the scale, so its last bit shows in the result.
    /// - Parameter width: at least 4.
    /// - Returns: `[1, width]`.
    ///
    /// Source: diffusers 0.42 `LatentConsistencyModelPipeline.get_guidance_scale_embedding`.
    public func embedding(width: Int) -> NDArray {
        let half = width / 2
        let distance = Float(log(Float(10_000))) / Float(half - 1)
        let angles = (0..<half).map { (scale - 1) * 1000 * exp(Float($0) * -distance) }
        return NDArray(shape: [1, width], values: angles.map { sin($0) } + angles.map { cos($0) } + .init(repeating: 0, count: width % 2))
    }
}

/// Settings of when and how guidance is applied.
public struct GuidanceOptions: Sendable, Hashable, Codable {
    /// How far the guided prediction gets the standard deviation of the prompt's own, 0 … 1: against pictures that are too bright and
    /// too contrasty, above all of models with zero terminal SNR. 0.7 is usual.
    public var rescale: Float = 0
    /// The share of calls before guidance begins, 0 … 1.
    public var start: Float = 0
    /// The share of calls after which guidance ends, 0 … 1.
    public var end: Float = 1
    /// The share of calls at the beginning that leave out the negative prompt; A1111's `skip_early_cond`.
    public var skipEarly: Float = 0
    /// The σ below which every other call leaves out the negative prompt; A1111's "negative guidance minimum sigma".
    public var minimumSigma: Float = 0
    /// Whether below it every call does.
    public var minimumSigmaAllSteps = false

    /// Makes the options that change nothing.
    public init() {}
}

extension NDArray {
    /// The standard deviation of all numbers.
    fileprivate var deviation: Double {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1) } / count
        let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        return (squares / max(count - 1, 1)).squareRoot()
    }
}
