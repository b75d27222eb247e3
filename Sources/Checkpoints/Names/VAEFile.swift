import Files

/// Finds VAEs: in a checkpoint's single file, in a file of their own, and in folders.
enum VAEFile {
    /// The VAE under `prefix`, in the names of the original release or of diffusers.
    /// - Parameter configuration: nil to read the architecture off the shapes and the scale of latents off the family.
    /// - Returns: nil when no name begins with `prefix`, or when nothing behind it is of a VAE.
    static func vae(
        in quantization: Quantization, prefix: String, of family: Family, configuration file: ConfigurationFile? = nil
    ) throws(CheckpointError) -> StoredNetwork<VAEConfiguration>? {
        let directory = quantization.directory
        guard directory.containsKey(withPrefix: prefix + "decoder.") else { return nil }
        let naming: Naming =
            if !directory.containsKey(withPrefix: prefix + "decoder.up_blocks.") {
                .original
            } else {
                directory.contains(prefix + "decoder.mid_block.attentions.0.query.weight") ? .earlyDiffusers : .diffusers
            }
        var configuration: VAEConfiguration
        if let file {
            configuration = try VAEConfiguration(file)
        } else {
            configuration = try VAEConfiguration(ShapeReader(component: "VAE", directory: directory, prefix: prefix), naming: naming)
            configuration.scalingFactor = family.traits.latentScale
        }
        let table = NameTable(vae: configuration, naming: naming, prefix: prefix)
        return StoredNetwork(configuration: configuration, weights: try ComponentWeights(component: "VAE", table: table, in: quantization))
    }

    /// A VAE that replaces a checkpoint's own, and the keys beside it.
    struct Replacement {
        let vae: StoredNetwork<VAEConfiguration>
        var unusedKeys: [String]
        var ignoredKeys: [String]
        var misunderstood: CheckpointError?
    }

    /// Opens a VAE's file, a VAE's folder with `config.json`, or a diffusers folder that holds one.
    /// - Throws: `CheckpointError`, `.notAVAE` for a file without one.
    static func open(_ path: String, for family: Family, _ files: inout FileSequence) throws(CheckpointError) -> Replacement {
        let quantization: Quantization
        var configuration: ConfigurationFile?
        var prefix = ""
        switch PathKind(path) {
        case .nothing: throw .notFound(path: path)
        case .folder:
            let isVAEItself = PathKind(path + "/config.json") == .file
            guard isVAEItself || PathKind(path + "/vae/config.json") == .file else { throw .notAVAE(file: path.lastPathComponent) }
            let folder = DiffusersFolder(path: isVAEItself ? path.deletingLastPathComponent : path)
            let name = isVAEItself ? path.lastPathComponent : "vae"
            configuration = try folder.configuration(name)
            quantization = try folder.weights(of: "VAE", in: name, stem: "diffusion_pytorch_model", &files)
        case .file:
            quantization = Quantization(try files.open(path))
            if quantization.directory.containsKey(withPrefix: SingleFileKeys.vaePrefix) { prefix = SingleFileKeys.vaePrefix }
            // diffusers' own file lies beside its configuration.
            let beside = path.deletingLastPathComponent + "/config.json"
            if path.lastPathComponent.hasPrefix("diffusion_pytorch_model."), PathKind(beside) == .file {
                configuration = try ConfigurationFile(name: "config.json", path: beside)
            }
        }
        guard let vae = try vae(in: quantization, prefix: prefix, of: family, configuration: configuration) else {
            throw .notAVAE(file: path.lastPathComponent)
        }
        let rest = quantization.directory.tensors.keys.filter { !vae.weights.keys.contains($0) }.sorted()
        func isHarmless(_ key: String) -> Bool {
            !key.hasPrefix(prefix) || vae.weights.ignoredKeys.contains(key) || SingleFileKeys.isKnownExtra(key, in: family)
        }
        let unused = rest.filter { !isHarmless($0) }
        let misunderstood = quantization.refusal(of: unused) { isOfEncoder($0.dropFirst(prefix.count)) ? nil : "VAE" }
        return Replacement(vae: vae, unusedKeys: unused, ignoredKeys: rest.filter(isHarmless), misunderstood: misunderstood)
    }

    /// Finds the VAE that lies beside a model under its name, as A1111 does.
    static func beside(_ model: String) -> String? {
        let stem = model.deletingPathExtension + ".vae."
        return ["safetensors", "pt", "ckpt"].lazy.map { stem + $0 }.first { PathKind($0) == .file }
    }

    /// Whether a key, without the prefix, belongs to the half that reads pictures.
    static func isOfEncoder(_ key: Substring) -> Bool { key.hasPrefix("encoder.") || key.hasPrefix("quant_conv.") }
}
