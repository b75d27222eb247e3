import Files

extension Checkpoint {
    /// Opens one file with the names of the original release.
    init(
        singleFile path: String, prediction: SchedulerConfiguration.Prediction?, vae source: VAESource, textEncoders paths: [String]
    ) throws(CheckpointError) {
        var files = FileSequence()
        let directory = try files.open(path)
        let foreign = ForeignModel(directory)
        guard foreign == nil, let unetPlace = UNetPlace(directory) else {
            throw .unsupportedModel(file: directory.fileName, foreign ?? .unknown)
        }

        let quantization = Quantization(directory)
        let family: Family, plan: ConditioningPlan
        let unet: StoredNetwork<UNetConfiguration>, vae: StoredNetwork<VAEConfiguration>
        var textEncoders: [StoredNetwork<TextEncoderConfiguration>] = []
        let chosen: ChosenTextEncoders?
        var replacement: VAEFile.Replacement?
        do {
            unet = try SingleFileKeys.unet(in: quantization, at: unetPlace)
            family = Family(singleFile: directory, unet.configuration)
            plan = family.conditioning
            chosen = paths.isEmpty ? nil : try ChosenTextEncoders(paths, for: family, plan, unet.configuration, &files)
            try Self.checkParts(of: directory, family, chosen, source)
            for (place, encoder) in family.traits.textEncoders.enumerated() {
                if let network = chosen?.networks[place] {
                    textEncoders.append(network)
                } else {
                    textEncoders.append(try SingleFileKeys.textEncoder(encoder, isProjected: plan.pooled == place, in: quantization))
                }
            }
            if let path = source.path {
                let other = try VAEFile.open(path, for: family, &files)
                (vae, replacement) = (other.vae, other)
            } else {
                vae = try SingleFileKeys.vae(in: quantization, of: family)
            }
        } catch {
            // Packed weights have other shapes than what they stand for.
            throw quantization.refusal ?? error
        }
        var used = unet.weights.keys, ignored = unet.weights.ignoredKeys
        let own = textEncoders.enumerated().filter { chosen?.networks[$0.offset] == nil }.map(\.element.weights)
        for weights in own + (replacement == nil ? [vae.weights] : []) {
            used.formUnion(weights.keys)
            ignored.formUnion(weights.ignoredKeys)
        }
        let rest = directory.tensors.keys.filter { !used.contains($0) }.sorted()
        let replaced = (replacement == nil ? [] : [SingleFileKeys.vaePrefix])
            + family.traits.textEncoders.enumerated().filter { chosen?.networks[$0.offset] != nil }.flatMap(\.element.stems)
        func isHarmless(_ key: String) -> Bool {
            ignored.contains(key) || SingleFileKeys.isKnownExtra(key, in: family) || replaced.contains(where: key.hasPrefix)
        }
        func network(of key: String) -> String? {
            SingleFileKeys.network(of: key, in: family) ?? (unetPlace.prefix.isEmpty ? unet.weights.component : nil)
        }
        let unused = rest.filter { !isHarmless($0) }

        var scheduler = SchedulerConfiguration()
        let found: (prediction: SchedulerConfiguration.Prediction, source: TrainingSource) =
            if let prediction {
                (prediction, .user)
            } else {
                try Self.prediction(of: directory, sidecarPath: path.deletingPathExtension + ".yaml")
                    ?? (family.traits.usualPrediction, family.traits.isPredictionUncertain ? .assumed : .family)
            }
        scheduler.prediction = found.prediction
        scheduler.rescalesToZeroTerminalSNR = directory.contains("ztsnr")
        try self.init(
            Parts(
                name: path.lastPathComponent.deletingPathExtension, path: path, layout: .single, family: family, conditioning: plan,
                textEncoders: textEncoders, unet: unet, vae: vae, vaeSource: source, chosenEncoders: chosen, metadata: directory.metadata,
                scheduler: scheduler, predictionSource: found.source,
                zeroTerminalSNRSource: scheduler.rescalesToZeroTerminalSNR ? .key("ztsnr") : nil,
                tokenizers: family.traits.textEncoders.map { TokenizerFiles(source: .bundled, paddingTokenID: $0.paddingTokenID) },
                files: files.files,
                unusedKeys: (unused + (chosen?.unusedKeys ?? []) + (replacement?.unusedKeys ?? [])).sorted(),
                ignoredKeys: (rest.filter(isHarmless) + (chosen?.ignoredKeys ?? []) + (replacement?.ignoredKeys ?? [])).sorted(),
                misunderstood: quantization.refusal(of: unused, network: network) ?? chosen?.misunderstood ?? replacement?.misunderstood,
                hints: FewStepSuggestion.Hints(metadata: directory.metadata)))
    }

