extension Checkpoint {
    /// Opens one .safetensors file with the names of the original release.
    init(singleFile path: String) throws(CheckpointError) {
        if ["ckpt", "pt", "pth", "bin", "pkl"].contains(path.pathExtension) { throw .pickle(file: path.lastPathComponent) }
        var files = FileSequence()
        let (tensors, metadata) = try files.open(path)
        let directory = TensorDirectory(
            fileName: path.lastPathComponent, tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0) }), metadata: metadata)
        if let foreign = ForeignModel(directory) { throw .unsupportedModel(file: directory.fileName, foreign) }

        let textEncoder = try SingleFileKeys.textEncoder(in: directory)
        let unet = try SingleFileKeys.unet(in: directory)
        let vae = try SingleFileKeys.vae(in: directory)
        let family = Family(textEncoder: textEncoder.component.configuration)
        let used = textEncoder.keys.union(unet.keys).union(vae.keys)
        let rest = directory.tensors.keys.filter { !used.contains($0) }.sorted()

        var scheduler = SchedulerConfiguration()
        scheduler.prediction = try Self.prediction(of: directory, family: family, sidecarPath: path.deletingPathExtension + ".yaml")
        if directory.contains("ztsnr") { scheduler.rescalesToZeroTerminalSNR = true }
        try self.init(
            name: path.lastPathComponent.deletingPathExtension, path: path, layout: .single, textEncoder: textEncoder.component,
            unet: unet.component, vae: vae.component, scheduler: scheduler,
            tokenizer: TokenizerFiles(source: .bundled, paddingTokenID: family.paddingTokenID), files: files.files,
            unusedKeys: rest.filter { !SingleFileKeys.isKnownExtra($0, in: family) }, ignoredKeys: rest.filter { SingleFileKeys.isKnownExtra($0, in: family) })
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
