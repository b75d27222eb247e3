/// The architecture of a variational autoencoder, in the terms of diffusers' `AutoencoderKL`.
public struct VAEConfiguration: Sendable, Hashable {
    /// Channels of pictures.
    public var imageChannels = 3
    /// Channels of latents.
    public var latentChannels = 4
    /// Channels of each level, full-size level first.
    public var blockChannels: [Int]
    /// Residual blocks of each encoder level; decoder levels have one more.
    public var layersPerBlock = 2
    /// Groups of each group norm.
    public var normGroups = 32
    /// Latents are multiplied by this after encoding and divided by it before decoding.
    public var scalingFactor: Float = 0.18215
    /// Subtracted from latents before they are scaled.
    public var shiftFactor: Float = 0
    /// A 1×1 convolution follows the encoder.
    public var usesQuantConvolution = true
    /// A 1×1 convolution stands before the decoder.
    public var usesPostQuantConvolution = true
    /// Pixels attend to each other between the two halves of the middle.
    public var hasMidBlockAttention = true
    /// Whether the decoder is to run in single precision (`force_upcast`). nil when the file does not say.
    public var forcesUpcast: Bool?

    /// Pixels per latent along one side: 8 for all released models.
    public var scaleFactor: Int { 1 << (blockChannels.count - 1) }

    /// Shape of one picture's latents: channels, height, width.
    /// - Parameters:
    ///   - width: of the picture, in pixels.
    ///   - height: of the picture, in pixels.
    public func latentShape(width: Int, height: Int) -> [Int] { [latentChannels, height / scaleFactor, width / scaleFactor] }

    /// Stable Diffusion's VAE with other channels.
    public init(blockChannels: [Int]) { self.blockChannels = blockChannels }
}
