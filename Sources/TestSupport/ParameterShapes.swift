public import Checkpoints

/// The shapes of all parameters that networks of a configuration have, under diffusers' names.
/// Written from diffusers' module definitions, independently of the names that `Checkpoints` looks for.
public struct ParameterShapes {
    public private(set) var shapes: [(name: String, shape: [Int])] = []

    public init(unet: UNetConfiguration) {
        let first = unet.blocks[0].channels
        let timeWidth = 4 * first
        addLinear("time_embedding.linear_1", first, timeWidth)
        addLinear("time_embedding.linear_2", timeWidth, timeWidth)
        if let width = unet.vectorWidth {
            addLinear("add_embedding.linear_1", width, timeWidth)
            addLinear("add_embedding.linear_2", timeWidth, timeWidth)
        }
        if let width = unet.guidanceWidth { addLinear("time_embedding.cond_proj", width, first, hasBias: false) }
        addConvolution("conv_in", unet.inChannels, first, 3)
        var channels = first
        var skips = [first]
        for (level, block) in unet.blocks.enumerated() {
            for layer in 0..<block.layerCount {
                addResidualBlock("down_blocks.\(level).resnets.\(layer)", channels, block.channels, timeWidth)
                if block.hasAttention {
                    addAttention("down_blocks.\(level).attentions.\(layer)", block.channels, depth: block.depths[layer], unet)
                }
                channels = block.channels
                skips.append(channels)
            }
            if level < unet.blocks.count - 1 {
                addConvolution("down_blocks.\(level).downsamplers.0.conv", channels, channels, 3)
                skips.append(channels)
            }
        }
        if unet.middle != .nothing { addResidualBlock("mid_block.resnets.0", channels, channels, timeWidth) }
        if case .attention(let depth) = unet.middle {
            addAttention("mid_block.attentions.0", channels, depth: depth, unet)
            addResidualBlock("mid_block.resnets.1", channels, channels, timeWidth)
        }
        for (level, block) in unet.blocks.reversed().enumerated() {
            for layer in 0...block.layerCount {
                addResidualBlock("up_blocks.\(level).resnets.\(layer)", channels + skips.removeLast(), block.channels, timeWidth)
                if block.hasAttentionUp {
                    addAttention("up_blocks.\(level).attentions.\(layer)", block.channels, depth: block.depthsUp[layer], unet)
                }
                channels = block.channels
            }
            if level < unet.blocks.count - 1 { addConvolution("up_blocks.\(level).upsamplers.0.conv", channels, channels, 3) }
        }
        addNorm("conv_norm_out", channels)
        addConvolution("conv_out", channels, unet.outChannels, 3)
    }

    public init(vae: VAEConfiguration) {
        let last = vae.blockChannels.count - 1
        var channels = vae.blockChannels[0]
        addConvolution("encoder.conv_in", vae.imageChannels, channels, 3)
        for (level, levelChannels) in vae.blockChannels.enumerated() {
            for layer in 0..<vae.layersPerBlock {
                addResidualBlock("encoder.down_blocks.\(level).resnets.\(layer)", channels, levelChannels, nil)
                channels = levelChannels
            }
            if level < last { addConvolution("encoder.down_blocks.\(level).downsamplers.0.conv", channels, channels, 3) }
        }
        addMiddle("encoder", channels, vae)
        addNorm("encoder.conv_norm_out", channels)
        addConvolution("encoder.conv_out", channels, 2 * vae.latentChannels, 3)
        addConvolution("decoder.conv_in", vae.latentChannels, channels, 3)
        addMiddle("decoder", channels, vae)
        for (level, levelChannels) in vae.blockChannels.reversed().enumerated() {
            for layer in 0...vae.layersPerBlock {
                addResidualBlock("decoder.up_blocks.\(level).resnets.\(layer)", channels, levelChannels, nil)
                channels = levelChannels
            }
            if level < last { addConvolution("decoder.up_blocks.\(level).upsamplers.0.conv", channels, channels, 3) }
        }
        addNorm("decoder.conv_norm_out", channels)
        addConvolution("decoder.conv_out", channels, vae.imageChannels, 3)
        if vae.usesQuantConvolution { addConvolution("quant_conv", 2 * vae.latentChannels, 2 * vae.latentChannels, 1) }
        if vae.usesPostQuantConvolution { addConvolution("post_quant_conv", vae.latentChannels, vae.latentChannels, 1) }
    }

