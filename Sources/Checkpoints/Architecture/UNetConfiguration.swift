/// The architecture of a conditional UNet, in the terms of diffusers' `UNet2DConditionModel`.
///
/// Per-block lists go from the outermost (full-size) block to the innermost one, as in `down_block_types`.
public struct UNetConfiguration: Sendable, Hashable {
    public struct Block: Sendable, Hashable {
        public var channels: Int
        /// Residual blocks on the way down; the way up has one more.
        public var layerCount: Int
        /// Attention layers follow the residual blocks on the way down.
        public var hasAttention: Bool
        /// Attention on the mirrored level of the way up. Equal to `hasAttention` in every released model.
        public var hasAttentionUp: Bool
        /// Number of attention heads (diffusers calls it `attention_head_dim` in SD1 and SD2 configurations).
        public var headCount: Int
        /// Transformer blocks in each attention layer: 1 in SD1 and SD2.
        public var transformerDepth: Int

        public init(channels: Int, layerCount: Int = 2, hasAttention: Bool, hasAttentionUp: Bool? = nil, headCount: Int, transformerDepth: Int = 1) {
            self.channels = channels
            self.layerCount = layerCount
            self.hasAttention = hasAttention
            self.hasAttentionUp = hasAttentionUp ?? hasAttention
            self.headCount = headCount
            self.transformerDepth = transformerDepth
        }
    }

    public var inChannels = 4
    public var outChannels = 4
    public var blocks: [Block]
    /// Width of the text embedding that cross-attention reads.
    public var crossAttentionWidth: Int
    public var normGroups = 32
    public var normEpsilon: Float = 1e-5
    /// `proj_in` and `proj_out` are linear layers (SD2) rather than 1×1 convolutions (SD1).
    public var usesLinearProjection = false
    public var flipsSineToCosine = true
    public var frequencyShift: Float = 0
    /// Numbers in the embedding of the guidance scale that the UNet takes as an input (`time_cond_proj_dim`), as distilled models such as
    /// LCM do instead of being asked about two texts. nil for all others.
    public var guidanceWidth: Int?
    /// Side of the latents that the model was trained on (`sample_size`): 64 for 512 pixels. nil when the file does not say.
    public var sampleSize: Int?

    /// Latents per position of the smallest feature map, along one side: 8 for SD1 and SD2.
    public var downscale: Int { 1 << (blocks.count - 1) }

    public init(blocks: [Block], crossAttentionWidth: Int) {
        self.blocks = blocks
        self.crossAttentionWidth = crossAttentionWidth
    }
}
