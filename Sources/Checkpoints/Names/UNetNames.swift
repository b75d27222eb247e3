extension NameTable {
    /// The parameters of a UNet.
    ///
    /// The original release counts all steps of the way down in `input_blocks` and of the way up in `output_blocks`:
    /// one per residual block with its attention, one per downsampling; upsampling belongs to the step before it.
    package init(unet: UNetConfiguration, naming: Naming, prefix: String = "") {
        self.init(prefix: prefix)
        let isOriginal = naming == .original
        add("time_embedding.linear_1", as: isOriginal ? "time_embed.0" : "time_embedding.linear_1")
        add("time_embedding.linear_2", as: isOriginal ? "time_embed.2" : "time_embedding.linear_2")
        if unet.guidanceWidth != nil {
            addParameter(
                "time_embedding.cond_proj.weight", as: isOriginal ? "time_embed.cond_proj.weight" : "time_embedding.cond_proj.weight")
        }
        if unet.vectorWidth != nil {
            add("add_embedding.linear_1", as: isOriginal ? "label_emb.0.0" : "add_embedding.linear_1")
            add("add_embedding.linear_2", as: isOriginal ? "label_emb.0.2" : "add_embedding.linear_2")
        }
        add("conv_in", as: isOriginal ? "input_blocks.0.0" : "conv_in")

        var step = 1
        var channels = unet.blocks.first?.channels ?? 0
        for (level, block) in unet.blocks.enumerated() {
            let down = "down_blocks.\(level)"
            for layer in 0..<block.layerCount {
                let resnet = "\(down).resnets.\(layer)", attention = "\(down).attentions.\(layer)"
                addResidualBlock(
                    resnet, as: isOriginal ? "input_blocks.\(step).0" : resnet, isOriginal, hasShortcut: channels != block.channels)
                if block.hasAttention {
                    addAttention(attention, as: isOriginal ? "input_blocks.\(step).1" : attention, depth: block.depths[layer])
                }
                channels = block.channels
                step += 1
            }
            if level < unet.blocks.count - 1 {
                let downsampler = "\(down).downsamplers.0.conv"
                add(downsampler, as: isOriginal ? "input_blocks.\(step).0.op" : downsampler)
                step += 1
            }
        }

        func addMiddleBlock(_ index: Int) {
            let name = "mid_block.resnets.\(index)"
            addResidualBlock(name, as: isOriginal ? "middle_block.\(2 * index)" : name, isOriginal, hasShortcut: false)
        }
        switch unet.middle {
        case .attention(let depth):
            addMiddleBlock(0)
            addAttention("mid_block.attentions.0", as: isOriginal ? "middle_block.1" : "mid_block.attentions.0", depth: depth)
            addMiddleBlock(1)
        case .residualBlock: addMiddleBlock(0)
        case .nothing: break
        }

        step = 0
        for (level, block) in unet.blocks.reversed().enumerated() {
            let up = "up_blocks.\(level)"
            for layer in 0...block.layerCount {
                let resnet = "\(up).resnets.\(layer)", attention = "\(up).attentions.\(layer)"
                // Its input is joined with a skip connection, so that the channels always change.
                addResidualBlock(resnet, as: isOriginal ? "output_blocks.\(step).0" : resnet, isOriginal, hasShortcut: true)
                if block.hasAttentionUp {
                    addAttention(attention, as: isOriginal ? "output_blocks.\(step).1" : attention, depth: block.depthsUp[layer])
                }
                if layer == block.layerCount, level < unet.blocks.count - 1 {
                    let upsampler = "\(up).upsamplers.0.conv"
                    add(upsampler, as: isOriginal ? "output_blocks.\(step).\(block.hasAttentionUp ? 2 : 1).conv" : upsampler)
                }
                step += 1
            }
        }
        add("conv_norm_out", as: isOriginal ? "out.0" : "conv_norm_out")
        add("conv_out", as: isOriginal ? "out.2" : "conv_out")
    }

    private mutating func addResidualBlock(_ name: String, as stored: String, _ isOriginal: Bool, hasShortcut: Bool) {
        add("\(name).norm1", as: "\(stored).\(isOriginal ? "in_layers.0" : "norm1")")
        add("\(name).conv1", as: "\(stored).\(isOriginal ? "in_layers.2" : "conv1")")
        add("\(name).time_emb_proj", as: "\(stored).\(isOriginal ? "emb_layers.1" : "time_emb_proj")")
        add("\(name).norm2", as: "\(stored).\(isOriginal ? "out_layers.0" : "norm2")")
        add("\(name).conv2", as: "\(stored).\(isOriginal ? "out_layers.3" : "conv2")")
        if hasShortcut { add("\(name).conv_shortcut", as: "\(stored).\(isOriginal ? "skip_connection" : "conv_shortcut")") }
    }

    /// Inside an attention layer diffusers kept the original names.
    private mutating func addAttention(_ name: String, as stored: String, depth: Int) {
        func add(_ layer: String, hasBias: Bool = true) {
            self.add("\(name).\(layer)", as: "\(stored).\(layer)", hasBias: hasBias)
        }
        add("norm")
        add("proj_in")
        for block in 0..<depth {
            let block = "transformer_blocks.\(block)"
            add("\(block).norm1")
            for attention in ["attn1", "attn2"] {
                for layer in ["to_q", "to_k", "to_v"] { add("\(block).\(attention).\(layer)", hasBias: false) }
                add("\(block).\(attention).to_out.0")
            }
            add("\(block).norm2")
            add("\(block).norm3")
            add("\(block).ff.net.0.proj")
            add("\(block).ff.net.2")
        }
        add("proj_out")
    }
}
