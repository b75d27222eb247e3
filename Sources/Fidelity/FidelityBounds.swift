public import Generation

/// How far off a device may be.
public struct FidelityBounds: Sendable, Hashable, Encodable {
    /// The greatest relative error of each component's answers.
    ///
    /// - Text encoder, 0.1 %: its error stands in every step and adds up. It runs once for a picture, so nothing is gained by
    ///   accepting one; f32 has 0.0001 %.
    /// - UNet, 1 %: f16 stays below, at about 0.3 %; bf16, at about 3 %, is where pictures begin to differ in what they show.
    /// - VAE, 1 %: less than two of 255 steps of brightness.
    public var relativeError = PerComponent(textEncoder: 0.001, unet: 0.01, vae: 0.01)
    /// The least PSNR of whole pictures, in dB. At 30 dB a difference is seen only by going back and forth between two pictures.
    public var minimumPSNR = 30.0
    /// The least SSIM of whole pictures. Below 0.95 edges and texture are elsewhere, not just of another shade.
    public var minimumSSIM = 0.95

    public init() {}

    private enum CodingKeys: String, CodingKey {
        case relativeError = "relative_error"
        case minimumPSNR = "minimum_psnr_db"
        case minimumSSIM = "minimum_ssim"
    }
}