    /// Checks that a UNet alone has all that it needs.
    /// - Throws: `CheckpointError.unsupportedModel` with the parts that are missing.
    private static func checkParts(
        of directory: TensorDirectory, _ family: Family, _ chosen: ChosenTextEncoders?, _ vae: VAESource
    ) throws(CheckpointError) {
        guard !SingleFileKeys.hasTextEncoder(directory), !directory.containsKey(withPrefix: SingleFileKeys.vaePrefix) else { return }
        let missing = family.traits.textEncoders.enumerated().filter { chosen?.networks[$0.offset] == nil }.map(\.element.model)
        guard !missing.isEmpty || vae.path == nil else { return }
        throw .unsupportedModel(
            file: directory.fileName, .unet(family: family.name, needsVAE: vae.path == nil, textEncoders: missing))
    }

    /// The UNet's prediction, which no shape tells. In this order: a tensor `v_pred` that newer tools add; `modelspec.prediction_type`,
    /// `modelspec.predict_key` or the architecture in the metadata; a .yaml file of the same name beside the checkpoint, as the original
    /// releases have them.
    /// - Returns: nil when nothing says so, or says it in words that are not known.
    private static func prediction(
        of directory: TensorDirectory, sidecarPath: String
    ) throws(CheckpointError) -> (SchedulerConfiguration.Prediction, TrainingSource)? {
        if directory.contains("v_pred") { return (.velocity, .key("v_pred")) }
        for name in ["modelspec.prediction_type", "modelspec.predict_key"] {
            if let said = directory.metadata[name].flatMap(SchedulerConfiguration.Prediction.init(spelling:)) {
                return (said, .metadata(name))
            }
        }
        switch directory.metadata["modelspec.architecture"] {
        case "stable-diffusion-v2-768-v": return (.velocity, .metadata("modelspec.architecture"))
        case "stable-diffusion-v2-512": return (.epsilon, .metadata("modelspec.architecture"))
        default: break
        }
        guard PathKind(sidecarPath) == .file else { return nil }
        let file = sidecarPath.lastPathComponent
        let contents = try reading { () throws(FileError) in try OpenFile.contents(of: sidecarPath, atMost: 1 << 20) }
        for line in TextLines(TextFile.utf8(contents)) {
            let words = String(decoding: line, as: UTF8.self).split(whereSeparator: { " \t\"'".contains($0) })
            guard words.count > 1 else { continue }
            if words[0] == "target:" {
                // sgm names the class of the denoiser's scaling instead.
                switch words[1].split(separator: ".").last {
                case "VScaling": return (.velocity, .sidecar(file: file))
                case "EpsScaling": return (.epsilon, .sidecar(file: file))
                default: continue
                }
            }
            guard words[0] == "parameterization:" else { continue }
            guard let prediction = SchedulerConfiguration.Prediction(spelling: String(words[1])) else {
                throw .unsupportedSetting(
                    file: file, key: "parameterization", value: "\"\(words[1])\"", supported: "\"eps\", \"v\", \"x0\"")
            }
            return (prediction, .sidecar(file: file))
        }
        // The original training code predicts noise unless the file says otherwise.
        return (.epsilon, .sidecar(file: file))
    }
}
