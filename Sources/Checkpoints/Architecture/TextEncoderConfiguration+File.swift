import Files
import Generation

extension TextEncoderConfiguration {
    /// Reads `text_encoder/config.json`.
    /// - Parameter isProjected: the encoder gives a pooled text. All configurations have a width for it.
    /// Source: transformers 5.23 `CLIPTextConfig.__init__`.
    init(_ file: ConfigurationFile, isProjected: Bool) throws(CheckpointError) {
        try file.require("model_type", "clip_text_model", "clip")
        let name = try file.string("hidden_act") ?? Activation.quickGELU.rawValue
        guard let activation = Activation(rawValue: name) else { throw file.unsupported("hidden_act", "quick_gelu, gelu") }
        self.init(
            width: try file.integer("hidden_size", default: 512, in: Limits.width),
            intermediateWidth: try file.integer("intermediate_size", default: 2048, in: Limits.width),
            layerCount: try file.integer("num_hidden_layers", default: 12, in: Limits.textLayers),
            headCount: try file.integer("num_attention_heads", default: 8, in: Limits.width),
            activation: activation)
        vocabularySize = try file.integer("vocab_size", default: 49_408, in: Limits.vocabulary)
        positionCount = try file.integer("max_position_embeddings", default: CLIPText.positionCount, in: Limits.positions)
        layerNormEpsilon = Float(try file.number("layer_norm_eps", default: 1e-5, in: 0...1))
        if isProjected { projectionWidth = try file.integer("projection_dim", default: 512, in: Limits.width) }
        guard width % headCount == 0 else {
            throw file.invalid("num_attention_heads", "a number of heads that divides \(width) (hidden_size)")
        }
    }
}
