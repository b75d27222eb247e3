extension VAEConfiguration {
    /// Reads the architecture off the original release's tensors. Groups and scaling are those of Stable Diffusion 1 and 2.
    init(_ shapes: ShapeReader) throws(CheckpointError) {
        let levels = shapes.count { "encoder.down.\($0).block.0.conv1.weight" }
        var channels: [Int] = []
        for level in 0..<(try shapes.check(levels, "levels", in: Limits.blocks)) {
            channels.append(try shapes.check(shapes.extent("encoder.down.\(level).block.0.conv1.weight", axis: 0), "channels of level \(level)", in: Limits.width))
        }
        self.init(blockChannels: channels)
        layersPerBlock = shapes.count { "encoder.down.0.block.\($0).conv1.weight" }
        imageChannels = try shapes.check(shapes.extent("encoder.conv_in.weight", axis: 1), "picture channels", in: Limits.width)
        latentChannels = try shapes.check(shapes.extent("decoder.conv_in.weight", axis: 1), "latent channels", in: Limits.width)
        usesQuantConvolution = shapes.contains("quant_conv.weight")
        usesPostQuantConvolution = shapes.contains("post_quant_conv.weight")
        hasMidBlockAttention = shapes.contains("decoder.mid.attn_1.q.weight")
        try checkDivisibility(fileName: shapes.directory.fileName)
    }
}
