extension Checkpoint {
    /// Opens one .safetensors file with the names of the original release.
    init(singleFile path: String) throws(CheckpointError) {
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
        scheduler.prediction = try Self.prediction(of: directory, family: family, sidecarPath: path.deletingPathExtension + ".yaml")
        if directory.contains("ztsnr") { scheduler.rescalesToZeroTerminalSNR = true }
        try self.init(
            name: path.lastPathComponent.deletingPathExtension, path: path, layout: .single, textEncoder: textEncoder,
            unet: unet, vae: vae, scheduler: scheduler,
            tokenizer: TokenizerFiles(source: .bundled, paddingTokenID: family.paddingTokenID), files: files.files,
            unusedKeys: unused, ignoredKeys: rest.filter(isHarmless), misunderstood: quantization.refusal(of: unused) { SingleFileKeys.network(of: $0) })
    }

    /// What the UNet predicts, which no shape tells. In this order:
    /// a tensor `v_pred` that newer tools add; `modelspec.prediction_type` in the metadata; a .yaml file of the same name beside the
    /// checkpoint, as the original release has them; else velocity for Stable Diffusion 2 and noise for Stable Diffusion 1.
    ///
    /// Of Stable Diffusion 2, the 512-pixel "base" models predict noise: they need the .yaml file, which may be
    /// a single line `parameterization: "eps"`.
    private static func prediction(
        of directory: TensorDirectory, family: Family, sidecarPath: String
    ) throws(CheckpointError) -> SchedulerConfiguration.Prediction {
        if directory.contains("v_pred") { return .velocity }
        switch directory.metadata["modelspec.prediction_type"] {
        case "v": return .velocity
        case "epsilon": return .epsilon
        default: break
        }
        if PathKind(sidecarPath) == .file {
            let text = String(decoding: try OpenFile.contents(of: sidecarPath, atMost: 1 << 20), as: UTF8.self)
            for line in text.split(whereSeparator: \.isNewline) {
                let words = line.split(whereSeparator: { " \t\"'".contains($0) })
                if words.first == "parameterization:", words.count > 1 { return words[1] == "v" ? .velocity : .epsilon }
            }
            // The original training code predicts noise unless the file says otherwise.
            return .epsilon
        }
        return family == .sd2 ? .velocity : .epsilon
    }
}
