extension UNetConfiguration {
    /// Reads the architecture off the tensors, under the names of the original release or of diffusers.
    ///
    /// Shapes do not show how many heads share the channels. As in the released models, it is 8 heads where projections are
    /// convolutions (Stable Diffusion 1), and heads of 64 channels where they are linear layers (Stable Diffusion 2 and XL).
    init(_ shapes: ShapeReader, naming: Naming = .original) throws(CheckpointError) {
        let isOriginal = naming == .original
        var levels = isOriginal ? try Self.levelsDown(shapes) : try Self.diffusersLevelsDown(shapes)
        let blockCount = try shapes.check(levels.count, "blocks", in: Limits.blocks)
        var attentions: [String] = []
        for (up, level) in levels.indices.reversed().enumerated() {
            for layer in 0...levels[level].depths.count {
                attentions.append(isOriginal ? "output_blocks.\(attentions.count).1" : "up_blocks.\(up).attentions.\(layer)")
                levels[level].depthsUp.append(try Self.depth(shapes, attentions.last ?? ""))
            }
            guard Set(levels[level].depthsUp.map { $0 != nil }).count == 1 else {
                throw .unsupportedModel(file: shapes.directory.fileName, .irregularUNet(step: attentions.last ?? ""))
            }
        }
        attentions.append(isOriginal ? "middle_block.1" : "mid_block.attentions.0")
        let middle: Middle =
            if let depth = try Self.depth(shapes, attentions.last ?? "") {
                .attention(depth: depth)
            } else {
                shapes.contains(isOriginal ? "middle_block.0.in_layers.0.weight" : "mid_block.resnets.0.norm1.weight")
                    ? .residualBlock : .nothing
            }

        // Any attention layer shows how all of them are made.
        let attention = attentions.first { shapes.contains("\($0).norm.weight") } ?? attentions.last ?? ""
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
        let (first, last) = isOriginal ? ("input_blocks.0.0.weight", "out.2.weight") : ("conv_in.weight", "conv_out.weight")
        inChannels = try shapes.check(shapes.extent(first, axis: 1), "input channels", in: Limits.width)
        outChannels = try shapes.check(shapes.extent(last, axis: 0), "output channels", in: Limits.width)
        self.usesLinearProjection = usesLinearProjection
        let vector = isOriginal ? "label_emb.0.0.weight" : "add_embedding.linear_1.weight"
        if shapes.contains(vector) {
            vectorWidth = try shapes.check(shapes.extent(vector, axis: 1), "vector width", in: Limits.width)
        }
        let guidance = isOriginal ? "time_embed.cond_proj.weight" : "time_embedding.cond_proj.weight"
        if shapes.contains(guidance) {
            guidanceWidth = try shapes.check(shapes.extent(guidance, axis: 1), "guidance embedding", in: Limits.guidanceWidth)
        }
        try checkDivisibility(fileName: shapes.directory.fileName)
    }

    /// Transformer blocks of an attention layer; nil when there is none of the name.
    private static func depth(_ shapes: ShapeReader, _ attention: String) throws(CheckpointError) -> Int? {
        guard shapes.contains("\(attention).norm.weight") else { return nil }
        let depth = shapes.count { "\(attention).transformer_blocks.\($0).norm1.weight" }
        return try shapes.check(depth, "transformer blocks of \(attention)", in: Limits.transformerDepth)
    }

    /// The levels under diffusers' names, which number them.
    private static func diffusersLevelsDown(_ shapes: ShapeReader) throws(CheckpointError) -> [Level] {
        let count = shapes.count { "down_blocks.\($0).resnets.0.norm1.weight" }
        var levels: [Level] = []
        for index in 0..<min(count, Limits.blocks.upperBound + 1) {
            let block = "down_blocks.\(index)"
            let channels = try shapes.check(
                shapes.extent("\(block).resnets.0.conv1.weight", axis: 0), "channels of \(block)", in: Limits.width)
            var depths: [Int?] = []
            for layer in 0..<shapes.count({ "\(block).resnets.\($0).norm1.weight" }) {
                depths.append(try depth(shapes, "\(block).attentions.\(layer)"))
            }
            guard Set(depths.map { $0 != nil }).count == 1 else {
                throw .unsupportedModel(file: shapes.directory.fileName, .irregularUNet(step: block))
            }
            levels.append(Level(channels: channels, depths: depths))
        }
        return levels
    }

    private static func levelsDown(_ shapes: ShapeReader) throws(CheckpointError) -> [Level] {
        var levels: [Level] = []
        var level: Level?
        for step in 1... {
            let key = "input_blocks.\(step)"
            if shapes.contains("\(key).0.in_layers.0.weight") {
                let channels = try shapes.check(
                    shapes.extent("\(key).0.out_layers.3.weight", axis: 0), "channels of \(key)", in: Limits.width)
                let depth = try depth(shapes, "\(key).1")
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
