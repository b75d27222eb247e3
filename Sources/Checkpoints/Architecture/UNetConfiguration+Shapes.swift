extension UNetConfiguration {
    /// Reads the architecture off the original release's tensors.
    ///
    /// Shapes do not show how many heads share the channels. As in the released models, it is 8 heads where projections are
    /// convolutions (Stable Diffusion 1), and heads of 64 channels where they are linear layers (Stable Diffusion 2 and XL).
    init(_ shapes: ShapeReader) throws(CheckpointError) {
        var levels = try Self.levelsDown(shapes)
        let blockCount = try shapes.check(levels.count, "blocks", in: Limits.blocks)
        var step = 0
        for level in levels.indices.reversed() {
            for _ in 0...levels[level].depths.count {
                levels[level].depthsUp.append(try Self.depth(shapes, "output_blocks.\(step)"))
                step += 1
            }
            guard Set(levels[level].depthsUp.map { $0 != nil }).count == 1 else {
                throw .unsupportedModel(file: shapes.directory.fileName, .irregularUNet(step: "output_blocks.\(step)"))
            }
        }
        let middle: Middle =
            if let depth = try Self.depth(shapes, "middle_block") {
                .attention(depth: depth)
            } else {
                shapes.contains("middle_block.0.in_layers.0.weight") ? .residualBlock : .nothing
            }

        // Any attention layer shows how all of them are made.
        let attention = (0..<step).map { "output_blocks.\($0).1" }.first { shapes.contains("\($0).norm.weight") } ?? "middle_block.1"
        let usesLinearProjection = try shapes.shape("\(attention).proj_in.weight").count == 2
        let crossWidth = try shapes.extent("\(attention).transformer_blocks.0.attn2.to_k.weight", axis: 1)
        var blocks: [Block] = []
        for level in levels.prefix(blockCount) {
            blocks.append(
                Block(
                    channels: level.channels, layerCount: level.depths.count,
                    headCount: usesLinearProjection ? max(1, level.channels / 64) : 8,
                    depths: level.depths.compactMap { $0 }, depthsUp: level.depthsUp.compactMap { $0 }))
        }
        self.init(
            blocks: blocks, middle: middle, crossAttentionWidth: try shapes.check(crossWidth, "cross-attention width", in: Limits.width))
        inChannels = try shapes.check(shapes.extent("input_blocks.0.0.weight", axis: 1), "input channels", in: Limits.width)
        outChannels = try shapes.check(shapes.extent("out.2.weight", axis: 0), "output channels", in: Limits.width)
        self.usesLinearProjection = usesLinearProjection
        if shapes.contains("label_emb.0.0.weight") {
            vectorWidth = try shapes.check(shapes.extent("label_emb.0.0.weight", axis: 1), "vector width", in: Limits.width)
        }
        if shapes.contains("time_embed.cond_proj.weight") {
            guidanceWidth = try shapes.check(
                shapes.extent("time_embed.cond_proj.weight", axis: 1), "guidance embedding", in: Limits.guidanceWidth)
        }
        try checkDivisibility(fileName: shapes.directory.fileName)
    }

    /// Transformer blocks of the attention layer of a step; nil without attention.
    private static func depth(_ shapes: ShapeReader, _ step: String) throws(CheckpointError) -> Int? {
        guard shapes.contains("\(step).1.norm.weight") else { return nil }
        let depth = shapes.count { "\(step).1.transformer_blocks.\($0).norm1.weight" }
        return try shapes.check(depth, "transformer blocks of \(step)", in: Limits.transformerDepth)
    }

    private static func levelsDown(_ shapes: ShapeReader) throws(CheckpointError) -> [Level] {
        var levels: [Level] = []
        var level: Level?
        for step in 1... {
            let key = "input_blocks.\(step)"
            if shapes.contains("\(key).0.in_layers.0.weight") {
                let channels = try shapes.check(
                    shapes.extent("\(key).0.out_layers.3.weight", axis: 0), "channels of \(key)", in: Limits.width)
                let depth = try depth(shapes, key)
                if let first = level, first.channels != channels || (first.depths[0] == nil) != (depth == nil) {
                    throw .unsupportedModel(file: shapes.directory.fileName, .irregularUNet(step: key))
                }
                level = Level(channels: channels, depths: (level?.depths ?? []) + [depth])
            } else {
                if let level { levels.append(level) }
                level = nil
                guard shapes.contains("\(key).0.op.weight") else { break }
            }
        }
        return levels
    }

    /// The residual blocks between two downsamplings, and their mirror.
    private struct Level {
        var channels: Int
        /// Transformer blocks behind each residual block; nil without attention.
        var depths: [Int?]
        var depthsUp: [Int?] = []
    }
}
