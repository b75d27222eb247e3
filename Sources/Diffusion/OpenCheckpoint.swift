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
    /// What the denoiser was trained to predict, and for which noise.
    public let objective: Objective
    /// Seconds that opening took.
    let seconds: Double

    /// Opens a checkpoint and its vocabulary.
    /// - Parameters:
    ///   - path: a .safetensors file or a diffusers folder.
    ///   - prediction: what its denoiser predicts, whatever the files say of it; nil for what they say.
    /// - Throws: `DiffusionError`: `.checkpoint`, `.tokenizer` or `.schedule`; also for a checkpoint that opens but cannot draw.
    public init(path: String, prediction: SchedulerConfiguration.Prediction? = nil) throws(DiffusionError) {
        let began = ContinuousClock.now
        do {
            checkpoint = try Checkpoint.open(path, prediction: prediction)
            if let refusal = checkpoint.refusal { throw refusal }
            tokenizer = try CLIPTokenizer(checkpoint.tokenizer)
            objective = try Objective(checkpoint.scheduler)
        } catch {
            throw DiffusionError(error)
        }
        seconds = (ContinuousClock.now - began).seconds
    }

    /// The limits that the checkpoint sets to requests.
    var rules: RequestRules { RequestRules(layerCount: checkpoint.textEncoders[0].configuration.layerCount, objective: objective) }

    /// The token that fills a chunk after the end of its text, for each text encoder.
    var paddingTokens: [Int32] { [Int32(clamping: checkpoint.tokenizer.paddingTokenID)] }

    /// Whether the denoiser is told the CFG scale, and has learned what guidance does.
    var takesGuidance: Bool { checkpoint.unet.configuration.guidanceWidth != nil }
}
