/// What to draw.
public struct GenerationRequest: Sendable, Hashable {
    public var prompt: String
    public var negativePrompt = ""
    /// In pixels.
    public var width = 512
    public var height = 512
    public var steps = 20
    public var sampler = Sampler.euler
    public var schedule = Schedule.normal
    /// How strongly the prompt is followed; 1 leaves out the negative prompt and halves the work.
    public var cfgScale: Float = 7
    /// Seed of the first picture; the others of the batch count up from it.
    public var seed: UInt64 = 0
    public var batchSize = 1
    public var noise = NoiseSource.torch

    // How the prompts are read

    /// Names of styles that are put on the prompts, one after another, before anything else is read.
    public var styles: [String] = []
    public var emphasis = Emphasis.original
    /// Which of the text encoder's layers the UNet is told: 1 is the last, 2 the one before it.
    public var clipSkip = 1
    /// A full chunk of 75 tokens ends after a comma among its last tokens, this many at most; 0 always cuts at 75.
    public var commaBacktrack = 20
    /// Fills the shorter of prompt and negative prompt up with empty chunks, instead of each attending to its own tokens only.
    public var padsConditionings = false
    public var scheduleCounting = ScheduleCounting.sdnext

    // What is seen meanwhile

    /// Steps between two previews; 0 for none.
    public var previewInterval = 0

    public init(prompt: String) { self.prompt = prompt }

    /// What every checkpoint can draw, the bundled one too.
    public static let examplePrompt = "red apple on a white background"
}