    public init(textEncoder: TextEncoderConfiguration) {
        let width = textEncoder.width
        add("embeddings.token_embedding.weight", textEncoder.vocabularySize, width)
        add("embeddings.position_embedding.weight", textEncoder.positionCount, width)
        for layer in 0..<textEncoder.layerCount {
            let name = "encoder.layers.\(layer)"
            addNorm("\(name).layer_norm1", width)
            for projection in ["q_proj", "k_proj", "v_proj", "out_proj"] { addLinear("\(name).self_attn.\(projection)", width, width) }
            addNorm("\(name).layer_norm2", width)
            addLinear("\(name).mlp.fc1", width, textEncoder.intermediateWidth)
            addLinear("\(name).mlp.fc2", textEncoder.intermediateWidth, width)
        }
        addNorm("final_layer_norm", width)
        if let projection = textEncoder.projectionWidth { add("text_projection.weight", projection, width) }
    }

    // Layers

    private mutating func add(_ name: String, _ shape: Int...) { shapes.append((name, shape)) }

    private mutating func addLinear(_ name: String, _ input: Int, _ output: Int, hasBias: Bool = true) {
        add("\(name).weight", output, input)
        if hasBias { add("\(name).bias", output) }
    }

    private mutating func addConvolution(_ name: String, _ input: Int, _ output: Int, _ size: Int) {
        add("\(name).weight", output, input, size, size)
        add("\(name).bias", output)
    }

    private mutating func addNorm(_ name: String, _ channels: Int) {
        add("\(name).weight", channels)
        add("\(name).bias", channels)
    }

    private mutating func addResidualBlock(_ name: String, _ input: Int, _ output: Int, _ timeWidth: Int?) {
        addNorm("\(name).norm1", input)
        addConvolution("\(name).conv1", input, output, 3)
        if let timeWidth { addLinear("\(name).time_emb_proj", timeWidth, output) }
        addNorm("\(name).norm2", output)
        addConvolution("\(name).conv2", output, output, 3)
        if input != output { addConvolution("\(name).conv_shortcut", input, output, 1) }
    }

    private mutating func addAttention(_ name: String, _ channels: Int, depth: Int, _ unet: UNetConfiguration) {
        addNorm("\(name).norm", channels)
        for projection in ["proj_in", "proj_out"] {
            if unet.usesLinearProjection {
                addLinear("\(name).\(projection)", channels, channels)
            } else {
                addConvolution("\(name).\(projection)", channels, channels, 1)
            }
        }
        for block in 0..<depth {
            let inner = "\(name).transformer_blocks.\(block)"
            for norm in ["norm1", "norm2", "norm3"] { addNorm("\(inner).\(norm)", channels) }
            for (attention, width) in [("attn1", channels), ("attn2", unet.crossAttentionWidth)] {
                addLinear("\(inner).\(attention).to_q", channels, channels, hasBias: false)
                addLinear("\(inner).\(attention).to_k", width, channels, hasBias: false)
                addLinear("\(inner).\(attention).to_v", width, channels, hasBias: false)
                addLinear("\(inner).\(attention).to_out.0", channels, channels)
            }
            addLinear("\(inner).ff.net.0.proj", channels, 8 * channels)
            addLinear("\(inner).ff.net.2", 4 * channels, channels)
        }
    }

    private mutating func addMiddle(_ half: String, _ channels: Int, _ vae: VAEConfiguration) {
        for block in 0..<2 { addResidualBlock("\(half).mid_block.resnets.\(block)", channels, channels, nil) }
        guard vae.hasMidBlockAttention else { return }
        addNorm("\(half).mid_block.attentions.0.group_norm", channels)
        for layer in ["to_q", "to_k", "to_v", "to_out.0"] { addLinear("\(half).mid_block.attentions.0.\(layer)", channels, channels) }
    }
}
