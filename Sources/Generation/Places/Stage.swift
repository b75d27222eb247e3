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
    public var encode: Value
    public var denoise: Value
    public var decode: Value

    public init(encode: Value, denoise: Value, decode: Value) {
        self.encode = encode
        self.denoise = denoise
        self.decode = decode
    }

    public init(repeating value: Value) { self.init(encode: value, denoise: value, decode: value) }

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

    public func map<Result>(_ transform: (Value) -> Result) -> PerStage<Result> {
        .init(encode: transform(encode), denoise: transform(denoise), decode: transform(decode))
    }
}

extension PerStage: Sendable where Value: Sendable {}
extension PerStage: Equatable where Value: Equatable {}
extension PerStage: Hashable where Value: Hashable {}

extension PerStage: Encodable where Value: Encodable {
    private enum CodingKeys: String, CodingKey { case encode = "text_encoder", denoise = "unet", decode = "vae" }
}
