extension NameTable {
    /// The parameters of a variational autoencoder.
    ///
    /// The original release counts the decoder's levels from the full-size one, diffusers from the innermost one.
    package init(vae: VAEConfiguration, naming: Naming, prefix: String = "") {
        self.init(prefix: prefix)
        let isOriginal = naming == .original
        let last = vae.blockChannels.count - 1

        add("encoder.conv_in", as: "encoder.conv_in")
        var channels = vae.blockChannels.first ?? 0
        for (level, levelChannels) in vae.blockChannels.enumerated() {
            for layer in 0..<vae.layersPerBlock {
                let name = "encoder.down_blocks.\(level).resnets.\(layer)"
                let stored = isOriginal ? "encoder.down.\(level).block.\(layer)" : name
                addResidualBlock(name, as: stored, isOriginal, hasShortcut: channels != levelChannels)
                channels = levelChannels
            }
            if level < last {
                let name = "encoder.down_blocks.\(level).downsamplers.0.conv"
                add(name, as: isOriginal ? "encoder.down.\(level).downsample.conv" : name)
            }
        }
        addEnds("encoder", naming, hasAttention: vae.hasMidBlockAttention)

        add("decoder.conv_in", as: "decoder.conv_in")
        for (level, levelChannels) in vae.blockChannels.reversed().enumerated() {
            for layer in 0...vae.layersPerBlock {
                let name = "decoder.up_blocks.\(level).resnets.\(layer)"
                let stored = isOriginal ? "decoder.up.\(last - level).block.\(layer)" : name
                addResidualBlock(name, as: stored, isOriginal, hasShortcut: channels != levelChannels)
                channels = levelChannels
            }
            if level < last {
                let name = "decoder.up_blocks.\(level).upsamplers.0.conv"
                add(name, as: isOriginal ? "decoder.up.\(last - level).upsample.conv" : name)
            }
        }
        addEnds("decoder", naming, hasAttention: vae.hasMidBlockAttention)

        if vae.usesQuantConvolution { add("quant_conv", as: "quant_conv") }
        if vae.usesPostQuantConvolution { add("post_quant_conv", as: "post_quant_conv") }
    }

    /// The middle and the last layers, which encoder and decoder have alike.
    private mutating func addEnds(_ half: String, _ naming: Naming, hasAttention: Bool) {
        let isOriginal = naming == .original
        for block in 0..<2 {
            let name = "\(half).mid_block.resnets.\(block)"
            addResidualBlock(name, as: isOriginal ? "\(half).mid.block_\(block + 1)" : name, isOriginal, hasShortcut: false)
        }
        if hasAttention {
            let name = "\(half).mid_block.attentions.0"
            let stored = isOriginal ? "\(half).mid.attn_1" : name
            let layers =
                switch naming {
                case .diffusers: ["group_norm", "to_q", "to_k", "to_v", "to_out.0"]
                case .earlyDiffusers: ["group_norm", "query", "key", "value", "proj_attn"]
                case .original: ["norm", "q", "k", "v", "proj_out"]
                }
            for (layer, storedLayer) in zip(["group_norm", "to_q", "to_k", "to_v", "to_out.0"], layers) {
                add("\(name).\(layer)", as: "\(stored).\(storedLayer)")
            }
        }
        add("\(half).conv_norm_out", as: isOriginal ? "\(half).norm_out" : "\(half).conv_norm_out")
        add("\(half).conv_out", as: "\(half).conv_out")
    }

    private mutating func addResidualBlock(_ name: String, as stored: String, _ isOriginal: Bool, hasShortcut: Bool) {
        for layer in ["norm1", "conv1", "norm2", "conv2"] { add("\(name).\(layer)", as: "\(stored).\(layer)") }
        if hasShortcut { add("\(name).conv_shortcut", as: "\(stored).\(isOriginal ? "nin_shortcut" : "conv_shortcut")") }
    }
}
