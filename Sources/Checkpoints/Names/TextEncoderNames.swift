/// Whose names a file uses for its text encoder.
package enum TextEncoderNaming {
    /// transformers' `CLIPTextModel`; older files have `text_model.` before each name.
    case transformers
    /// `open_clip`, whose text encoder the single files of Stable Diffusion 2 hold.
    case openCLIP
}

extension NameTable {
    /// The parameters of a CLIP text encoder.
    package init(textEncoder: TextEncoderConfiguration, naming: TextEncoderNaming, prefix: String = "") {
        self.init(prefix: prefix)
        switch naming {
        case .transformers: addTransformersLayers(count: textEncoder.layerCount)
        case .openCLIP: addOpenCLIPLayers(count: textEncoder.layerCount)
        }
    }

    private mutating func addTransformersLayers(count: Int) {
        for table in ["token_embedding", "position_embedding"] {
            addParameter("embeddings.\(table).weight", as: "embeddings.\(table).weight")
        }
        for layer in 0..<count {
            for part in ["layer_norm1", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "layer_norm2", "mlp.fc1", "mlp.fc2"] {
                add("encoder.layers.\(layer).\(part)", as: "encoder.layers.\(layer).\(part)")
            }
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
