/// A text whose draws are left open: in the place of each `__name__` and `{a|b}` stands one scalar.
///
/// So a prompt can be read as it is for any seed. The scalars are from a private area that no font and no vocabulary knows.
public struct OpenWildcards: Sendable, Hashable {
    /// The text with a scalar for each draw.
    public let text: String
    /// The wildcard or choice as typed, by its scalar.
    public let sources: [Unicode.Scalar: String]

    /// A text that is made from this one, with each wildcard and choice as typed again.
    public func restored(_ text: String) -> String {
        guard !sources.isEmpty else { return text }
        return text.unicodeScalars.reduce(into: "") { text, scalar in
            if let source = sources[scalar] { text += source } else { text.unicodeScalars.append(scalar) }
        }
    }

    /// The scalars that stand for draws, of which a prompt has as many as it may have draws.
    private static let scalars: ClosedRange<UInt32> = 0xF0000...0xF0000 + UInt32(WildcardDraw.mostDraws - 1)

    /// A text in which everything is drawn.
    public init(drawn text: String) {
        self.text = text
        sources = [:]
    }

    /// - Parameter isOpen: whether a node is a draw, and not plain text.
    fileprivate init(_ text: String, isOpen: (WildcardNode) -> Bool) {
        var sources: [Unicode.Scalar: String] = [:]
        var result = ""
        // Such a scalar in the text itself would be taken for a draw.
        let isFree = !text.unicodeScalars.contains { Self.scalars.contains($0.value) }
        for node in WildcardReader.nodes(of: text) {
            let scalar = Unicode.Scalar(Self.scalars.lowerBound + UInt32(sources.count))
            if isFree, isOpen(node), let scalar, Self.scalars.contains(scalar.value) {
                sources[scalar] = node.source
                result.unicodeScalars.append(scalar)
            } else {
                result += node.source
            }
        }
        self.text = result
        self.sources = sources
    }
}

extension Wildcards {
    /// A text with its draws left open. What cannot be drawn stays text, as it does when the text is expanded.
    public func leavingOpen(_ text: String) -> OpenWildcards {
        let unknown = Set(unknownNames(in: text))
        return OpenWildcards(text) { node in
            switch node {
            case .text: false
            case .wildcard(let name): !unknown.contains(name)
            case .choice: true
            }
        }
    }

    /// The names of wildcards in a text, and in the choices of its braces, that no file has: each once, a hundred at most.
    public func unknownNames(in text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "_")) else { return [] }
        var names: [String] = []
        func collect(_ nodes: [WildcardNode]) {
            for node in nodes {
                switch node {
                case .text: break
                case .wildcard(let name): if names.count < WildcardDraw.mostPatterns, !names.contains(name) { names.append(name) }
                case .choice(let choice, _): choice.options.forEach { collect($0.nodes) }
                }
            }
        }
        collect(WildcardReader.nodes(of: text))
        return names.filter { folder?.files(for: $0).isEmpty ?? true }
    }
}

extension WildcardNode {
    /// The text that it was read from.
    fileprivate var source: String {
        switch self {
        case .text(let text): text
        case .wildcard(let name): "__\(name)__"
        case .choice(_, let source): source
        }
    }
}
