/// A component that was moved to another device or precision, because it failed where it was.
public struct Move: Sendable, Hashable, Codable {
    public var component: Component
    /// Device and precision, in words: `GPU in f16`.
    public var from: String
    public var to: String
    /// What went wrong, as a sentence.
    public var reason: String

    public init(component: Component, from: String, to: String, reason: String) {
        self.component = component
        self.from = from
        self.to = to
        self.reason = reason
    }
}

extension Move: CustomStringConvertible {
    public var description: String { "\(reason) The \(component.label) now runs on \(to)." }
}
