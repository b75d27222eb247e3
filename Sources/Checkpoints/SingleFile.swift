import TextFiles

extension Checkpoint {
    /// Opens one .safetensors file with the names of the original release.
    init(singleFile path: String, prediction: SchedulerConfiguration.Prediction?) throws(CheckpointError) {
        if ["ckpt", "pt", "pth", "bin", "pkl"].contains(path.pathExtension) { throw .pickle(file: path.lastPathComponent) }
        var files = FileSequence()
        let (tensors, metadata) = try files.open(path)
        let directory = TensorDirectory(
            fileName: path.lastPathComponent, tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0) }), metadata: metadata, files: files.files)
        if let foreign = ForeignModel(directory) { throw .unsupportedModel(file: directory.fileName, foreign) }

        let quantization = Quantization(directory)
        let textEncoder: StoredNetwork<TextEncoderConfiguration>, unet: StoredNetwork<UNetConfiguration>, vae: StoredNetwork<VAEConfiguration>
        do {
            textEncoder = try SingleFileKeys.textEncoder(in: quantization)
            unet = try SingleFileKeys.unet(in: quantization)
            vae = try SingleFileKeys.vae(in: quantization)
        } catch {
            // Packed weights have other shapes than what they stand for.
            throw quantization.refusal ?? error
        }
        let family = Family(textEncoder: textEncoder.configuration)
        let used = textEncoder.weights.keys.union(unet.weights.keys).union(vae.weights.keys)
        let ignored = textEncoder.weights.ignoredKeys.union(unet.weights.ignoredKeys).union(vae.weights.ignoredKeys)
        let rest = directory.tensors.keys.filter { !used.contains($0) }.sorted()
        func isHarmless(_ key: String) -> Bool { ignored.contains(key) || SingleFileKeys.isKnownExtra(key, in: family) }
        let unused = rest.filter { !isHarmless($0) }

        var scheduler = SchedulerConfiguration()
        let sidecar = path.deletingPathExtension + ".yaml"
        let said = if let prediction { prediction } else { try Self.prediction(of: directory, sidecarPath: sidecar) }
        scheduler.prediction = said ?? (family == .sd2 ? .velocity : .epsilon)
        if directory.contains("ztsnr") { scheduler.rescalesToZeroTerminalSNR = true }
        try self.init(
            name: path.lastPathComponent.deletingPathExtension, path: path, layout: .single, textEncoder: textEncoder,
            unet: unet, vae: vae, scheduler: scheduler,
            tokenizer: TokenizerFiles(source: .bundled, paddingTokenID: family.paddingTokenID), files: files.files,
            unusedKeys: unused, ignoredKeys: rest.filter(isHarmless), misunderstood: quantization.refusal(of: unused) { SingleFileKeys.network(of: $0) },
            isPredictionAssumed: said == nil && family == .sd2)
    }

    /// The UNet's prediction, which no shape tells. In this order: a line in a .yaml file of the same name beside the checkpoint, as the
    /// original release has them; a tensor `v_pred` that newer tools add; `modelspec.prediction_type` or the architecture in the metadata;
    /// a .yaml file without such a line.
    /// - Returns: nil when nothing says so, or says it in words that are not known.
    private static func prediction(of directory: TensorDirectory, sidecarPath: String) throws(CheckpointError) -> SchedulerConfiguration.Prediction? {
        let hasSidecar = PathKind(sidecarPath) == .file
        if hasSidecar {
            for line in TextLines(TextFile.utf8(try OpenFile.contents(of: sidecarPath, atMost: 1 << 20))) {
                let words = String(decoding: line, as: UTF8.self).split(whereSeparator: { " \t\"'".contains($0) })
                guard words.first == "parameterization:", words.count > 1 else { continue }
                guard let prediction = SchedulerConfiguration.Prediction(spelling: String(words[1])) else {
                    throw .unsupportedSetting(
                        file: sidecarPath.lastPathComponent, key: "parameterization", value: "\"\(words[1])\"", supported: "\"eps\", \"v\", \"x0\"")
                }
                return prediction
            }
        }
        if directory.contains("v_pred") { return .velocity }
        if let said = directory.metadata["modelspec.prediction_type"].flatMap(SchedulerConfiguration.Prediction.init(spelling:)) { return said }
        switch directory.metadata["modelspec.architecture"] {
        case "stable-diffusion-v2-768-v": return .velocity
        case "stable-diffusion-v2-512": return .epsilon
        // The original training code predicts noise unless the file says otherwise.
        default: return hasSidecar ? .epsilon : nil
        }
    }
}
