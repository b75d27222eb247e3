public import Generation

/// How far off a device may be.
public struct FidelityBounds: Sendable, Hashable, Encodable {
    /// The greatest relative error of each stage's answers.
    ///
    /// - Text encoder, 0.1 %: its error stands in every step. It runs once for a picture, so nothing is gained by accepting one;
    ///   bf16 is 0.3 to 0.6 % off.
    /// - UNet, 1 %: bf16 is 0.8 % off with the demo checkpoint's trained weights at their own size, 2.1 % at four times that, and
    ///   5.6 % with random weights of Stable Diffusion 1.5's size. f16 has eight times finer steps: 0.14 % with an earlier demo
    ///   checkpoint, on a CPU that computes in it.
    /// - VAE, 1 %: at most a step or two of 255 in brightness; bf16 was 0.8 % off with an earlier demo checkpoint, 1.6 % with
    ///   random weights.
    ///
    /// All are the worst of a probe's calls, on a CPU that computes in bf16. Documentation/Fidelity.md has the tables.
    public var relativeError = PerStage(encode: 0.001, denoise: 0.01, decode: 0.01)
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
