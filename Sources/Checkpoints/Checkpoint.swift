import Files
public import Generation

/// A Stable Diffusion checkpoint: what its networks look like and where in its files their weights lie.
///
/// Opening reads headers and configurations only. `MappedWeights` makes the weights accessible.
public struct Checkpoint: Sendable {
    /// How the files of a checkpoint are laid out.
    public enum Layout: String, Sendable {
        /// A folder with `model_index.json` and one folder per network.
        case diffusers
        /// One file under the names of the original release: .safetensors, or what `torch.save` wrote.
        case single
        /// A folder with `model_index.json` and one folder per network, each with a graph for OpenVINO.
        case openvino
    }

    /// The file's or folder's name without extension.
    public let name: String
    /// The path that was given to `open`.
    public let path: String
    /// How its files are laid out.
    public let layout: Layout
    /// The line of models that it belongs to.
    public let family: Family
    /// The plan of what the UNet is told about a prompt and a picture: the family's, with what the files say of it.
    public let conditioning: ConditioningPlan
    /// At least one, in the order in which the family joins their embeddings.
    public let textEncoders: [StoredNetwork<TextEncoderConfiguration>]
    /// The denoiser.
    public let unet: StoredNetwork<UNetConfiguration>
    /// The autoencoder between pictures and latents.
    public let vae: StoredNetwork<VAEConfiguration>
    /// Where the VAE comes from.
    public let vaeSource: VAESource
    /// For each text encoder the file or folder that the user chose for it; nil for the checkpoint's own.
    public let textEncoderPaths: [String?]
    /// Notices of chosen text encoders that do not fit.
    public let partNotices: [Notice]
    /// The texts in the header of a single file.
    public let metadata: [String: String]
    /// How the model was trained to be denoised.
    public let scheduler: SchedulerConfiguration
    /// The source of `scheduler.prediction`.
    public let predictionSource: TrainingSource
    /// The source that says that the noise schedule ends without any signal; nil when it does not.
    public let zeroTerminalSNRSource: TrainingSource?
    /// One for each text encoder. They differ in padding only.
    public let tokenizers: [TokenizerFiles]
    /// The networks that are graphs of another program, and run as they are; empty for a checkpoint with weights.
    public let graphs: [NetworkID: StoredGraph]
    /// The files with weights, in the order of their mapping.
    public let files: [CheckpointFile]
    /// Keys that no network knows, sorted. A complete checkpoint of a supported family has none.
    public let unusedKeys: [String]
    /// Keys of known extras that generating does not need, sorted: averaged copies, training state, noise schedules.
    public let ignoredKeys: [String]

    /// Settings that suit the model, when it seems to be one that draws in few steps; nil for all others.
    public let suggestion: FewStepSuggestion?

    /// The tiny VAE that was found for it; nil when none was looked for.
    public private(set) var tinyVAE: TinyVAE?

    /// Why no picture can be drawn with the checkpoint, although it can be opened: it holds weights, or changes to weights, that are not
    /// understood, or it is of a kind that cannot be drawn with.
    public let refusal: CheckpointError?

    /// The model's name for people, which may say more than its family's: "SSD-1B (Stable Diffusion XL)".
    public var modelName: String { family.name(of: unet.configuration) }

    /// Nothing says what the UNet predicts, and files of its family differ in it.
    public var isPredictionAssumed: Bool { predictionSource == .assumed }

    /// Whether pictures can become latents: a folder of graphs may come without the half of the VAE that does it.
    public var hasEncoder: Bool { graphs[.decoder] == nil || graphs[.encoder] != nil }

    /// Bytes of all files when each starts at a page boundary: where a mapping's literals begin.
    public var mappedByteCount: Int { files.last?.mappedEnd ?? 0 }

    /// Side in pixels of the square pictures that the model was trained on: what it draws best.
    ///
    /// Single files do not say it; they are taken for their family's usual models.
    public var nativeSize: Int { (unet.configuration.sampleSize ?? usualLatentSide) * vae.configuration.scaleFactor }

    /// Sizes in pixels that the model draws best, the square first.
    public var nativeSizes: [PictureSize] {
        let side = nativeSize
        return family.nativeSizes.first?.width == side ? family.nativeSizes : [PictureSize(width: side, height: side)]
    }

    /// Pixels that both sides of a picture are best multiples of: no level of the UNet has to round then. Multiples of the VAE's
    /// `scaleFactor` are possible too.
    public var sizeMultiple: Int { unet.configuration.downscale * vae.configuration.scaleFactor }

    /// Whether the UNet is told a mask and a picture behind it besides its latents: a checkpoint for inpainting.
    public var takesMaskedPicture: Bool { unet.configuration.inChannels == 2 * vae.configuration.latentChannels + 1 }

