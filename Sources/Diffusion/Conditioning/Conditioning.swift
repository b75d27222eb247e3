public import Tensors

/// A text as the text encoders leave it.
public struct EncodedText: Sendable, Hashable {
    /// `[1, 77·chunks, width]`, weighted as the prompt says.
    public var context: NDArray
    /// `[1, projectionWidth]`: the end of the first chunk, after the encoder's projection, never weighted. nil when it was not asked for.
    public var pooled: NDArray?

    public init(context: NDArray, pooled: NDArray? = nil) {
        self.context = context
        self.pooled = pooled
    }

    /// Zeros in the place of every number.
    var zeroed: EncodedText {
        EncodedText(context: NDArray(repeating: 0, shape: context.shape), pooled: pooled.map { NDArray(repeating: 0, shape: $0.shape) })
    }
}

/// The inputs of a denoiser besides latents and timestep.
public struct Conditioning: Sendable, Hashable {
    /// `[1, 77·chunks, width]`: the text that it attends to.
    public var context: NDArray
    /// Further inputs by their names, `[1, n]` each.
    public var vectors: [String: NDArray]

    public init(context: NDArray, vectors: [String: NDArray] = [:]) {
        self.context = context
        self.vectors = vectors
    }
}
