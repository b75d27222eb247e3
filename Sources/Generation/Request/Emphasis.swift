/// The effect of a prompt's weights, as in `(red:1.3)`, on its embeddings. Raw values are those of `--emphasis`.
public enum Emphasis: String, Sendable, Hashable, CaseIterable, Codable {
    /// Each position is multiplied by its weight, then the whole chunk is scaled so that its mean is what it was before.
    case original
    /// Each position is multiplied by its weight.
    case noNorm = "no_norm"
    /// Brackets are read, and their weights left out.
    case ignore
    /// Brackets are text like any other.
    case none

    /// A1111's label, as in a picture's parameters.
    public var label: String {
        switch self {
        case .original: "Original"
        case .noNorm: "No norm"
        case .ignore: "Ignore"
        case .none: "None"
        }
    }

    /// Whether weights change the embeddings.
    public var appliesWeights: Bool { self == .original || self == .noNorm }
    /// Whether brackets are read at all.
    public var parsesWeights: Bool { self != .none }
}
