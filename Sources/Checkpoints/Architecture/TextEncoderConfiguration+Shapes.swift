extension TextEncoderConfiguration {
    /// Reads the architecture off a single file's tensors. Heads have 64 channels, as in every released CLIP text encoder.
    /// - Parameters:
    ///   - place: where the file keeps the encoder.
    ///   - leavesOutLastLayer: Stable Diffusion 2 reads the text from before the last of open_clip's 24 layers, so that the last one is
    ///     left out, as diffusers does. A file with 23 was written from a diffusers folder, where it is gone already.
    init(_ shapes: ShapeReader, at place: TextEncoderPlace, leavesOutLastLayer: Bool) throws(CheckpointError) {
        let token: String, position: String, inner: String
        var layers: Int
        switch place.naming {
        case .transformers:
            (token, position) = ("embeddings.token_embedding.weight", "embeddings.position_embedding.weight")
            inner = "encoder.layers.0.mlp.fc1.weight"
            layers = shapes.count { "encoder.layers.\($0).layer_norm1.weight" }
            if leavesOutLastLayer, layers == 24 { layers = 23 }
        case .openCLIP:
            (token, position, inner) = ("token_embedding.weight", "positional_embedding", "transformer.resblocks.0.mlp.c_fc.weight")
            layers = shapes.count { "transformer.resblocks.\($0).ln_1.weight" }
            if leavesOutLastLayer, layers != 23 { layers -= 1 }
        }
        let width = try shapes.check(shapes.extent(token, axis: 1), "width", in: Limits.width)
        guard width < 64 || width % 64 == 0 else {
            throw .invalidSetting(
                file: shapes.directory.fileName, key: "\(shapes.component): width", value: "\(width)", expected: "a multiple of 64")
        }
        self.init(
            width: width,
            intermediateWidth: try shapes.check(shapes.extent(inner, axis: 0), "inner width", in: Limits.width),
            layerCount: try shapes.check(layers, "layers", in: Limits.textLayers),
            headCount: max(1, width / 64),
            activation: place.isOpenCLIP ? .gelu : .quickGELU)
        vocabularySize = try shapes.check(shapes.extent(token, axis: 0), "vocabulary", in: Limits.vocabulary)
        positionCount = try shapes.check(shapes.extent(position, axis: 0), "positions", in: Limits.positions)
        if let projection = place.projection {
            guard let tensor = shapes.directory[projection.key] else {
                throw .missingTensor(
                    component: shapes.component, name: projection.name, key: projection.key, file: shapes.directory.fileName)
            }
            let axis = projection.isTransposed ? 0 : 1
            projectionWidth = try shapes.check(tensor.shape.count == 2 ? tensor.shape[axis] : 0, "projection width", in: Limits.width)
        }
    }
}
