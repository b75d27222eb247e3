extension VAEConfiguration {
    /// Reads the architecture off a VAE's tensors. Groups are those of all released models; the scale of latents is no shape.
    init(_ shapes: ShapeReader, naming: Naming) throws(CheckpointError) {
        let isOriginal = naming == .original
        func layer(_ level: Int, _ layer: Int) -> String {
            isOriginal ? "encoder.down.\(level).block.\(layer).conv1.weight" : "encoder.down_blocks.\(level).resnets.\(layer).conv1.weight"
        }
        let levels = shapes.count { layer($0, 0) }
        var channels: [Int] = []
        for level in 0..<(try shapes.check(levels, "levels", in: Limits.blocks)) {
            channels.append(try shapes.check(shapes.extent(layer(level, 0), axis: 0), "channels of level \(level)", in: Limits.width))
        }
        self.init(blockChannels: channels)
        layersPerBlock = shapes.count { layer(0, $0) }
        imageChannels = try shapes.check(shapes.extent("encoder.conv_in.weight", axis: 1), "picture channels", in: Limits.width)
        latentChannels = try shapes.check(shapes.extent("decoder.conv_in.weight", axis: 1), "latent channels", in: Limits.width)
        usesQuantConvolution = shapes.contains("quant_conv.weight")
        usesPostQuantConvolution = shapes.contains("post_quant_conv.weight")
        hasMidBlockAttention = shapes.contains(
            isOriginal ? "decoder.mid.attn_1.q.weight" : "decoder.mid_block.attentions.0.group_norm.weight")
        try checkDivisibility(fileName: shapes.directory.fileName)
    }
}
