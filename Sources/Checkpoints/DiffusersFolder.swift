extension Checkpoint {
    /// Opens a folder as diffusers saves pipelines.
    init(folder path: String, prediction: SchedulerConfiguration.Prediction?) throws(CheckpointError) {
        let indexPath = path + "/model_index.json"
        guard PathKind(indexPath) == .file else { throw .notACheckpointFolder(path: path) }
        let index = try ConfigurationFile(name: "model_index.json", path: indexPath)
        if let name = try index.string("_class_name"), let foreign = ForeignModel(pipelineName: name) {
            throw .unsupportedModel(file: path.lastPathComponent, foreign)
        }

        let folder = DiffusersFolder(path: path)
        var files = FileSequence()

        let textConfiguration = try TextEncoderConfiguration(folder.configuration("text_encoder"))
        let textDirectory = try folder.weights(of: "text encoder", in: "text_encoder", stem: "model", &files)
        let textPrefix = textDirectory.directory.containsKey(withPrefix: "text_model.") ? "text_model." : ""
        let textTable = NameTable(textEncoder: textConfiguration, naming: .transformers, prefix: textPrefix)

        let unetConfiguration = try UNetConfiguration(folder.configuration("unet"))
        let unetDirectory = try folder.weights(of: "UNet", in: "unet", stem: "diffusion_pytorch_model", &files)
        let unetTable = NameTable(unet: unetConfiguration, naming: .diffusers)

        let vaeConfiguration = try VAEConfiguration(folder.configuration("vae"))
        let vaeDirectory = try folder.weights(of: "VAE", in: "vae", stem: "diffusion_pytorch_model", &files)
        let isEarly = vaeDirectory.directory.contains("decoder.mid_block.attentions.0.query.weight")
        let vaeTable = NameTable(vae: vaeConfiguration, naming: isEarly ? .earlyDiffusers : .diffusers)

        let schedulerPath = path + "/scheduler/scheduler_config.json"
        var scheduler =
            PathKind(schedulerPath) == .file
            ? try SchedulerConfiguration(ConfigurationFile(name: "scheduler/scheduler_config.json", path: schedulerPath)) : SchedulerConfiguration()
        if let prediction { scheduler.prediction = prediction }

        let textEncoder = try ComponentWeights(component: "text encoder", table: textTable, in: textDirectory)
        let unet = try ComponentWeights(component: "UNet", table: unetTable, in: unetDirectory)
        let vae = try ComponentWeights(component: "VAE", table: vaeTable, in: vaeDirectory)
        var unused: [String] = [], ignored: [String] = []
        var misunderstood: CheckpointError?
        for (directory, weights) in [(textDirectory, textEncoder), (unetDirectory, unet), (vaeDirectory, vae)] {
            let rest = directory.directory.tensors.keys.filter { !weights.keys.contains($0) }.sorted()
            func isHarmless(_ key: String) -> Bool { weights.ignoredKeys.contains(key) || DiffusersFolder.isKnownExtra(key) }
            ignored += rest.filter(isHarmless)
            let unknown = rest.filter { !isHarmless($0) }
            unused += unknown
            misunderstood = misunderstood ?? directory.refusal(of: unknown) { key in
                let isOfEncoder = weights.component == "VAE" && (key.hasPrefix("encoder.") || key.hasPrefix("quant_conv."))
                return isOfEncoder ? nil : weights.component
            }
        }
        try self.init(
            name: path.lastPathComponent, path: path, layout: .diffusers,
            textEncoder: StoredNetwork(configuration: textConfiguration, weights: textEncoder),
            unet: StoredNetwork(configuration: unetConfiguration, weights: unet), vae: StoredNetwork(configuration: vaeConfiguration, weights: vae),
            scheduler: scheduler, tokenizer: TokenizerFiles(folder: path + "/tokenizer", family: Family(textEncoder: textConfiguration)),
            files: files.files, unusedKeys: unused.sorted(), ignoredKeys: ignored.sorted(), misunderstood: misunderstood, isPredictionAssumed: false)
    }
}

/// Finds files in a folder that diffusers saved.
struct DiffusersFolder {
    let path: String