    /// Whether the VAE's activations exceed the range of f16, so that its arithmetic has to be bf16 or f32.
    ///
    /// No file tells it: a repaired VAE has the same shapes. Only a configuration with `force_upcast` false says that f16 is enough.
    public var decoderOverflowsF16: Bool { family.traits.decoderOverflowsF16 && vae.configuration.forcesUpcast != false }

    private var usualLatentSide: Int { scheduler.prediction == .velocity ? family.traits.velocityLatentSide : family.traits.latentSide }

    /// Opens a diffusers folder or a single file: .safetensors, or .ckpt, .pt, .pth and .bin as `torch.save` writes them. No code in a
    /// file is run.
    /// - Parameters:
    ///   - prediction: what the UNet predicts, whatever the files say of it; nil for what they say.
    ///   - vae: a file or folder whose VAE replaces the checkpoint's own. nil for the file `NAME.vae.safetensors` (or `.pt`, `.ckpt`)
    ///     beside a single file, and for the checkpoint's own where there is none; "none" for its own in any case.
    ///   - textEncoders: files or folders whose text encoders replace the checkpoint's own, or make a UNet complete. Each goes where its
    ///     width fits.
    ///   - tinyVAEs: where tiny VAEs lie; nil looks for none.
    /// - Throws: `CheckpointError`; whatever the files hold, nothing is read outside them.
    public static func open(
        _ path: String, prediction: SchedulerConfiguration.Prediction? = nil, vae: String? = nil, textEncoders: [String] = [],
        tinyVAEs: TinyVAELibrary? = nil
    ) throws(CheckpointError) -> Checkpoint {
        let kind = PathKind(path)
        guard kind != .nothing else { throw .notFound(path: path) }
        let source: VAESource =
            switch vae {
            case "none": .own
            case let vae?: .chosen(path: vae)
            case nil: kind == .file ? VAEFile.beside(path).map(VAESource.beside) ?? .own : .own
            }
        var checkpoint = kind == .folder
            ? try Checkpoint(folder: path, prediction: prediction, vae: source, textEncoders: textEncoders)
            : try Checkpoint(singleFile: path, prediction: prediction, vae: source, textEncoders: textEncoders)
        let own = checkpoint.vae.configuration
        checkpoint.tinyVAE = tinyVAEs.map {
            TinyVAE(in: $0, for: checkpoint.family, latentChannels: own.latentChannels, scaleFactor: own.scaleFactor)
        }
        return checkpoint
    }

    /// An assumption about the model that may be wrong, with what to do then; nil when the files say all.
    public var assumption: Notice? {
        let file = path.lastPathComponent
        if let known = makersPrediction, known != scheduler.prediction, let name = suggestion?.preset.name {
            let line = "parameterization: \"\(known.sidecarSpelling)\""
            let sidecar = ", or write the line \(line) into a file \"\(file.deletingPathExtension).yaml\" beside it"
            return Notice(
                .unlikelyPrediction,
                [
                    "file": .init(file), "name": .text(name), "prediction": .text(known.rawValue),
                    "assumed": .text(scheduler.prediction.rawValue),
                ],
                """
                "\(file)" seems to be \(name), which predicts \(known.rawValue). Nothing in it says so, and \
                \(scheduler.prediction.rawValue) was assumed. \
                Use --prediction \(known.rawValue)\(layout == .single ? sidecar : "").
                """)
        }
        guard isPredictionAssumed else { return nil }
        return Notice(
            .assumedPrediction, ["file": .init(file), "family": .text(family.name), "assumed": .text(scheduler.prediction.rawValue)],
            """
            Nothing in "\(file)" says what this \(family.name) model predicts; v_prediction was assumed, as for the models of 768 pixels. \
            If its pictures are noise, it is one of 512 pixels: use --prediction epsilon, or write the line \
            parameterization: "eps" into a file "\(file.deletingPathExtension).yaml" beside it.
            """)
    }

    /// The prediction of a model of few steps by its makers' words. nil for all whose families predict the same, and where a file or the
    /// user says it.
    private var makersPrediction: SchedulerConfiguration.Prediction? {
        guard predictionSource == .family || predictionSource == .assumed else { return nil }
        return suggestion?.preset.prediction.flatMap { SchedulerConfiguration.Prediction(rawValue: $0) }
    }

