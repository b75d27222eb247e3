/// The architecture of a conditional UNet, in the terms of diffusers' `UNet2DConditionModel`.
///
/// Per-block lists go from the outermost (full-size) block to the innermost one, as in `down_block_types`.
public struct UNetConfiguration: Sendable, Hashable {
    /// One level of the way down and its mirror on the way up.
    public struct Block: Sendable, Hashable {
        /// Channels of its feature maps.
        public var channels: Int
        /// Residual blocks on the way down; the way up has one more.
        public var layerCount: Int
        /// Number of attention heads (diffusers calls it `attention_head_dim` in the configurations of all released models).
        public var headCount: Int
        /// Transformer blocks of each attention layer on the way down, one layer behind each residual block. Empty without attention.
        public var depths: [Int]
        /// The same for the way up, in its order. Empty without attention.
        public var depthsUp: [Int]

        /// Attention layers follow the residual blocks on the way down.
        public var hasAttention: Bool { !depths.isEmpty }
        /// Attention layers follow the residual blocks on the way up. Equal to `hasAttention` in every released model.
        public var hasAttentionUp: Bool { !depthsUp.isEmpty }

        /// A level whose attention layers may differ.
        public init(channels: Int, layerCount: Int, headCount: Int, depths: [Int], depthsUp: [Int]) {
            self.channels = channels
            self.layerCount = layerCount
            self.headCount = headCount
            self.depths = depths
            self.depthsUp = depthsUp
        }

        /// A level whose attention layers all have the same depth.
        public init(
            channels: Int, layerCount: Int = 2, hasAttention: Bool, hasAttentionUp: Bool? = nil, headCount: Int, transformerDepth: Int = 1
        ) {
            self.init(
                channels: channels, layerCount: layerCount, headCount: headCount,
                depths: hasAttention ? Array(repeating: transformerDepth, count: layerCount) : [],
                depthsUp: hasAttentionUp ?? hasAttention ? Array(repeating: transformerDepth, count: layerCount + 1) : [])
        }
    }

    /// The layers between the way down and the way up.
    public enum Middle: Sendable, Hashable {
        /// An attention layer of so many transformer blocks between two residual blocks.
        case attention(depth: Int)
        /// One residual block: SSD-1B, Vega.
        case residualBlock
        /// No layer at all.
        case nothing
    }

    /// Channels of the input: latents, and a mask with masked latents in inpainting models.
    public var inChannels = 4
    /// Channels of what it predicts.
    public var outChannels = 4
    /// The levels, from the outermost.
    public var blocks: [Block]
    /// The layers behind the innermost level.
    public var middle: Middle
    /// Width of the text embedding that cross-attention reads.
    public var crossAttentionWidth: Int
    /// Numbers in the vector that is added to the time embedding (`projection_class_embeddings_input_dim`): pooled text and sizes of
    /// Stable Diffusion XL. nil for UNets without it.
    public var vectorWidth: Int?
    /// Groups of each group norm.
    public var normGroups = 32
    /// Added to the variance in group norms of residual blocks.
    public var normEpsilon: Float = 1e-5
    /// `proj_in` and `proj_out` are linear layers rather than 1×1 convolutions.
    public var usesLinearProjection = false
    /// Cosines stand before sines in the time embedding.
    public var flipsSineToCosine = true
    /// Lessens the count that the frequencies of the time embedding are spaced by.
    public var frequencyShift: Float = 0
    /// Numbers in the embedding of the guidance scale that the UNet takes as an input (`time_cond_proj_dim`), as distilled models such as
    /// LCM do instead of being asked about two texts. nil for all others.
    public var guidanceWidth: Int?
    /// Side of the latents that the model was trained on (`sample_size`): 64 for 512 pixels. nil when the file does not say.
    public var sampleSize: Int?

    /// Latents per position of the smallest feature map, along one side: 8 with four levels, 4 with three.
    public var downscale: Int { 1 << (blocks.count - 1) }

    /// - Parameter middle: attention as deep as the innermost block's when left out.
    public init(blocks: [Block], middle: Middle? = nil, crossAttentionWidth: Int) {
        self.blocks = blocks
        self.middle = middle ?? .attention(depth: blocks.last?.depths.last ?? blocks.last?.depthsUp.first ?? 1)
        self.crossAttentionWidth = crossAttentionWidth
    }
}
