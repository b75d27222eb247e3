/// How source pictures become the start of drawing. Has no effect on requests without source pictures.
///
/// Names and defaults are those of A1111 1.10's image-to-image.
public struct ImageToImage: Sendable, Hashable, Codable {
    /// How much is drawn anew, 0 to 1: the share of the steps that are done. 1 still begins with the picture, under all the noise.
    public var strength: Float = 0.75
    /// How a picture of another size is brought to the size that is drawn.
    public var resizeMode = ResizeMode.just
    /// Whether as many steps as the request says are done, whatever the strength, instead of a share of them: A1111's
    /// `img2img_fix_steps`.
    public var fixesSteps = false
    /// A factor of the noise that the picture is put under, 0 to 1.5.
    public var noiseMultiplier: Float = 1
    /// Noise that is added on top, 0 to 1.
    public var extraNoise: Float = 0
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

/// How a mask is used. Has no effect on requests without a mask.
///
/// Names and defaults are those of A1111 1.10's inpainting page.
public struct Inpainting: Sendable, Hashable, Codable {
    /// The standard deviation of the blur of the mask's edge, in pixels, 0 to 64.
    public var blur = 4
    /// Whether black is drawn anew, instead of white.
    public var isInverted = false
    /// The content under the mask when drawing begins.
    public var content = MaskedContent.original
    /// Whether only the masked area, enlarged to the size that is drawn, is drawn.
    public var onlyMasked = false
    /// Pixels around the masked area that are drawn with it, 0 to 256; for `onlyMasked`.
    public var padding = 32
    /// How much an inpainting checkpoint is kept from seeing what is under the mask, 0 to 1.
    public var maskWeight: Float = 1
    /// Whether each of the latents is either kept or drawn. Off lets the mask's grey parts mix both.
    public var roundsMask = true
    /// Pixels that are drawn around the picture: outpainting.
    public var extends = Margins()
    /// Whether the source picture is laid over the result where the mask is black.
    public var overlaysOriginal = true

    /// Makes the defaults.
    public init() {}

    /// The strength and the content that suit drawing around a picture, where neither is said.
    /// - Parameter isForInpainting: whether the model was made for it.
    public static func extending(isForInpainting: Bool) -> (strength: Float, content: MaskedContent) {
        isForInpainting ? (1, .fill) : (0.9, .noise)
    }
}

/// The content under a mask when drawing begins. Raw values are those of JSON and the command line, in the order of A1111's numbers.
public enum MaskedContent: String, Sendable, Hashable, CaseIterable, Codable {
    /// The colours around the mask.
    case fill
    /// The source picture.
    case original
    /// Noise.
    case noise
    /// Nothing: latents of 0.
    case nothing

    /// The name in infotexts.
    public var label: String {
        switch self {
        case .fill: "fill"
        case .original: "original"
        case .noise: "latent noise"
        case .nothing: "latent nothing"
        }
    }
}
