public import Tensors

/// Classifier-free guidance: how far the prediction is pushed from the negative prompt's towards the prompt's.
public struct Guidance: Sendable, Hashable {
    /// 1 follows the prompt's own prediction, 0 the negative prompt's; usually 4 to 12.
    public var scale: Float

    public init(scale: Float) { self.scale = scale }

    /// Whether the negative prompt matters; if not, the model need not be asked about it.
    public var needsUnconditional: Bool { scale != 1 }

    /// `unconditional + scale · (conditional − unconditional)`.
    ///
    /// For the model's raw outputs, as in diffusers. k-diffusion's users apply it to estimates of x₀, which gives the same: for each
    /// kind of prediction x₀ is a linear function of the output, with the same latents in both.
    public func combine(unconditional: NDArray, conditional: NDArray) -> NDArray {
        unconditional + scale * (conditional - unconditional)
    }
}
