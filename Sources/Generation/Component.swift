/// The networks of a checkpoint. Each has its own device and precision. Raw values are the names in settings and JSON.
public enum Component: String, Sendable, Hashable, CaseIterable, Codable {
    case textEncoder = "text_encoder"
    case unet
    case vae

    /// As it stands in a sentence.
    public var label: String {
        switch self {
        case .textEncoder: "text encoder"
        case .unet: "UNet"
        case .vae: "VAE"
        }
    }
}

/// One value for each component.
public struct PerComponent<Value> {
    public var textEncoder: Value
    public var unet: Value
    public var vae: Value

    public init(textEncoder: Value, unet: Value, vae: Value) {
        self.textEncoder = textEncoder
        self.unet = unet
        self.vae = vae
    }

    public init(repeating value: Value) { self.init(textEncoder: value, unet: value, vae: value) }

    public subscript(component: Component) -> Value {
        get {
            switch component {
            case .textEncoder: textEncoder
            case .unet: unet
            case .vae: vae
            }
        }
        set {
            switch component {
            case .textEncoder: textEncoder = newValue
            case .unet: unet = newValue
            case .vae: vae = newValue
            }
        }
    }

    public func map<Result>(_ transform: (Value) -> Result) -> PerComponent<Result> {
        .init(textEncoder: transform(textEncoder), unet: transform(unet), vae: transform(vae))
    }
}

extension PerComponent: Sendable where Value: Sendable {}
extension PerComponent: Equatable where Value: Equatable {}
extension PerComponent: Hashable where Value: Hashable {}

extension PerComponent: Encodable where Value: Encodable {
    private enum CodingKeys: String, CodingKey { case textEncoder = "text_encoder", unet, vae }
}
