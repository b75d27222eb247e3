/// How source pictures become the start of drawing. Has no effect on requests without source pictures.
///
/// Names and defaults are those of A1111 1.10's image-to-image.
public struct ImageToImage: Sendable, Hashable, Codable {
    /// How much is drawn anew, 0 to 1: the share of the steps that are done. 1 still begins with the picture, under all the noise.
    public var strength: Float = 0.75
    /// How a picture of another size is brought to the size that is drawn.
    public var resizeMode = ResizeMode.just
    /// The upscaler of pictures that are smaller than what is drawn; empty, or `None`, for Lanczos. Has no effect with `ResizeMode.latent`.
    public var upscaler = ""
    /// Whether as many steps as the request says are done, whatever the strength, instead of a share of them: A1111's
    /// `img2img_fix_steps`.
    public var fixesSteps = false
    /// A factor of the noise that the picture is put under, 0 to 1.5.
    public var noiseMultiplier: Float = 1
    /// Noise that is added on top, 0 to 1.
    public var extraNoise: Float = 0
    /// The latents of a source picture, of all that its encoder allows.
    public var posterior = PosteriorDraw.mean
    /// The colour behind transparent parts.
    public var background = RGBColor.white
    /// Whether the result's colours are matched to the source picture's.
    public var correctsColors = false

    /// Makes the defaults.
    public init() {}

    /// The steps that are done from a picture: a schedule for so many, without the first of them.
    ///
    /// Source: A1111 1.10 `setup_img2img_steps`.
    /// - Parameter count: the steps that were asked for, at least 1.
    public func steps(of count: Int) -> (all: Int, skipped: Int) {
        // As people write it: 0.29 · 100 is 28 steps in the arithmetic of Python, and 29 in that of 32 bits.
        let strength = min(strength.asWritten, 0.999)
        guard fixesSteps else { return (count, count - Int(strength * Double(count)) - 1) }
        guard strength > 0 else { return (count, count) }
        let all = Int(min(Double(count) / strength, 1e6))
        return (all, all - count)
    }
}
