extension UNetConfiguration {
    /// Reads the architecture off the original release's tensors.
    ///
    /// Shapes do not show how many heads share the channels. As in the released models, it is 8 heads where projections are
    /// convolutions (Stable Diffusion 1), and heads of 64 channels where they are linear layers (Stable Diffusion 2).
    init(_ shapes: ShapeReader) throws(CheckpointError) {
        let usesLinearProjection = try shapes.shape("middle_block.1.proj_in.weight").count == 2
        func headCount(_ channels: Int) -> Int { usesLinearProjection ? max(1, channels / 64) : 8 }
        func depth(_ step: String) throws(CheckpointError) -> Int {
            try shapes.check(shapes.count { "\(step).1.transformer_blocks.\($0).norm1.weight" }, "transformer blocks of \(step)", in: Limits.transformerDepth)
        }

        var blocks: [Block] = []
        var level = Level()
        var step = 1
        while true {
            let key = "input_blocks.\(step)"
            if shapes.contains("\(key).0.in_layers.0.weight") {
                let channels = try shapes.check(shapes.extent("\(key).0.out_layers.3.weight", axis: 0), "channels of \(key)", in: Limits.width)
                level.add(channels: channels, depth: shapes.contains("\(key).1.norm.weight") ? try depth(key) : nil)
            } else {
                guard level.isUniform else { throw .unsupportedModel(file: shapes.directory.fileName, .irregularUNet(step: key)) }
                if let channels = level.channels {
                    blocks.append(
                        Block(
                            channels: channels, layerCount: level.depths.count, hasAttention: level.depths[0] != nil,
                            headCount: headCount(channels), transformerDepth: level.depths[0] ?? 1))
                }
                level = Level()
                guard shapes.contains("\(key).0.op.weight") else { break }
            }
            step += 1
        }
        let blockCount = try shapes.check(blocks.count, "blocks", in: Limits.blocks)

        step = 0
        for level in blocks.indices.reversed() {
            blocks[level].hasAttentionUp = shapes.contains("output_blocks.\(step).1.norm.weight")
            if !blocks[level].hasAttention, blocks[level].hasAttentionUp { blocks[level].transformerDepth = try depth("output_blocks.\(step)") }
            step += blocks[level].layerCount + 1
        }
        // The middle has attention even where the innermost block has none.
        if !blocks[blockCount - 1].hasAttention { blocks[blockCount - 1].transformerDepth = try depth("middle_block") }

        let crossWidth = try shapes.extent("middle_block.1.transformer_blocks.0.attn2.to_k.weight", axis: 1)
        self.init(blocks: blocks, crossAttentionWidth: try shapes.check(crossWidth, "cross-attention width", in: Limits.width))
        inChannels = try shapes.check(shapes.extent("input_blocks.0.0.weight", axis: 1), "input channels", in: Limits.width)
        outChannels = try shapes.check(shapes.extent("out.2.weight", axis: 0), "output channels", in: Limits.width)
        self.usesLinearProjection = usesLinearProjection
        if shapes.contains("time_embed.cond_proj.weight") {
            guidanceWidth = try shapes.check(shapes.extent("time_embed.cond_proj.weight", axis: 1), "guidance embedding", in: Limits.guidanceWidth)
        }
        try checkDivisibility(fileName: shapes.directory.fileName)
    }

    /// The residual blocks between two downsamplings.
    private struct Level {
        var channels: Int?
        /// Of each residual block's attention; nil without attention.
        var depths: [Int?] = []
        var isUniform = true

        mutating func add(channels: Int, depth: Int?) {
            if let first = depths.first, first != depth || self.channels != channels { isUniform = false }
            self.channels = channels
            depths.append(depth)
        }
    }
}
