/// A piece of a prompt with wildcards.
indirect enum WildcardNode: Sendable, Hashable {
    case text(String)
    /// `__name__`
    case wildcard(name: String)
    /// `{a|b}`, with its source.
    case choice(WildcardChoice, source: String)
}

/// `{2-3$$ and $$0.3::a|b}`: how many of the options are drawn, and what stands between them.
struct WildcardChoice: Sendable, Hashable {
    struct Option: Sendable, Hashable {
        /// Finite, not negative.
        var weight = 1.0
        var nodes: [WildcardNode]
    }

    static let usualSeparator = ", "

    var count: ClosedRange<Int> = 1...1
    var separator = WildcardChoice.usualSeparator
    var options: [Option]
}
