/// A tensor's name in a file of changes: the layer as it is written there, and the part of the change that the tensor is.
struct LoRAKey {
    let layer: String
    /// LyCORIS' name of the part: "lora_up.weight", "alpha", "hada_w1_a"; "magnitude" for PEFT's of DoRA.
    let part: String

    /// - Returns: nil when the name ends like no part that is known.
    init?(_ key: String) {
        for (ending, part) in Self.endings where key.hasSuffix(ending) {
            let isProcessor = ending.hasPrefix("_lora.")
            // diffusers 0.17: "….attn1.processor.to_q_lora.up.weight".
            guard !isProcessor || key.hasLoRAProcessor else { continue }
            let layer = String(key.dropLast(ending.utf8.count))
            guard !layer.isEmpty else { return nil }
            self.init(layer: layer.replacing(".processor.", with: "."), part: part)
            return
        }
        return nil
    }

    private init(layer: String, part: String) { (self.layer, self.part) = (layer, part) }

    /// Longer endings go first, so that ".lora_up.weight" is not taken for ".weight".
    private static let endings: [(ending: String, part: String)] = {
        let parts = [
            "lora_up.weight", "lora_down.weight", "lora_mid.weight", "alpha", "dora_scale", "hada_w1_a", "hada_w1_b", "hada_w2_a",
            "hada_w2_b", "hada_t1", "hada_t2", "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2",
            "oft_blocks", "oft_diag", "rescale", "diff", "diff_b", "set_weight", "w_norm", "b_norm", "on_input", "a1.weight", "a2.weight",
            "b1.weight", "b2.weight", "bm.weight", "weight",
        ].map { (ending: "." + $0, part: $0) }
        var others: [(ending: String, part: String)] = [
            (".lora_magnitude_vector", "magnitude"), (".lora_magnitude_vector.weight", "magnitude"),
            (".lora_magnitude_vector.default.weight", "magnitude"), (".lora_magnitude_vector.default", "magnitude"),
        ]
        for (direction, part) in [("down", "lora_down.weight"), ("up", "lora_up.weight")] {
            let letter = direction == "down" ? "A" : "B"
            let endings = [
                ".lora_\(letter)", ".lora_\(letter).default", ".lora.\(direction)", ".lora_linear_layer.\(direction)", "_lora.\(direction)",
            ]
            others += endings.map { ("\($0).weight", part) }
        }
        let foreign = algorithms.keys.map { (ending: "." + $0, part: $0) }
        return (parts + others + foreign).sorted { $0.ending.utf8.count > $1.ending.utf8.count }
    }()

    /// The algorithm of a part that is known by name and not supported; nil for others.
    static func algorithm(ofPart part: String) -> String? { algorithms[part] }

    private static let algorithms: [String: String] = [
        "bias_indices": "a sparse bias of LyCORIS 1", "bias_values": "a sparse bias of LyCORIS 1",
        "bias_size": "a sparse bias of LyCORIS 1",
        "oft_r": "PEFT's OFT", "oft_R.weight": "PEFT's OFT", "oft_R.default.weight": "PEFT's OFT",
        "lora_B.bias": "LoRA with a bias", "lora_B.default.bias": "LoRA with a bias",
        "lora_embedding_A": "LoRA of a table of tokens", "lora_embedding_B": "LoRA of a table of tokens",
    ]
}

extension String {
    /// Whether the last name before "_lora" is one of attention's: "to_q", "to_k", "to_v", "to_out".
    fileprivate var hasLoRAProcessor: Bool {
        ["q", "k", "v", "out"].contains { contains(".to_\($0)_lora.") }
    }
}
