import Files

extension UNetConfiguration {
    /// Reads `unet/config.json`.
    /// Source: diffusers 0.42 `UNet2DConditionModel.__init__`, for defaults and for what a list means.
    init(_ file: ConfigurationFile) throws(CheckpointError) {
        try Self.refuseUnsupported(file)
        let channels = try file.integers("block_out_channels", in: Limits.width)
        guard Limits.blocks.contains(channels.count) else {
            throw file.invalid("block_out_channels", "1 to \(Limits.blocks.upperBound) blocks")
        }
        let count = channels.count

        let down = try Self.attention(file, "down_block_types", count, with: "CrossAttnDownBlock2D", without: "DownBlock2D")
        // The way up is listed from the innermost block.
        let up = try Self.attention(file, "up_block_types", count, with: "CrossAttnUpBlock2D", without: "UpBlock2D").reversed()
        let layers = try file.integers("layers_per_block", count: count, default: 2, in: Limits.layersPerBlock)
        // diffusers named the number of heads after their width by mistake, and keeps it so for old files.
        let heads = try file.integers(
            file["num_attention_heads"] == nil ? "attention_head_dim" : "num_attention_heads", count: count, default: 8, in: Limits.width)
        let depths = try Depths(file, layers: layers)
        let crossWidths = try file.integers("cross_attention_dim", count: count, default: 1280, in: Limits.width)
        guard Set(crossWidths).count == 1 else { throw file.unsupported("cross_attention_dim", "one number") }

        var blocks: [Block] = []
        for (level, hasAttentionUp) in up.enumerated() {
            blocks.append(
                Block(
                    channels: channels[level], layerCount: layers[level], headCount: heads[level],
                    depths: down[level] ? depths.down[level] : [], depthsUp: hasAttentionUp ? depths.up[level] : []))
        }
        let middle: Middle =
            switch file.value(asWritten: "mid_block_type") {
            case nil, "UNetMidBlock2DCrossAttn": .attention(depth: depths.middle)
            case "UNetMidBlock2D": .residualBlock
            case .some(.null): .nothing
            default: throw file.unsupported("mid_block_type", "\"UNetMidBlock2DCrossAttn\", \"UNetMidBlock2D\", null")
            }
        let isWithout = middle == .attention(depth: 0) || blocks.contains { $0.depths.contains(0) || $0.depthsUp.contains(0) }
        guard !isWithout else { throw file.invalid("transformer_layers_per_block", "at least 1 where there is attention") }
        self.init(blocks: blocks, middle: middle, crossAttentionWidth: crossWidths[0])
        if file["addition_embed_type"] != nil {
            vectorWidth = try file.integer("projection_class_embeddings_input_dim", in: Limits.width)
        }
        inChannels = try file.integer("in_channels", default: 4, in: Limits.width)
        outChannels = try file.integer("out_channels", default: 4, in: Limits.width)
        normGroups = try file.integer("norm_num_groups", default: 32, in: Limits.width)
        normEpsilon = Float(try file.number("norm_eps", default: 1e-5, in: 0...1))
        usesLinearProjection = try file.boolean("use_linear_projection", default: false)
        flipsSineToCosine = try file.boolean("flip_sin_to_cos", default: true)
        frequencyShift = Float(try file.number("freq_shift", default: 0, in: -1000...1000))
        if file["time_cond_proj_dim"] != nil { guidanceWidth = try file.integer("time_cond_proj_dim", in: Limits.guidanceWidth) }
        if case .integer(let size) = file["sample_size"], Limits.width.contains(size) { sampleSize = size }
        try checkDivisibility(fileName: file.name)
    }

    private static func attention(
        _ file: ConfigurationFile, _ key: String, _ count: Int, with: String, without: String
    ) throws(CheckpointError) -> [Bool] {
        let types = try file.strings(key) ?? []
        guard types.count == count else { throw file.invalid(key, "\(count) block types") }
        guard types.allSatisfy({ $0 == with || $0 == without }) else { throw file.unsupported(key, "\(with), \(without)") }
        return types.map { $0 == with }
    }

