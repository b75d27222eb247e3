import Generation

/// The architecture of a CLIP text encoder, in the terms of transformers' `CLIPTextConfig`.
public struct TextEncoderConfiguration: Sendable, Hashable {
    /// The activation between the two layers of each feed-forward part.
    public enum Activation: String, Sendable { case quickGELU = "quick_gelu", gelu }

    /// Rows of the token table.
    public var vocabularySize = 49_408
    /// `hidden_size`.
    public var width: Int
    /// `intermediate_size`.
    public var intermediateWidth: Int
    /// Transformer layers.
    public var layerCount: Int
    /// Attention heads of each layer.
    public var headCount: Int
    /// Positions that one call takes: 77 for CLIP.
    public var positionCount = CLIPText.positionCount
    /// The activation of the feed-forward parts.
    public var activation: Activation
    /// Added to the variance in layer norms.
    public var layerNormEpsilon: Float = 1e-5
    /// Width of the projected states, for encoders that give a pooled text (`projection_dim`). nil without a projection.
    public var projectionWidth: Int?

    /// CLIP's vocabulary and positions, without a projection.
    public init(width: Int, intermediateWidth: Int, layerCount: Int, headCount: Int, activation: Activation) {
        self.width = width
        self.intermediateWidth = intermediateWidth
        self.layerCount = layerCount
        self.headCount = headCount
        self.activation = activation
    }
}
