public import Generation

/// The line of models that a checkpoint belongs to.
///
/// A family is data: all that differs between families stands in one `switch`, in `FamilyTraits`. Code elsewhere asks for a property
/// and names no family.
public enum Family: String, Sendable, CaseIterable {
    /// Stable Diffusion 1: OpenAI's CLIP text encoder.
    case sd1
    /// Stable Diffusion 2: the text encoder of OpenCLIP.
    case sd2
    /// Stable Diffusion XL's base model and all models with its text encoders, such as Pony, Illustrious, SSD-1B and the few-step models.
    case sdxl
    /// Stable Diffusion XL's refiner: the second of its text encoders alone.
    case sdxlRefiner = "sdxl-refiner"

    /// The name for people: "Stable Diffusion XL".
    public var name: String { traits.name }

    /// The name as people shorten it: "SDXL".
    public var shortName: String { traits.shortName }

    /// The plan of what the denoiser is told about a prompt and a picture.
    public var conditioning: ConditioningPlan { traits.conditioning }

    /// Sizes in pixels that the models of the family were trained on, the square first.
    ///
    /// One model may be trained on a square of another size: see `Checkpoint.nativeSizes`.
    public var nativeSizes: [PictureSize] { traits.nativeSizes }

    /// A linear guess of colours from latents, for previews. nil when none is known.
    ///
    /// Three rows, for red, green and blue: a factor for each latent channel, then what is added. Latents are as samplers leave them,
    /// colours −1 … 1.
    public var latentColors: [[Float]]? { traits.latentColors }

    /// The factor that the family's latents are multiplied by after encoding, when no configuration says otherwise.
    public var latentScale: Float { traits.latentScale }
}
