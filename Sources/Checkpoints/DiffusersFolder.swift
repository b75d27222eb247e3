import Files

extension Checkpoint {
    /// Opens a folder as diffusers saves pipelines.
    init(
        folder path: String, prediction: SchedulerConfiguration.Prediction?, vae source: VAESource, textEncoders paths: [String]
    ) throws(CheckpointError) {
        let indexPath = path + "/model_index.json"
        guard PathKind(indexPath) == .file else { throw .notACheckpointFolder(path: path) }
        let index = try ConfigurationFile(name: "model_index.json", path: indexPath)
        if let name = try index.string("_class_name"), let foreign = ForeignModel(pipelineName: name) {
            throw .unsupportedModel(file: path.lastPathComponent, foreign)
        }

        if Self.isOpenVINOFolder(path) {
            try self.init(openVINOFolder: path, index, prediction: prediction, vae: source, textEncoders: paths)
            return
        }
        let folder = DiffusersFolder(path: path)
        var files = FileSequence()
        let family = try folder.family()
        let plan = try family.conditioning.reading(index)

        let unetFile = try folder.configuration("unet")
        let unetConfiguration = try UNetConfiguration(unetFile)
        let chosen = paths.isEmpty ? nil : try ChosenTextEncoders(paths, for: family, plan, unetConfiguration, &files)

        var opened: [(Quantization, ComponentWeights)] = []
        var textEncoders: [StoredNetwork<TextEncoderConfiguration>] = []
        for (place, traits) in family.traits.textEncoders.enumerated() {
            if let network = chosen?.networks[place] {
                textEncoders.append(network)
                continue
            }
            let (encoder, directory) = try folder.textEncoder(traits, isProjected: plan.pooled == place, &files)
            textEncoders.append(encoder)
            opened.append((directory, encoder.weights))
        }

        let unetDirectory = try folder.weights(of: "UNet", in: "unet", stem: "diffusion_pytorch_model", &files)
        let unet = StoredNetwork(
            configuration: unetConfiguration,
            weights: try ComponentWeights(
                component: "UNet", table: NameTable(unet: unetConfiguration, naming: .diffusers), in: unetDirectory))
        opened.append((unetDirectory, unet.weights))

        let vae: StoredNetwork<VAEConfiguration>
        var replacement: VAEFile.Replacement?
        if let path = source.path {
            let other = try VAEFile.open(path, for: family, &files)
            (vae, replacement) = (other.vae, other)
        } else {
            guard PathKind(path + "/vae/config.json") == .file else {
                throw .missingVAE(checkpoint: path.lastPathComponent, looked: "there is no vae/config.json")
            }
            let configuration = try folder.configuration("vae")
            let directory = try folder.weights(of: "VAE", in: "vae", stem: "diffusion_pytorch_model", &files)
            guard let own = try VAEFile.vae(in: directory, prefix: "", of: family, configuration: configuration) else {
                throw directory.refusal
                    ?? .missingVAE(checkpoint: path.lastPathComponent, looked: "\(directory.directory.fileName) holds none")
            }
            vae = own
            opened.append((directory, own.weights))
        }

        var unused = (chosen?.unusedKeys ?? []) + (replacement?.unusedKeys ?? [])
        var ignored = (chosen?.ignoredKeys ?? []) + (replacement?.ignoredKeys ?? [])
        var misunderstood = chosen?.misunderstood ?? replacement?.misunderstood
        for (directory, weights) in opened.reversed() {
            let rest = directory.directory.tensors.keys.filter { !weights.keys.contains($0) }.sorted()
            func isHarmless(_ key: String) -> Bool { weights.ignoredKeys.contains(key) || DiffusersFolder.isKnownExtra(key) }
            ignored += rest.filter(isHarmless)
            let unknown = rest.filter { !isHarmless($0) }
            unused += unknown
            let refusal = directory.refusal(of: unknown) { key in
                weights.component == vae.weights.component && VAEFile.isOfEncoder(key[...]) ? nil : weights.component
            }
            misunderstood = refusal ?? misunderstood
        }

        let (scheduler, said, schedulerFile) = try folder.scheduler(orAs: family)
        var tokenizers: [TokenizerFiles] = []
        for traits in family.traits.textEncoders { tokenizers.append(try TokenizerFiles(folder: path, of: traits)) }
        var asked = scheduler
        if let prediction { asked.prediction = prediction }
        let hints = FewStepSuggestion.Hints(
            origins: [index, unetFile].compactMap { $0.hint("_name_or_path") }, schedulerClass: schedulerFile?.hint("_class_name"),
            timestepSpacing: schedulerFile?.hint("timestep_spacing"))
        try self.init(
            Parts(
                name: path.lastPathComponent, path: path, layout: .diffusers, family: family, conditioning: plan,
                textEncoders: textEncoders,
                unet: unet, vae: vae, vaeSource: source, chosenEncoders: chosen, scheduler: asked,
                predictionSource: prediction == nil ? said : .user,
                zeroTerminalSNRSource: scheduler.rescalesToZeroTerminalSNR ? .configuration : nil, tokenizers: tokenizers,
                files: files.files,
                unusedKeys: unused.sorted(), ignoredKeys: ignored.sorted(), misunderstood: misunderstood, hints: hints))
    }
}

