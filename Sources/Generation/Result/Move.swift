/// A stage that was moved to another device or precision, because it failed where it was.
public struct Move: Sendable, Hashable, Codable {
    public var stage: Stage
    /// Device and precision, in words: `GPU in f16`.
    public var from: String
    public var to: String
    /// What went wrong, as a sentence.
    public var reason: String

    public init(stage: Stage, from: String, to: String, reason: String) {
        self.stage = stage
        self.from = from
        self.to = to
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case from, to, reason
        case stage = "component"
    }
}

extension Move: CustomStringConvertible {
    public var description: String { "\(reason) The \(stage.label) now runs on \(to)." }
}
