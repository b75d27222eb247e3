import Files

/// One network in a file of its own, or in two: an upscaler, a tiny VAE.
///
/// Opening reads the header, or the pickle as data. `MappedWeights(file.files, of: file.name)` makes the weights accessible.
public struct NetworkFile<Configuration: Sendable>: Sendable {
    /// The first file's name without extension.
    public let name: String
    /// The network's architecture, and its tensors.
    public let network: StoredNetwork<Configuration>
    /// The files, in the order of their mapping.
    public let files: [CheckpointFile]

    /// Bytes of all files when each starts at a page boundary: where a mapping's literals begin.
    public var mappedByteCount: Int { files.last?.mappedEnd ?? 0 }

    /// The state that the files were opened in; see `Checkpoint.identity`.
    public var identity: String { files.identity }

    /// Whether the files under their names are still those that were opened.
    public var isCurrent: Bool { files.isCurrent }

    /// - Parameter isHarmless: says which keys that the network does not read make no difference to it.
    /// - Throws: `CheckpointError.unknownTensors` for others.
    fileprivate init(
        _ directory: TensorDirectory, component: String, _ configuration: Configuration, _ table: NameTable,
        isHarmless: (String) -> Bool
    ) throws(CheckpointError) {
        let weights = try ComponentWeights(component: component, table: table, in: Quantization(directory))
        name = directory.fileName.deletingPathExtension
        network = StoredNetwork(configuration: configuration, weights: weights)
        files = directory.files
        let unknown = directory.tensors.keys.filter { !weights.keys.contains($0) && !weights.ignoredKeys.contains($0) && !isHarmless($0) }
        if !unknown.isEmpty { throw .unknownTensors(file: directory.fileName, component: component, keys: unknown.sorted()) }
    }
}

extension NetworkFile<UpscalerConfiguration> {
    /// Opens an upscaler: safetensors, or what `torch.save` wrote (`.pth`). No code in the file is run.
    /// - Throws: `CheckpointError`; `.unsupportedModel` for a network of another kind, by its name where that is known.
    public init(upscaler path: String) throws(CheckpointError) {
        var files = FileSequence()
        let directory = try files.open(reading { () throws(FileError) in try OpenFile(path: path) })
        let foreign = ForeignUpscaler.name(of: directory)
        guard foreign == nil, let naming = UpscalerNaming(directory) else {
            throw .unsupportedModel(file: directory.fileName, .foreignUpscaler(name: foreign))
        }
        let shapes = ShapeReader(component: "upscaler", directory: directory, prefix: "")
        let configuration = try UpscalerConfiguration(shapes, naming: naming)
        // SPAN's files hold each convolution a second time, in a form that may be out of date, and a mark.
        try self.init(directory, component: "upscaler", configuration, NameTable(upscaler: configuration, naming: naming)) {
            naming == .span && ($0.contains(".eval_conv.") || $0 == "no_norm")
        }
    }
}

extension NetworkFile<TinyAutoencoderConfiguration> {
    /// Opens a tiny VAE: safetensors, or what `torch.save` wrote. No code in the files is run.
    /// - Parameter paths: one file with one half or both, or the author's two.
    /// - Throws: `CheckpointError`; `.unsupportedModel` for another network.
    public init(tinyAutoencoder paths: [String]) throws(CheckpointError) {
        var files = FileSequence()
        var tensors: [String: StoredTensor] = [:]
        var fileName = ""
        for path in paths {
            let directory = try files.open(reading { () throws(FileError) in try OpenFile(path: path) })
            let isBareDecoder = TinyAutoencoderNaming.isBareDecoder(directory)
            for (key, tensor) in directory.tensors {
                tensors[TinyAutoencoderNaming.name(key, isBareDecoder: isBareDecoder) ?? key] = tensor
            }
            if fileName.isEmpty { fileName = directory.fileName }
        }
        let directory = TensorDirectory(fileName: fileName, tensors: tensors, files: files.files)
        let configuration = try TinyAutoencoderConfiguration(ShapeReader(component: "tiny VAE", directory: directory, prefix: ""))
        guard !directory.tensors.keys.contains(where: { $0.contains(".pool.") }) else {
            throw .unsupportedModel(file: fileName, .foreignTinyVAE)
        }
        // ComfyUI's numbers undo a scaling that latents here do not have.
        try self.init(directory, component: "tiny VAE", configuration, NameTable(tinyAutoencoder: configuration)) {
            $0 == "vae_scale" || $0 == "vae_shift"
        }
    }
}