extension ConditioningPlan {
    /// The plan with what a folder's `model_index.json` says of it.
    func reading(_ index: ConfigurationFile) throws(CheckpointError) -> ConditioningPlan {
        var plan = self
        guard sizes != nil else { return plan }
        if try index.boolean("requires_aesthetics_score", default: false) { plan.sizes = .refiner }
        plan.zeroesEmptyNegative = try index.boolean("force_zeros_for_empty_prompt", default: zeroesEmptyNegative)
        return plan
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

    /// Tells the family by the text encoders that there are.
    func family() throws(CheckpointError) -> Family {
        let hasSecond = PathKind("\(path)/text_encoder_2/config.json") == .file
        let hasFirst = PathKind("\(path)/text_encoder/config.json") == .file
        // A folder without any is told that the first one is missing.
        let first = hasFirst || !hasSecond ? try TextEncoderConfiguration(configuration("text_encoder"), isProjected: false) : nil
        return Family(firstTextEncoder: first, hasSecondTextEncoder: hasSecond)
    }

    func textEncoder(
        _ traits: FamilyTraits.TextEncoder, isProjected: Bool, _ files: inout FileSequence
    ) throws(CheckpointError) -> (StoredNetwork<TextEncoderConfiguration>, Quantization) {
        let configuration = try TextEncoderConfiguration(configuration(traits.folder), isProjected: isProjected)
        let directory = try weights(of: traits.component, in: traits.folder, stem: "model", &files)
        let prefix = directory.directory.containsKey(withPrefix: "text_model.") ? "text_model." : ""
        let projection = isProjected ? TextProjection(key: "text_projection.weight", isTransposed: true) : nil
        let table = NameTable(textEncoder: configuration, naming: .transformers, prefix: prefix, projection: projection)
        let weights = try ComponentWeights(component: traits.component, table: table, in: directory)
        return (StoredNetwork(configuration: configuration, weights: weights), directory)
    }

    /// Reads the scheduler's configuration.
    /// - Returns: also who says the prediction, and the file itself; nil without one.
    func scheduler(orAs family: Family) throws(CheckpointError) -> (SchedulerConfiguration, TrainingSource, ConfigurationFile?) {
        let name = "scheduler/scheduler_config.json"
        guard PathKind("\(path)/\(name)") == .file else { return (SchedulerConfiguration(), .family, nil) }
        let file = try ConfigurationFile(name: name, path: "\(path)/\(name)")
        if let type = try file.string("_class_name"), type.hasPrefix("EDM") {
            throw .unsupportedModel(file: path.lastPathComponent, .playground)
        }
        return (try SchedulerConfiguration(file), file["prediction_type"] == nil ? .family : .configuration, file)
    }

    /// The plain file first, then the variants that publishers use.
    private static let variants = ["", ".fp16", ".bf16", ".fp32", ".non_ema", ".ema"]

    /// Whether there is a network's file, or its index.
    func hasWeights(in subfolder: String, stem: String) -> Bool {
        let safetensors = Self.variants.flatMap { ["\(stem)\($0).safetensors", "\(stem).safetensors.index\($0).json"] }
        return (safetensors + ["\(stem).bin", "pytorch_model.bin"]).contains { PathKind("\(path)/\(subfolder)/\($0)") == .file }
    }

    /// Opens a network's weights: one file, or the shards that an index lists. Files of `torch.save` (.bin) count where there is no
    /// .safetensors.
    func weights(
        of component: String, in subfolder: String, stem: String, _ files: inout FileSequence
    ) throws(CheckpointError) -> Quantization {
        let folder = "\(path)/\(subfolder)"
        // transformers gives its .bin files another stem.
        for (stem, ending) in [(stem, "safetensors"), (stem, "bin"), ("pytorch_model", "bin")] {
            for variant in Self.variants {
                let file = "\(stem)\(variant).\(ending)"
                if PathKind("\(folder)/\(file)") == .file {
                    return Quantization(try directory("\(subfolder)/\(file)", of: [file], in: subfolder, &files))
                }
                let index = "\(stem).\(ending).index\(variant).json"
                if PathKind("\(folder)/\(index)") == .file {
                    let shards = try ShardIndex(name: "\(subfolder)/\(index)", path: "\(folder)/\(index)", ending: ending)
                    let directory = try directory(shards.name, of: shards.files, in: subfolder, &files)
                    try shards.check(directory)
                    return Quantization(directory)
                }
            }
        }
        throw .missingWeights(
            checkpoint: path.lastPathComponent, component: component, looked: "there is no \(subfolder)/\(stem).safetensors")
    }

    private func directory(
        _ name: String, of names: [String], in subfolder: String, _ files: inout FileSequence
    ) throws(CheckpointError) -> TensorDirectory {
        var tensors: [String: StoredTensor] = [:]
        var metadata: [String: String] = [:]
        for file in names {
            let file = "\(subfolder)/\(file)"
            let opened = try files.open("\(path)/\(file)", name: file)
            metadata.merge(opened.metadata) { first, _ in first }
            for (key, tensor) in opened.tensors {
                guard tensors.updateValue(tensor, forKey: key) == nil else { throw .damaged(file: file, .duplicate(key: key)) }
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

    /// - Parameter ending: of the shards, without the dot.
    init(name: String, path: String, ending: String) throws(CheckpointError) {
        let file = try ConfigurationFile(name: name, path: path)
        guard case .object(let members) = file["weight_map"], !members.isEmpty else {
            throw .invalidIndex(file: name, reason: "it has no weight_map")
        }
        var map: [String: String] = [:]
        for (key, value) in members {
            guard case .string(let shard) = value else { throw .invalidIndex(file: name, reason: "it names no file for \"\(key)\"") }
            guard shard.hasSuffix("." + ending), !shard.contains("/"), !shard.contains("\0") else {
                throw .invalidIndex(file: name, reason: "\"\(shard)\" is not the name of a .\(ending) file in the same folder")
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
