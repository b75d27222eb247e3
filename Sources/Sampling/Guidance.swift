import Glibc
public import Tensors

/// Classifier-free guidance: how far the prediction is pushed from the negative prompt's towards the prompt's.
public struct Guidance: Sendable, Hashable {
    /// 1 follows the prompt's own prediction, 0 the negative prompt's; usually 4 to 12.
    public var scale: Float

    /// Makes guidance of a scale, `Recipe.cfgScale`.
    public init(scale: Float) { self.scale = scale }

    /// Whether the negative prompt matters; if not, the model need not be asked about it.
    /// - Parameter weights: of the prompt's parts.
    public func needsUnconditional(weights: [Float] = [1]) -> Bool { weights.count != 1 || scale * weights[0] != 1 }

    /// `unconditional + Σ weightᵢ · scale · (conditionalᵢ − unconditional)`.
    ///
    /// For the model's raw outputs, as in diffusers. k-diffusion's users apply it to estimates of x₀, which gives the same: for each
    /// kind of prediction x₀ is a linear function of the output, with the same latents in both.
    /// - Parameter conditionals: one for each part of the prompt, with its weight.
    ///
    /// Source: A1111 1.10 `CFGDenoiser.combine_denoised`.
    public func combine(unconditional: NDArray, conditionals: [(weight: Float, answer: NDArray)]) -> NDArray {
        conditionals.reduce(unconditional) { $0 + ($1.weight * scale) * ($1.answer - unconditional) }
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