    func configuration(_ component: String) throws(CheckpointError) -> ConfigurationFile {
        let name = component + "/config.json"
        guard PathKind("\(path)/\(name)") == .file else {
            throw .missingWeights(checkpoint: path.lastPathComponent, component: component, looked: "there is no \(name)")
        }
        let file = try ConfigurationFile(name: name, path: "\(path)/\(name)")
        try file.checkQuantization()
        return file
    }

    /// The plain file first, then the variants that publishers use.
    private static let variants = ["", ".fp16", ".bf16", ".fp32", ".non_ema", ".ema"]

    /// Opens a network's weights: one file, or the shards that an index lists.
    func weights(
        of component: String, in subfolder: String, stem: String, _ files: inout FileSequence
    ) throws(CheckpointError) -> Quantization {
        let folder = "\(path)/\(subfolder)"
        for variant in Self.variants {
            let file = "\(stem)\(variant).safetensors"
            if PathKind("\(folder)/\(file)") == .file {
                return Quantization(try directory("\(subfolder)/\(file)", of: [file], in: subfolder, &files))
            }
            let index = "\(stem).safetensors.index\(variant).json"
            if PathKind("\(folder)/\(index)") == .file {
                let shards = try ShardIndex(name: "\(subfolder)/\(index)", path: "\(folder)/\(index)")
                let directory = try directory(shards.name, of: shards.files, in: subfolder, &files)
                try shards.check(directory)
                return Quantization(directory)
            }
        }
        for file in ["\(stem).bin", "pytorch_model.bin"] where PathKind("\(folder)/\(file)") == .file {
            throw .pickle(file: "\(subfolder)/\(file)")
        }
        throw .missingWeights(checkpoint: path.lastPathComponent, component: component, looked: "there is no \(subfolder)/\(stem).safetensors")
    }

    private func directory(_ name: String, of names: [String], in subfolder: String, _ files: inout FileSequence) throws(CheckpointError) -> TensorDirectory {
        var tensors: [String: StoredTensor] = [:]
        var metadata: [String: String] = [:]
        for file in names {
            let file = "\(subfolder)/\(file)"
            let opened = try files.open("\(path)/\(file)", name: file)
            metadata.merge(opened.metadata) { first, _ in first }
            for tensor in opened.tensors {
                guard tensors.updateValue(tensor, forKey: tensor.key) == nil else { throw .damaged(file: file, .duplicate(key: tensor.key)) }
            }
        }
        return TensorDirectory(fileName: name, tensors: tensors, metadata: metadata, files: files.files)
    }

    /// Buffers that transformers used to save, and CLIP's other half.
    static func isKnownExtra(_ key: String) -> Bool {
        key.hasSuffix("position_ids") || extras.contains(key) || key.hasPrefix("vision_model.")
    }

    private static let extras: Set<String> = ["text_projection.weight", "visual_projection.weight", "logit_scale"]
}

/// The list of which tensor is in which shard.
struct ShardIndex {
    let name: String
    private let map: [String: String]

    /// The shards' file names, sorted.
    var files: [String] { Set(map.values).sorted() }

    init(name: String, path: String) throws(CheckpointError) {
        let file = try ConfigurationFile(name: name, path: path)
        guard case .object(let members) = file["weight_map"], !members.isEmpty else { throw .invalidIndex(file: name, reason: "it has no weight_map") }
        var map: [String: String] = [:]
        for (key, value) in members {
            guard case .string(let shard) = value else { throw .invalidIndex(file: name, reason: "it names no file for \"\(key)\"") }
            guard shard.hasSuffix(".safetensors"), !shard.contains("/"), !shard.contains("\0") else {
                throw .invalidIndex(file: name, reason: "\"\(shard)\" is not the name of a .safetensors file in the same folder")
            }
            map[key] = shard
        }
        self.name = name
        self.map = map
    }

    /// Every tensor that the index lists must be in a shard.
    func check(_ directory: TensorDirectory) throws(CheckpointError) {
        if let missing = map.keys.filter({ !directory.contains($0) }).min() {
            throw .invalidIndex(file: name, reason: "\"\(missing)\" should be in \(map[missing] ?? "a shard") and is not")
        }
    }
}
