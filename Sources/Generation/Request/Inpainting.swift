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
    /// Whether, and how, grey parts of the mask blend both pictures.
    public var soft = SoftInpainting()

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
