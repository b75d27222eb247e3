extension UpscalerConfiguration {
    /// Reads the architecture off an upscaler's tensors.
    /// - Throws: `CheckpointError`, `.invalidSetting` for sizes that no upscaler has.
    init(_ shapes: ShapeReader, naming: UpscalerNaming) throws(CheckpointError) {
        switch naming {
        case .realESRGAN, .bsrgan, .esrgan: try self.init(esrgan: shapes, naming: naming)
        case .compact: try self.init(compact: shapes)
        case .span: try self.init(span: shapes)
        }
    }

    private init(esrgan shapes: ShapeReader, naming: UpscalerNaming) throws(CheckpointError) {
        width = try shapes.check(shapes.extent(naming.first + ".weight", axis: 0), "channels", in: Limits.width)
        let growth = try shapes.check(
            shapes.extent(naming.convolution(1, dense: 1, block: 0) + ".weight", axis: 0), "growth", in: Limits.width)
        let blocks = try shapes.check(
            shapes.count { naming.convolution(1, dense: 1, block: $0) + ".weight" }, "blocks", in: Limits.upscalerLayers)
        let input = try shapes.extent(naming.first + ".weight", axis: 1)
        guard let unshuffle = [1, 2, 4].first(where: { 3 * $0 * $0 == input }) else {
            throw .invalidSetting(
                file: shapes.directory.fileName, key: "upscaler: picture channels", value: "\(input)", expected: "3, 12 or 48")
        }
        let upsamplings = shapes.count { naming.upsampling($0 + 1) + ".weight" }
        kind = .esrgan(blocks: blocks, growth: growth, upsamplings: upsamplings, unshuffle: unshuffle)
        scale = try shapes.checkScale((1 << min(upsamplings, 8)) / unshuffle)
    }

    private init(compact shapes: ShapeReader) throws(CheckpointError) {
        width = try shapes.check(shapes.extent("body.0.weight", axis: 0), "channels", in: Limits.width)
        let layers = shapes.count { "body.\($0).weight" }
        let convolutions = try shapes.check((layers + 1) / 2, "convolutions", in: Limits.upscalerLayers)
        kind = .compact(convolutions: convolutions)
        scale = try shapes.scale(ofShuffled: "body.\(2 * (convolutions - 1)).weight")
    }

    private init(span shapes: ShapeReader) throws(CheckpointError) {
        width = try shapes.check(shapes.extent("conv_1.sk.weight", axis: 0), "channels", in: Limits.width)
        kind = .span(isNormalized: !shapes.contains("no_norm"))
        scale = try shapes.scale(ofShuffled: "upsampler.0.weight")
    }
}

extension ShapeReader {
    /// The scale of a network whose last convolution gives each pixel of a square three channels.
    fileprivate func scale(ofShuffled key: String) throws(CheckpointError) -> Int {
        let channels = try extent(key, axis: 0)
        return try checkScale((1...8).first { 3 * $0 * $0 == channels } ?? channels)
    }

    fileprivate func checkScale(_ scale: Int) throws(CheckpointError) -> Int { try check(scale, "scale", in: 1...8) }
}
