import Files

extension VAEConfiguration {
    /// Reads `vae/config.json`.
    /// Source: diffusers 0.42 `AutoencoderKL.__init__`.
    init(_ file: ConfigurationFile) throws(CheckpointError) {
        try file.require("_class_name", "AutoencoderKL")
        try file.require("act_fn", "silu", "swish")
        for key in ["latents_mean", "latents_std"] { try file.require(key, nil) }

        let channels = try file.integers("block_out_channels", in: Limits.width)
        guard Limits.blocks.contains(channels.count) else {
            throw file.invalid("block_out_channels", "1 to \(Limits.blocks.upperBound) blocks")
        }
        for (key, type) in [("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")] {
            guard let types = try file.strings(key), types.count == channels.count else {
                throw file.invalid(key, "\(channels.count) block types")
            }
            guard types.allSatisfy({ $0 == type }) else { throw file.unsupported(key, type) }
        }
        self.init(blockChannels: channels)
        imageChannels = try file.integer("in_channels", default: 3, in: Limits.width)
        guard try file.integer("out_channels", default: 3, in: Limits.width) == imageChannels else {
            throw file.invalid("out_channels", "\(imageChannels), as in_channels")
        }
        latentChannels = try file.integer("latent_channels", default: 4, in: Limits.width)
        layersPerBlock = try file.integer("layers_per_block", default: 1, in: Limits.layersPerBlock)
        normGroups = try file.integer("norm_num_groups", default: 32, in: Limits.width)
        scalingFactor = Float(try file.number("scaling_factor", default: 0.18215, in: 1e-6...1e6))
        shiftFactor = Float(try file.number("shift_factor", default: 0, in: -1e6...1e6))
        usesQuantConvolution = try file.boolean("use_quant_conv", default: true)
        usesPostQuantConvolution = try file.boolean("use_post_quant_conv", default: true)
        hasMidBlockAttention = try file.boolean("mid_block_add_attention", default: true)
        if file["force_upcast"] != nil { forcesUpcast = try file.boolean("force_upcast", default: true) }
        try checkDivisibility(fileName: file.name)
    }

    func checkDivisibility(fileName: String) throws(CheckpointError) {
        for channels in blockChannels where channels % normGroups != 0 {
            throw .invalidSetting(
                file: fileName, key: "block_out_channels", value: "\(channels)", expected: "a multiple of \(normGroups) (norm_num_groups)")
        }
    }
}
