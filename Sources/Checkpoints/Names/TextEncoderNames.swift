/// Whose names a file uses for its text encoder.
package enum TextEncoderNaming {
    /// transformers' `CLIPTextModel`; older files have `text_model.` before each name.
    case transformers
    /// `open_clip`, whose text encoder the single files of Stable Diffusion 2 and XL hold.
    case openCLIP
}

/// The matrix that a text encoder's last state is multiplied by to become the pooled text.
package struct TextProjection: Sendable {
    /// The whole name in the file.
    package let key: String
    /// transformers stores the matrix of a linear layer, `[projection, width]`; open_clip stores `[width, projection]`.
    package let isTransposed: Bool

    package init(key: String, isTransposed: Bool) {
        self.key = key
        self.isTransposed = isTransposed
    }

    /// The name that networks know. It tells the two forms apart.
    package var name: String { isTransposed ? "text_projection.weight" : "text_projection" }
}

/// Where a single file keeps a text encoder, and whose names it uses there.
struct TextEncoderPlace {
    /// Stands before each key.
    let prefix: String
    let naming: TextEncoderNaming
    /// nil for an encoder without a pooled text.
    var projection: TextProjection?
    /// The encoder is open_clip's, whosever names it has.
    var isOpenCLIP: Bool

    /// Looks behind `stem` under the names that tools have given.
    /// - Parameter isProjected: the encoder gives a pooled text.
    /// - Returns: nil when there is no text encoder.
    init?(stem: String, isProjected: Bool, in directory: TensorDirectory) {
        // A file without the token table is told what is missing by the names that its layers have.
        func holds(_ prefix: String, _ keys: String...) -> Bool { keys.contains { directory.contains(prefix + $0) } }
        let openCLIP = ["model.", ""].first { holds(stem + $0, "token_embedding.weight", "positional_embedding", "ln_final.weight") }
        if let openCLIP {
            (prefix, naming) = (stem + openCLIP, .openCLIP)
        } else {
            let places = [
                "", "transformer.text_model.", "transformer.", "text_model.", "transformer.text_model.text_model.",
                "text_model.text_model.", "model.text_model.",
            ]
            let found = places.first {
                holds(stem + $0, "embeddings.token_embedding.weight", "embeddings.position_embedding.weight", "final_layer_norm.weight")
            }
            guard let found else { return nil }
            (prefix, naming) = (stem + found, .transformers)
        }
        isOpenCLIP = naming == .openCLIP || isProjected
        guard isProjected else { return }
        let linear = Set([prefix, stem, stem + "transformer.", stem + "model."]).sorted().map { $0 + "text_projection.weight" }
        if let key = linear.first(where: directory.contains) {
            projection = TextProjection(key: key, isTransposed: true)
        } else {
            projection = TextProjection(key: prefix + "text_projection", isTransposed: false)
        }
    }
}

extension NameTable {
    /// The parameters of a CLIP text encoder.
    /// - Parameter projection: nil for an encoder without a pooled text.
    package init(textEncoder: TextEncoderConfiguration, naming: TextEncoderNaming, prefix: String = "", projection: TextProjection? = nil) {
        self.init(prefix: prefix)
        switch naming {
        case .transformers: addTransformersLayers(count: textEncoder.layerCount)
        case .openCLIP: addOpenCLIPLayers(count: textEncoder.layerCount)
        }
        if let projection { addParameter(projection.name, at: projection.key) }
    }

    private mutating func addTransformersLayers(count: Int) {
        for table in ["token_embedding", "position_embedding"] {
            addParameter("embeddings.\(table).weight", as: "embeddings.\(table).weight")
        }
        let parts = [
            "layer_norm1", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "layer_norm2", "mlp.fc1",
            "mlp.fc2",
        ]
        for layer in 0..<count {
            for part in parts { add("encoder.layers.\(layer).\(part)", as: "encoder.layers.\(layer).\(part)") }
        }
        add("final_layer_norm", as: "final_layer_norm")
    }

    private mutating func addOpenCLIPLayers(count: Int) {
        addParameter("embeddings.token_embedding.weight", as: "token_embedding.weight")
        addParameter("embeddings.position_embedding.weight", as: "positional_embedding")
        for layer in 0..<count {
            let name = "encoder.layers.\(layer)", stored = "transformer.resblocks.\(layer)"
            add("\(name).layer_norm1", as: "\(stored).ln_1")
            for (index, projection) in ["q_proj", "k_proj", "v_proj"].enumerated() {
                addParameter("\(name).self_attn.\(projection).weight", as: "\(stored).attn.in_proj_weight", slice: (index, 3))
                addParameter("\(name).self_attn.\(projection).bias", as: "\(stored).attn.in_proj_bias", slice: (index, 3))
            }
            add("\(name).self_attn.out_proj", as: "\(stored).attn.out_proj")
            add("\(name).layer_norm2", as: "\(stored).ln_2")
            add("\(name).mlp.fc1", as: "\(stored).mlp.c_fc")
            add("\(name).mlp.fc2", as: "\(stored).mlp.c_proj")
        }
        add("final_layer_norm", as: "ln_final")
    }
}
