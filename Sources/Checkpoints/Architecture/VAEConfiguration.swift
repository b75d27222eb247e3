/// The architecture of a variational autoencoder, in the terms of diffusers' `AutoencoderKL`.
public struct VAEConfiguration: Sendable, Hashable {
    public var imageChannels = 3
    public var latentChannels = 4
    /// Channels of each level, full-size level first.
    public var blockChannels: [Int]
    /// Residual blocks of each encoder level; decoder levels have one more.
    public var layersPerBlock = 2
    public var normGroups = 32
    /// Latents are multiplied by this after encoding and divided by it before decoding.
    public var scalingFactor: Float = 0.18215
    public var shiftFactor: Float = 0
    public var usesQuantConvolution = true
    public var usesPostQuantConvolution = true
    public var hasMidBlockAttention = true
    /// Whether the decoder is to run in single precision (`force_upcast`). nil when the file does not say.
    public var forcesUpcast: Bool?

    /// Pixels per latent along one side: 8 for all released models.
    public var scaleFactor: Int { 1 << (blockChannels.count - 1) }

    public init(blockChannels: [Int]) { self.blockChannels = blockChannels }
}
