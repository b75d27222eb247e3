import Files
import Generation

/// Text encoders that the user chose, each in the place that its width fits.
struct ChosenTextEncoders {
    /// By their places in the family.
    private(set) var networks: [Int: StoredNetwork<TextEncoderConfiguration>] = [:]
    /// The file or folder of each.
    private(set) var paths: [Int: String] = [:]
    private(set) var unusedKeys: [String] = []
    private(set) var ignoredKeys: [String] = []
    private(set) var misunderstood: CheckpointError?
    /// Notices of those that no place takes.
    private(set) var notices: [Notice] = []

    /// Opens the files. The order of the paths makes no difference, unless two fit one place: then the first one has it.
    /// - Parameter unet: tells the widths that fit.
    /// - Throws: `CheckpointError`, `.notATextEncoder` for a file or folder without one.
    init(
        _ paths: [String], for family: Family, _ plan: ConditioningPlan, _ unet: UNetConfiguration, _ files: inout FileSequence
    ) throws(CheckpointError) {
        let widths = plan.encoderWidths(of: unet)
        for path in paths {
            let found = try StoredTextEncoder.all(in: path, &files)
            guard !found.isEmpty else { throw .notATextEncoder(file: path.lastPathComponent) }
            let fitting = found.map { encoder in (encoder, widths.firstIndex { $0 == encoder.width }) }
            for case (let encoder, let place?) in fitting {
                if let other = self.paths[place] {
                    if other != path { notices.append(.leftOut(path, because: "\"\(other.lastPathComponent)\" is in its place")) }
                    continue
                }
                let traits = family.traits.textEncoders[place]
                networks[place] = try encoder.network(traits, isProjected: plan.pooled == place)
                self.paths[place] = path
                if let weights = networks[place]?.weights { account(for: encoder, traits, weights) }
            }
            if !fitting.contains(where: { $0.1 != nil }) {
                let own = Self.list(found.map { String($0.width) })
                let wanted = Self.list(widths.compactMap { $0.map { String($0) } })
                notices.append(.leftOut(path, because: "it is \(own) numbers wide, and this model takes \(wanted)"))
            }
        }
    }

    /// Tells the keys that nothing reads.
    private mutating func account(for encoder: StoredTextEncoder, _ traits: FamilyTraits.TextEncoder, _ weights: ComponentWeights) {
        let rest = encoder.quantization.directory.tensors.keys.filter { !weights.keys.contains($0) }.sorted()
        func isHarmless(_ key: String) -> Bool {
            guard key.hasPrefix(encoder.stem), !weights.ignoredKeys.contains(key) else { return true }
            let own = key.dropFirst(encoder.stem.count)
            return DiffusersFolder.isKnownExtra(String(own)) || SingleFileKeys.isTextExtra(own, traits)
        }
        let unused = rest.filter { !isHarmless($0) }
        unusedKeys += unused
        ignoredKeys += rest.filter(isHarmless)
        misunderstood = misunderstood ?? encoder.quantization.refusal(of: unused) { _ in weights.component }
    }

    private static func list(_ words: [String]) -> String { words.joined(separator: " or ") }
}

/// A text encoder in a file or folder of its own, or in a whole checkpoint.
private struct StoredTextEncoder {
    let quantization: Quantization
    /// Stands before all of its names; empty in a file of its own.
    let stem: String
    /// nil to read the architecture off the shapes.
    var configuration: ConfigurationFile?
    /// Numbers of a token's hidden state.
    let width: Int

    /// Prefixes of text encoders: alone; in checkpoints of Stable Diffusion; in those that ComfyUI saves.
    private static let stems = [
        "", "cond_stage_model.", "conditioner.embedders.0.", "conditioner.embedders.1.", "clip_l.", "clip_g.", "text_encoders.clip_l.",
        "text_encoders.clip_g.",
    ]

    /// - Returns: nil when there is none behind the stem.
    private init?(_ quantization: Quantization, stem: String, configuration: ConfigurationFile? = nil) {
        guard let place = TextEncoderPlace(stem: stem, isProjected: false, in: quantization.directory) else { return nil }
        let table = place.prefix + (place.naming == .openCLIP ? "" : "embeddings.") + "token_embedding.weight"
        guard let shape = quantization.directory[table]?.shape, shape.count == 2 else { return nil }
        (self.quantization, self.stem, self.configuration, width) = (quantization, stem, configuration, shape[1])
    }

    /// Finds the text encoders of a file, of a text encoder's folder with `config.json`, or of a diffusers folder.
    static func all(in path: String, _ files: inout FileSequence) throws(CheckpointError) -> [StoredTextEncoder] {
        switch PathKind(path) {
        case .nothing: throw .notFound(path: path)
        case .folder:
            if PathKind(path + "/config.json") == .file { return try [Self.inFolder(path, &files)].compactMap(\.self) }
            var found: [StoredTextEncoder] = []
            for name in ["text_encoder", "text_encoder_2"] where PathKind("\(path)/\(name)/config.json") == .file {
                if let encoder = try inFolder("\(path)/\(name)", &files) { found.append(encoder) }
            }
            return found
        case .file:
            let quantization = Quantization(try files.open(path))
            // The file of transformers lies beside its configuration.
            let beside = path.deletingLastPathComponent + "/config.json"
            let isTransformers = ["model", "pytorch_model"].contains { path.lastPathComponent.hasPrefix($0 + ".") }
            let configuration = isTransformers && PathKind(beside) == .file
                ? try ConfigurationFile(name: "config.json", path: beside) : nil
            return stems.compactMap {
                StoredTextEncoder(quantization, stem: $0, configuration: $0.isEmpty ? configuration : nil)
            }
        }
    }

    private static func inFolder(_ path: String, _ files: inout FileSequence) throws(CheckpointError) -> StoredTextEncoder? {
        let folder = DiffusersFolder(path: path.deletingLastPathComponent), name = path.lastPathComponent
        let configuration = try folder.configuration(name)
        let quantization = try folder.weights(of: "text encoder", in: name, stem: "model", &files)
        return StoredTextEncoder(quantization, stem: "", configuration: configuration)
    }

    func network(
        _ traits: FamilyTraits.TextEncoder, isProjected: Bool
    ) throws(CheckpointError) -> StoredNetwork<TextEncoderConfiguration> {
        guard let configuration else {
            return try SingleFileKeys.textEncoder(traits, stems: [stem], isProjected: isProjected, in: quantization)
        }
        return try SingleFileKeys.textEncoder(
            traits, stems: [stem], isProjected: isProjected, in: quantization,
            configuration: TextEncoderConfiguration(configuration, isProjected: isProjected))
    }
}

extension ConditioningPlan {
    /// The widths of the text encoders, in their order, that a UNet takes; nil for one that cannot be told.
    fileprivate func encoderWidths(of unet: UNetConfiguration) -> [Int?] {
        guard context.count > 1 else { return [unet.crossAttentionWidth] }
        // The pooled text is as wide as the state that it is made of.
        let pooledWidth = unet.vectorWidth.flatMap { width in sizes.map { width - $0.count * SizeNumbers.embeddingWidth } }
        return context.map { $0.encoder == pooled ? pooledWidth : pooledWidth.map { unet.crossAttentionWidth - $0 } }
    }
}

extension Notice {
    /// - Parameter reason: without a full stop.
    fileprivate static func leftOut(_ path: String, because reason: String) -> Notice {
        Notice(
            .textEncoderLeftOut, ["file": .init(path.lastPathComponent), "detail": .text(reason)],
            "The text encoder \"\(path.lastPathComponent)\" was left out: \(reason).")
    }
}
