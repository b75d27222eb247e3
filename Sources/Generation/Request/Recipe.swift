public import Sampling

/// How pictures are drawn, apart from their texts and seeds. Requests with equal recipes can be drawn together.
public struct Recipe: Sendable, Hashable, Codable {
    // The picture and the sampler

    /// Width of the pictures in pixels, a multiple of 8.
    public var width = 512
    /// Height of the pictures in pixels, a multiple of 8.
    public var height = 512
    /// Steps from noise to picture.
    public var steps = 20
    /// The way from noise to picture.
    public var sampler = Sampler.euler
    /// How noise levels are spaced over the steps.
    public var schedule = Schedule.automatic
    /// Settings of the sampler.
    public var samplerOptions = SamplerOptions()
    /// Settings of the schedule.
    public var scheduleOptions = ScheduleOptions()
    /// How strongly the prompt is followed; 1 leaves out the negative prompt and halves the work.
    public var cfgScale: Float = 7
    /// Whose random numbers a seed stands for.
    public var noise = NoiseSource.torch
    /// Added to the seeds for all noise after the first; A1111's ENSD.
    public var seedDelta = 0
    /// The size in pixels of another picture, whose noise is laid into the middle; nil for the size that is drawn.
    public var seedResizedFrom: PictureSize?
    /// When and how guidance is applied.
    public var guidance = GuidanceOptions()
    /// The edges of the pictures that fit together.
    public var tiling = Tiling.none

    // How the prompts are read

    /// The effect of weights in the prompts.
    public var emphasis = Emphasis.original
    /// Which of the text encoder's layers the UNet is told: 1 is the last, 2 the one before it. Models that read
    /// the layer before the last follow `clipSkipRule` instead.
    public var clipSkip = 1
    /// A full chunk of 75 tokens ends after a comma among its last tokens, this many at most; 0 always cuts at 75.
    public var commaBacktrack = 20
    /// Fills the shorter of prompt and negative prompt up with empty chunks, instead of each attending to its own tokens only.
    public var padsConditionings = false

    // Pictures in

    /// How source pictures become the start.
    public var imageToImage = ImageToImage()
    /// How a mask is used.
    public var inpainting = Inpainting()

    /// A second pass at a larger size.
    public var hires = HiresFix()
    /// How source pictures are enlarged.
    public var upscaling = Upscaling()

    /// Choice of the VAE, and whether it works in tiles.
    public var vae = VAEOptions()

    // Models with a pooled text and sizes

    /// Sizes that the denoiser is told. Models without such an input are told none.
    public var sizeConditioning = SizeConditioning()
    /// How `clipSkip` counts for models that read the layer before the last.
    public var clipSkipRule = ClipSkipRule.none
    /// Whether a model that was trained so is told zeros for an empty negative prompt, as A1111 does it, instead of the encoded empty text.
    public var zeroesEmptyNegative = true

    // Changes to latents and pictures

    /// Corrections of the latents on their way.
    public var correction = LatentCorrection()
    /// Grading of the finished pictures.
    public var grading = ColorGrading()

    /// Makes the recipe that is followed when nothing is said.
    public init() {}
}
