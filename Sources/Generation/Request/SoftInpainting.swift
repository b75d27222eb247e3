public import Sampling

/// Soft inpainting: grey parts of a mask draw as much anew as they are bright, and the result shows the new picture as far as it has
/// moved away from the old one.
///
/// Names, defaults and ranges are those of A1111 1.10's script.
public struct SoftInpainting: Sendable, Hashable, Codable {
    /// Whether it is done.
    public var isOn = false
    /// How much more early steps keep of the source picture than late ones, 0 to 8.
    public var bias: Float = 1
    /// How much is kept where the mask is grey, 0 to 8.
    public var preservation: Float = 0.5
    /// How much contrast is kept where both pictures meet, 1 to 32.
    public var contrast: Float = 4
    /// How much the mask says what is shown of the new picture, 0 to 1, beside how far it has moved.
    public var influence: Float = 0
    /// How far latents have to move until half of the new picture is shown, 0 to 8.
    public var threshold: Float = 0.5
    /// How sharply what is shown goes over into what is not, 0 to 8.
    public var thresholdContrast: Float = 2

    /// Makes the defaults.
    public init() {}

    /// The blend on the way; nil when it is off.
    public var blend: SoftBlend? { isOn ? SoftBlend(bias: bias, preservation: preservation, contrast: contrast) : nil }
}
