import Checkpoints
import Generation

/// The object that `easel models info --json` prints. Members that do not apply to a checkpoint are left out.
struct CheckpointDocument: Encodable {
    private let model, family, layout, prediction: String
    private let nativeSize: Int
    private let nativeSizes: [String]
    private let takesSizes: Bool
    /// Settings that suit a model which draws in few steps.
    private let suits: SuitableSettings?
    /// What requests get that leave it out.
    private let defaults: ModelDefaults?
    private let networks: [NetworkObject]
    /// The file or folder that replaces the checkpoint's own VAE.
    private let vae: String?
    /// For each text encoder the file or folder that replaces the checkpoint's own; nil where none does.
    private let textEncoders: [String?]?
    private let files: [FileObject]
    private let unusedKeys, ignoredKeys: [String]
    /// See `Checkpoint.assumption`.
    private let assumption: String?
    /// Why nothing can be drawn with it.
    private let refusal: String?

    private struct NetworkObject: Encodable {
        let name: String
        let parameters: Int
        let elementTypes: [String]

        init(_ weights: ComponentWeights) {
            name = weights.component
            parameters = weights.parameterCount
            elementTypes = weights.elementTypes
        }

        private enum CodingKeys: String, CodingKey { case name, parameters, elementTypes = "element_types" }
    }

    private struct FileObject: Encodable {
        let path: String
        let bytes: Int
    }

    private enum CodingKeys: String, CodingKey {
        case model, family, layout, prediction, suits, defaults, networks, vae, files, assumption, refusal
        case textEncoders = "text_encoders"
        case nativeSize = "native_size"
        case nativeSizes = "native_sizes"
        case takesSizes = "takes_sizes"
        case unusedKeys = "unused_keys"
        case ignoredKeys = "ignored_keys"
    }

    /// - Parameters:
    ///   - unusedKeys: keys that are not understood.
    ///   - defaults: the model's.
    init(_ checkpoint: Checkpoint, unusedKeys: [String], defaults: ModelDefaults? = nil) {
        self.defaults = defaults
        model = checkpoint.name
        family = checkpoint.modelName
        layout = checkpoint.layout.rawValue
        prediction = checkpoint.scheduler.prediction.rawValue
        nativeSize = checkpoint.nativeSize
        nativeSizes = checkpoint.nativeSizes.map(\.text)
        takesSizes = checkpoint.conditioning.sizes != nil
        suits = checkpoint.suggestion?.settings
        let weights = checkpoint.textEncoders.map(\.weights) + [checkpoint.unet.weights, checkpoint.vae.weights]
        networks = weights.map { NetworkObject($0) }
        vae = checkpoint.vaeSource.path
        textEncoders = checkpoint.textEncoderPaths.contains { $0 != nil } ? checkpoint.textEncoderPaths : nil
        files = checkpoint.files.map { FileObject(path: $0.path, bytes: $0.byteCount) }
        self.unusedKeys = unusedKeys
        ignoredKeys = checkpoint.ignoredKeys
        assumption = checkpoint.assumption?.description
        refusal = checkpoint.refusal.map { "\($0)" }
    }
}
