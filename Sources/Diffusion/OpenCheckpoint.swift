public import Checkpoints
import Generation
public import Prompting
public import Sampling

/// A checkpoint that is ready to be drawn with: its networks' places in the files, its tokenizer, and what its denoiser was trained for.
///
/// Nothing is compiled and no weight is read yet. Pipelines on different devices share one.
public struct OpenCheckpoint: Sendable {
    public let checkpoint: Checkpoint
    public let tokenizer: CLIPTokenizer
    /// The meaning of the denoiser's output, and the noise that it was trained for.
    public let objective: Objective
    /// Seconds that opening took.
    let seconds: Double

    /// Opens a checkpoint and its vocabulary.
    /// - Parameters:
    ///   - path: a single file or a diffusers folder.
    ///   - prediction: what its denoiser predicts, whatever the files say of it; nil for what they say.
    ///   - vae: a file or folder whose VAE replaces the checkpoint's own; see `Checkpoint.open`.
    ///   - textEncoders: files or folders whose text encoders are used; see `Checkpoint.open`.
    ///   - tinyVAEs: where tiny VAEs lie; nil looks for none.
    /// - Throws: `DiffusionError`: `.checkpoint`, `.tokenizer` or `.schedule`; also for a checkpoint that opens but cannot draw.
    public init(
        path: String, prediction: SchedulerConfiguration.Prediction? = nil, vae: String? = nil, textEncoders: [String] = [],
        tinyVAEs: TinyVAELibrary? = nil
    ) throws(DiffusionError) {
        let began = ContinuousClock.now
        do {
            checkpoint = try Checkpoint.open(path, prediction: prediction, vae: vae, textEncoders: textEncoders, tinyVAEs: tinyVAEs)
            if let refusal = checkpoint.refusal { throw refusal }
            tokenizer = try CLIPTokenizer(checkpoint.tokenizers[0])
            var objective = try Objective(checkpoint.scheduler)
            // The models that are told sizes are those that the second table was made for.
            if checkpoint.conditioning.sizes != nil { objective.alignedSteps = .sdxl }
            self.objective = objective
        } catch {
            throw DiffusionError(error)
        }
        seconds = (ContinuousClock.now - began).seconds
    }

    /// The limits that the checkpoint sets to requests.
    var rules: RequestRules { RequestRules(checkpoint, objective: objective) }

    /// The token that fills a chunk after the end of its text; text encoders after the first may have another one.
    public var paddingToken: Int32 { Int32(clamping: checkpoint.tokenizers[0].paddingTokenID) }

    /// Whether the denoiser is told the CFG scale, and has learned what guidance does.
    var takesGuidance: Bool { checkpoint.unet.configuration.guidanceWidth != nil }
}