    /// Checks that the networks fit each other.
    /// - Throws: `CheckpointError` when they do not.
    init(_ parts: Parts) throws(CheckpointError) {
        let (unet, vae, encoders, plan) = (parts.unet, parts.vae, parts.textEncoders, parts.conditioning)
        // Packed weights have other shapes than what they stand for.
        var refusal = parts.misunderstood ?? vae.weights.fault ?? unet.weights.fault
        for encoder in encoders.reversed() { refusal = encoder.weights.fault ?? refusal }
        let configuration = unet.configuration
        let latentChannels = vae.configuration.latentChannels
        guard parts.vaeSource == .own || latentChannels == configuration.outChannels else {
            throw refusal ?? .invalidSetting(
                file: vae.weights.fileName, key: "latent_channels", value: "\(latentChannels)",
                expected: "\(configuration.outChannels), as the UNet's output")
        }
        let foreign = ForeignModel(unetInputChannels: configuration.inChannels, latentChannels: latentChannels)
        if let foreign { throw refusal ?? .unsupportedModel(file: parts.path.lastPathComponent, foreign) }
        guard configuration.outChannels == latentChannels else {
            throw refusal ?? .invalidSetting(
                file: unet.weights.fileName, key: "out_channels", value: "\(configuration.outChannels)",
                expected: "\(latentChannels), as in_channels")
        }
        let contextWidth = plan.context.reduce(0) { $0 + encoders[$1.encoder].configuration.width }
        guard configuration.crossAttentionWidth == contextWidth else {
            throw refusal ?? .invalidSetting(
                file: unet.weights.fileName, key: "cross_attention_dim", value: "\(configuration.crossAttentionWidth)",
                expected: "\(contextWidth), the width of the text encoder\(encoders.count == 1 ? "" : "s together")")
        }
        let pooledWidth = plan.pooled.flatMap { encoders[$0].configuration.projectionWidth } ?? 0
        guard configuration.vectorWidth == plan.vectorWidth(pooledWidth: pooledWidth) else {
            guard let expected = plan.vectorWidth(pooledWidth: pooledWidth) else {
                throw refusal ?? .unsupportedModel(file: parts.path.lastPathComponent, .unCLIP)
            }
            throw refusal ?? .invalidSetting(
                file: unet.weights.fileName, key: "projection_class_embeddings_input_dim",
                value: configuration.vectorWidth.map(String.init) ?? "nothing",
                expected: "\(expected), the pooled text and \(plan.sizes?.count ?? 0) sizes")
        }
        if let kind = parts.family.traits.objection {
            refusal = refusal ?? .unsupportedModel(file: parts.path.lastPathComponent, kind)
        }

        name = parts.name
        path = parts.path
        layout = parts.layout
        family = parts.family
        conditioning = plan
        textEncoders = encoders
        self.unet = unet
        self.vae = vae
        vaeSource = parts.vaeSource
        textEncoderPaths = encoders.indices.map { parts.chosenEncoders?.paths[$0] }
        partNotices = parts.chosenEncoders?.notices ?? []
        metadata = parts.metadata
        scheduler = parts.scheduler
        predictionSource = parts.predictionSource
        zeroTerminalSNRSource = parts.zeroTerminalSNRSource
        tokenizers = parts.tokenizers
        files = parts.files
        graphs = parts.graphs
        unusedKeys = parts.unusedKeys
        ignoredKeys = parts.ignoredKeys
        suggestion = FewStepSuggestion(parts)
        self.refusal = refusal
    }

    /// All that a layout's reader found.
    struct Parts {
        var name, path: String
        var layout: Layout
        var family: Family
        var conditioning: ConditioningPlan
        var textEncoders: [StoredNetwork<TextEncoderConfiguration>]
        var unet: StoredNetwork<UNetConfiguration>
        var vae: StoredNetwork<VAEConfiguration>
        var vaeSource: VAESource
        /// nil when none was asked for.
        var chosenEncoders: ChosenTextEncoders?
        var metadata: [String: String] = [:]
        var scheduler: SchedulerConfiguration
        var predictionSource: TrainingSource
        var zeroTerminalSNRSource: TrainingSource?
        var tokenizers: [TokenizerFiles]
        var files: [CheckpointFile]
        var unusedKeys, ignoredKeys: [String]
        /// The refusal for keys that nothing reads and that change what a network computes, for all that is known. nil without such keys.
        var misunderstood: CheckpointError?
        /// The settings for few steps that the files speak of.
        var hints = FewStepSuggestion.Hints()
        /// Networks that run as they are.
        var graphs: [NetworkID: StoredGraph] = [:]
    }
}

/// One network: its architecture and its weights.
public struct StoredNetwork<Configuration: Sendable>: Sendable {
    /// Its architecture.
    public let configuration: Configuration
    /// Its tensors, under the names that networks know.
    public let weights: ComponentWeights

    /// A network is checked against its weights when it is written as a graph.
    public init(configuration: Configuration, weights: ComponentWeights) {
        self.configuration = configuration
        self.weights = weights
    }
}
