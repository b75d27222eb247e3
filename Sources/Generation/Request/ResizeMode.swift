/// How a given picture gets the size that is drawn.
public enum ResizeMode: String, Sendable, Hashable, CaseIterable, Codable {
    /// It is stretched to the size; its proportions change.
    case just
    /// It is scaled to cover the size, and what sticks out is cut off.
    case crop
    /// It is scaled to fit into the size, and its edges continue into what is left.
    case fill
    /// It keeps its size, and its latents are stretched.
    case latent

    /// A1111's number, as in `resize_mode`: 0…3.
    public var number: Int {
        switch self {
        case .just: 0
        case .crop: 1
        case .fill: 2
        case .latent: 3
        }
    }

    /// Reads A1111's number.
    /// - Returns: nil for other numbers than 0…3.
    public init?(number: Int) {
        guard let mode = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = mode
    }

    /// A1111's label.
    public var label: String {
        switch self {
        case .just: "Just resize"
        case .crop: "Crop and resize"
        case .fill: "Resize and fill"
        case .latent: "Just resize (latent upscale)"
        }
    }
}
