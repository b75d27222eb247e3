/// A part of the way from a prompt to a picture. People place stages on devices, bound their errors and are told of them.
/// A stage may run several networks (`NetworkID`). Raw values are the names in settings and JSON.
public enum Stage: String, Sendable, Hashable, CaseIterable, Codable {
    /// Prompts to embeddings.
    case encode = "text_encoder"
    /// Noise to latents.
    case denoise = "unet"
    /// Latents to pixels.
    case decode = "vae"

    /// The stage's network as it stands in a sentence.
    public var label: String {
        switch self {
        case .encode: "text encoder"
        case .denoise: "UNet"
        case .decode: "VAE"
        }
    }
}

/// One value for each stage.
public struct PerStage<Value> {
    /// The value for the text encoders.
    public var encode: Value
    /// The value for the UNet.
    public var denoise: Value
    /// The value for the VAE.
    public var decode: Value

    /// Makes the values one by one.
    public init(encode: Value, denoise: Value, decode: Value) {
        self.encode = encode
        self.denoise = denoise
        self.decode = decode
    }

    /// Makes the same value for all stages.
    public init(repeating value: Value) { self.init(encode: value, denoise: value, decode: value) }

    /// The value for a stage.
    public subscript(stage: Stage) -> Value {
        get {
            switch stage {
            case .encode: encode
            case .denoise: denoise
            case .decode: decode
            }
        }
        set {
            switch stage {
            case .encode: encode = newValue
            case .denoise: denoise = newValue
            case .decode: decode = newValue
            }
        }
    }

    /// Applies `transform` to each of the three values.
    public func map<Result>(_ transform: (Value) -> Result) -> PerStage<Result> {
        .init(encode: transform(encode), denoise: transform(denoise), decode: transform(decode))
    }
}

extension PerStage: Sendable where Value: Sendable {}
extension PerStage: Equatable where Value: Equatable {}
extension PerStage: Hashable where Value: Hashable {}

extension PerStage: Encodable where Value: Encodable {}
extension PerStage: Decodable where Value: Decodable {}

extension PerStage {
    private enum CodingKeys: String, CodingKey { case encode = "text_encoder", denoise = "unet", decode = "vae" }
}
