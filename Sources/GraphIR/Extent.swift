/// The extent of one axis of a graph's input.
public enum Extent: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// Known when the graph is compiled.
    case fixed(Int)
    /// Known with each call only.
    case dynamic

    /// A fixed extent.
    public init(integerLiteral value: Int) { self = .fixed(value) }
}

extension Extent: CustomStringConvertible {
    /// As the IR spells it: `4`, or `?` for a dynamic axis.
    public var description: String {
        switch self {
        case .fixed(let extent): String(extent)
        case .dynamic: "?"
        }
    }
}
