/// A Stable Diffusion checkpoint: what its networks look like and where in its files their weights lie.
///
/// Opening reads headers and configurations only. `MappedWeights` makes the weights accessible.
public struct Checkpoint: Sendable {
    public enum Layout: String, Sendable {
        /// A folder with `model_index.json` and one folder per network.
        case diffusers
        /// One .safetensors file under the names of the original release.
        case single
    }

    /// The file's or folder's name without extension.
    public let name: String
    /// As it was given to `open`.
    public let path: String
    public let layout: Layout
    public let family: Family
    /// At least one, in the order in which the family joins their embeddings.
    public let textEncoders: [StoredNetwork<TextEncoderConfiguration>]
    public let unet: StoredNetwork<UNetConfiguration>
    public let vae: StoredNetwork<VAEConfiguration>
    public let scheduler: SchedulerConfiguration
    public let tokenizer: TokenizerFiles
    /// The files with weights, in the order of their mapping.
    public let files: [CheckpointFile]
    /// Keys that no network knows, sorted. A complete checkpoint of a supported family has none.
    public let unusedKeys: [String]
    /// Keys of known extras that generating does not need, sorted: averaged copies, training state, noise schedules.
    public let ignoredKeys: [String]

    /// Why no picture can be drawn with the checkpoint, although it can be opened: it holds weights, or changes to weights, that are not understood.
    public let refusal: CheckpointError?

    /// Nothing says what the UNet predicts, and files of its family differ in it.
    public let isPredictionAssumed: Bool

    /// The first text encoder.
    public var textEncoder: StoredNetwork<TextEncoderConfiguration> { textEncoders[0] }

    /// Bytes of all files when each starts at a page boundary: where a mapping's literals begin.
    public var mappedByteCount: Int { files.last?.mappedEnd ?? 0 }

    /// Side in pixels of the square pictures that the model was trained on: what it draws best.
    ///
    /// Single files do not say; there, SD2 models that predict velocity are taken for those of 768 pixels, all others for 512.
    public var nativeSize: Int {
        let isLarge = family == .sd2 && scheduler.prediction == .velocity
        return (unet.configuration.sampleSize ?? (isLarge ? 96 : 64)) * vae.configuration.scaleFactor
    }

    /// Opens a diffusers folder or a single .safetensors file.
    /// - Parameter prediction: what the UNet predicts, whatever the files say of it; nil for what they say.
    /// - Throws: `CheckpointError`; whatever the files hold, nothing is read outside them.
    public static func open(_ path: String, prediction: SchedulerConfiguration.Prediction? = nil) throws(CheckpointError) -> Checkpoint {
        switch PathKind(path) {
        case .nothing: throw .notFound(path: path)
        case .folder: try Checkpoint(folder: path, prediction: prediction)
        case .file: try Checkpoint(singleFile: path, prediction: prediction)
        }
    }

    /// An assumption about the model that may be wrong, with what to do then: whole sentences. nil when the files say all.
    public var assumption: String? {
        guard isPredictionAssumed else { return nil }
        let file = path.lastPathComponent
        return """
            Nothing in "\(file)" says what this Stable Diffusion 2 model predicts; v_prediction was assumed, as for the models of 768 pixels. \
            If its pictures are noise, it is one of 512 pixels: use --prediction epsilon, or write the line \
            parameterization: "eps" into a file "\(file.deletingPathExtension).yaml" beside it.
            """
    }

    /// - Parameter misunderstood: of the keys that nothing reads.
    /// - Throws: `CheckpointError` when the networks do not fit each other.
    init(
        name: String, path: String, layout: Layout, textEncoder: StoredNetwork<TextEncoderConfiguration>, unet: StoredNetwork<UNetConfiguration>,
        vae: StoredNetwork<VAEConfiguration>, scheduler: SchedulerConfiguration, tokenizer: TokenizerFiles, files: [CheckpointFile],
        unusedKeys: [String], ignoredKeys: [String], misunderstood: CheckpointError?, isPredictionAssumed: Bool
    ) throws(CheckpointError) {
        // Packed weights have other shapes than what they stand for.
        let refusal = textEncoder.weights.fault ?? unet.weights.fault ?? vae.weights.fault ?? misunderstood
        let configuration = unet.configuration
        if let foreign = ForeignModel(unetInputChannels: configuration.inChannels, latentChannels: vae.configuration.latentChannels) {
            throw refusal ?? .unsupportedModel(file: path.lastPathComponent, foreign)
        }
        guard configuration.outChannels == configuration.inChannels else {
            throw refusal ?? .invalidSetting(file: unet.weights.fileName, key: "out_channels", value: "\(configuration.outChannels)", expected: "\(configuration.inChannels), as in_channels")
        }
        guard configuration.crossAttentionWidth == textEncoder.configuration.width else {
            throw refusal ?? .invalidSetting(
                file: unet.weights.fileName, key: "cross_attention_dim", value: "\(configuration.crossAttentionWidth)",
                expected: "\(textEncoder.configuration.width), the width of the text encoder")
        }
        self.name = name
        self.path = path
        self.layout = layout
        self.family = Family(textEncoder: textEncoder.configuration)
        textEncoders = [textEncoder]
        self.unet = unet
        self.vae = vae
        self.scheduler = scheduler
        self.tokenizer = tokenizer
        self.files = files
        self.unusedKeys = unusedKeys
        self.ignoredKeys = ignoredKeys
        self.refusal = refusal
        self.isPredictionAssumed = isPredictionAssumed
    }
}

/// One network: its architecture and its weights.
public struct StoredNetwork<Configuration: Sendable>: Sendable {
    public let configuration: Configuration
    public let weights: ComponentWeights

    public init(configuration: Configuration, weights: ComponentWeights) {
        self.configuration = configuration
        self.weights = weights
    }
}
