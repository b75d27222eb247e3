/// A stage that was moved to another device or precision, because it failed where it was.
public struct Move: Sendable, Hashable {
    /// The stage that was moved.
    public var stage: Stage
    /// The placement that failed.
    public var from: Placement
    /// The placement from then on.
    public var to: Placement
    /// The fault, as a sentence.
    public var reason: String
    /// The same as data.
    public var cause: ErrorReason

    /// Makes the record of a move and of the fault that led to it.
    public init(stage: Stage, from: Placement, to: Placement, reason: String, cause: ErrorReason) {
        self.stage = stage
        self.from = from
        self.to = to
        self.reason = reason
        self.cause = cause
    }
}

extension Move: CustomStringConvertible {
    public var description: String { "\(reason) The \(stage.label) now runs on \(to)." }
}

extension Move: Encodable {
    private enum CodingKeys: String, CodingKey { case component, from, to, reason }

    /// Writes placements as people read them: `GPU in f16`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stage, forKey: .component)
        try container.encode("\(from)", forKey: .from)
        try container.encode("\(to)", forKey: .to)
        try container.encode(reason, forKey: .reason)
    }
}
