/// How the VAE turns source pictures into latents and latents into pictures.
public struct VAEOptions: Sendable, Hashable, Codable {
    /// The VAE that makes pictures of latents.
    public var decoder = VAEMethod.full
    /// The VAE that makes latents of source pictures.
    public var encoder = VAEMethod.full
    /// Whether the VAE works in tiles.
    public var tiling = VAETiling.auto

    /// Makes the defaults: the model's own VAE, in tiles where memory demands it.
    public init() {}

    /// The network that makes pictures of latents.
    public var decoderNetwork: NetworkID { decoder == .tiny ? .tinyDecoder : .decoder }
    /// The network that makes latents of pictures.
    public var encoderNetwork: NetworkID { encoder == .tiny ? .tinyEncoder : .encoder }
}

/// The VAE that is used. Raw values are the words in JSON and on the command line.
public enum VAEMethod: String, Sendable, Hashable, CaseIterable, Codable {
    /// The model's own.
    case full
    /// A tiny VAE of the TAESD family: rougher, and many times as fast.
    case tiny

    /// A1111's name, as it stands in infotexts and in the options `sd_vae_decode_method` and `sd_vae_encode_method`.
    public var label: String { self == .full ? "Full" : "TAESD" }
}

/// When the VAE works in tiles, which take less memory and change colours slightly. Raw values are the words in JSON and on the command
/// line.
public enum VAETiling: String, Sendable, Hashable, CaseIterable, Codable {
    /// When the whole picture would take more memory than there is.
    case auto
    /// For every picture that is larger than a tile.
    case on
    /// Never.
    case off
}
