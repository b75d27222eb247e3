/// A network that is compiled by itself: of a checkpoint, or in a file of its own. Each belongs to the stage that runs it.
public enum NetworkID: Sendable, Hashable {
    /// The text encoder with this index, from 0, in the order in which the checkpoint's family joins them.
    case text(Int)
    /// The UNet: asks what is in noisy latents.
    case denoiser
    /// The half of the VAE that turns latents into pixels.
    case decoder
    /// The half of the VAE that turns pixels into latents.
    case encoder
    /// The tiny VAE's half that turns latents into pixels.
    case tinyDecoder
    /// The tiny VAE's half that turns pixels into latents.
    case tinyEncoder
    /// A network that makes pictures larger. It has a file of its own.
    case upscaler

    /// The stage that runs the network.
    public var stage: Stage {
        switch self {
        case .text: .encode
        case .denoiser: .denoise
        case .decoder, .encoder, .tinyDecoder, .tinyEncoder, .upscaler: .decode
        }
    }

    /// Whether it takes a picture, and not latents or a text.
    public var takesPicture: Bool { self == .encoder || self == .tinyEncoder || self == .upscaler }
}

extension NetworkID: Codable {
    /// Networks without a number, by their names in JSON.
    private static let named: [String: NetworkID] = [
        "unet": .denoiser, "vae": .decoder, "vae_encoder": .encoder, "tiny_vae": .tinyDecoder, "tiny_vae_encoder": .tinyEncoder,
        "upscaler": .upscaler,
    ]

    /// The network as it stands in JSON: `unet`, `text_encoder`, `text_encoder_2`.
    public var name: String {
        if case .text(let index) = self { return index == 0 ? "text_encoder" : "text_encoder_\(index + 1)" }
        return Self.named.first { $0.value == self }?.key ?? ""
    }

    /// - Returns: nil for a name that no network has.
    public init?(name: String) {
        if let network = Self.named[name] {
            self = network
        } else if let network = (0..<8).lazy.map(NetworkID.text).first(where: { $0.name == name }) {
            self = network
        } else {
            return nil
        }
    }

    /// Reads a name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let network = NetworkID(name: name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "there is no network \(name.prefix(40))")
        }
        self = network
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension NetworkID: CustomStringConvertible {
    /// The network as it stands in a sentence: `text encoder`, `second text encoder`, `UNet`, `VAE`, `tiny VAE`.
    public var description: String {
        switch self {
        case .text(0): "text encoder"
        case .text(1): "second text encoder"
        case .text(let index): "text encoder \(index + 1)"
        case .denoiser: "UNet"
        case .decoder: "VAE"
        case .encoder: "VAE encoder"
        case .tinyDecoder: "tiny VAE"
        case .tinyEncoder: "tiny VAE encoder"
        case .upscaler: "upscaler"
        }
    }
}
