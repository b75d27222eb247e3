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

    public init(prompt: String) { self.prompt = prompt }
}