    /// Transformer blocks of each attention layer: one number for all, one for each level, or one for each layer of a level.
    ///
    /// Source: diffusers `UNet2DConditionModel.__init__`, which lists the way up from the innermost level.
    private struct Depths {
        let down: [[Int]]
        let up: [[Int]]
        let middle: Int

        /// - Parameter layers: residual blocks of each level on the way down.
        init(_ file: ConfigurationFile, layers: [Int]) throws(CheckpointError) {
            let (key, reversedKey) = ("transformer_layers_per_block", "reverse_transformer_layers_per_block")
            let range = 0...Limits.transformerDepth.upperBound
            down = try file.lists(key, counts: layers, default: 1, in: range)
            middle = down.last?.first ?? 1
            if file[reversedKey] != nil {
                up = try file.lists(reversedKey, counts: layers.reversed().map { $0 + 1 }, in: range).reversed()
            } else if case .array(let levels) = file[key], levels.contains(where: { if case .array = $0 { true } else { false } }) {
                throw file.invalid(reversedKey, "a list, because \(key) lists single layers")
            } else {
                up = zip(down, layers).map { depths, count in Array(repeating: depths.first ?? 1, count: count + 1) }
            }
        }
    }

    /// Settings that change what is computed and that no Stable Diffusion model uses.
    private static func refuseUnsupported(_ file: ConfigurationFile) throws(CheckpointError) {
        try file.require("_class_name", "UNet2DConditionModel")
        try file.require("act_fn", "silu", "swish")
        try file.require("time_embedding_type", "positional")
        try file.require("resnet_time_scale_shift", "default")
        try file.require("attention_type", "default")
        for key in [
            "class_embed_type", "num_class_embeds", "cross_attention_norm", "encoder_hid_dim", "encoder_hid_dim_type",
            "time_embedding_act_fn",
            "time_embedding_dim", "timestep_post_act",
        ] { try file.require(key, nil) }
        try file.require("addition_embed_type", nil, "text_time")
        if file["addition_embed_type"] == nil {
            for key in ["addition_time_embed_dim", "projection_class_embeddings_input_dim"] { try file.require(key, nil) }
        } else {
            try file.require("addition_time_embed_dim", .integer(ConditioningPlan.SizeNumbers.embeddingWidth))
        }
        for key in ["center_input_sample", "class_embeddings_concat", "dual_cross_attention", "resnet_skip_time_act"] {
            try file.require(key, false)
        }
        try file.require("only_cross_attention", false)
        try file.require("mid_block_only_cross_attention", nil, false)
        for key in ["downsample_padding", "mid_block_scale_factor", "resnet_out_scale_factor"] { try file.require(key, 1) }
        for key in ["conv_in_kernel", "conv_out_kernel"] { try file.require(key, 3) }
    }

    /// Groups and heads must divide the channels that they share out.
    func checkDivisibility(fileName: String) throws(CheckpointError) {
        for (level, block) in blocks.enumerated() {
            guard block.channels % normGroups == 0 else {
                throw .invalidSetting(
                    file: fileName, key: "block_out_channels", value: "\(block.channels)",
                    expected: "a multiple of \(normGroups) (norm_num_groups)")
            }
            let isAroundAttention = if case .attention = middle { level == blocks.count - 1 } else { false }
            let hasHeads = block.hasAttention || block.hasAttentionUp || isAroundAttention
            guard !hasHeads || block.channels % block.headCount == 0 else {
                throw .invalidSetting(
                    file: fileName, key: "attention_head_dim", value: "\(block.headCount)",
                    expected: "a number of heads that divides \(block.channels) channels")
            }
        }
        guard blocks[0].channels % 2 == 0 else {
            throw .invalidSetting(
                file: fileName, key: "block_out_channels", value: "\(blocks[0].channels)", expected: "an even number for the first block")
        }
    }
}
