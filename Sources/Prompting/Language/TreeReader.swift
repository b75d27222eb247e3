/// Reads the schedules and alternations of a text, in one pass and without recursion.
///
/// A bracket is one of the language when it has a partner and everything between them parses; otherwise it is text, and so
/// are all brackets around it. A `|` that separates no alternatives, or a backslash before nothing, makes text of it all.
struct TreeReader {
    private let text: PromptText
    /// Nodes outside all open brackets.
    private var placed: [PlacedNode] = []
    /// The innermost last; never more than the depth limit.
    private var open: [OpenBracket] = []

    /// A node and the bytes that it was read from. Everything between such nodes is text.
    private struct PlacedNode {
        let node: PromptNode
        let range: Range<Int>
    }

    private struct OpenBracket {
        let bracket: PromptNode.Bracket
        let index: Int
        /// Nodes since then.
        var placed: [PlacedNode] = []
        /// Where `:` and `|` stand, outside these nodes.
        var separators: [Int] = []
    }

    init(_ text: String) { self.text = PromptText(text) }

    mutating func read() -> [PromptNode] {
        let bytes = text.bytes
        var index = 0
        while index < bytes.count {
            var parses = true
            switch bytes[index] {
            case UInt8(ascii: "\\"):
                index += 1
                parses = index < bytes.count && bytes[index] != UInt8(ascii: "\n")
            case UInt8(ascii: "("), UInt8(ascii: "["):
                if open.count == PromptTree.depthLimit { parses = giveUpOpenBrackets() }
                open.append(OpenBracket(bracket: bytes[index] == UInt8(ascii: "(") ? .round : .square, index: index))
            case UInt8(ascii: ")"), UInt8(ascii: "]"):
                parses = close(bytes[index] == UInt8(ascii: ")") ? .round : .square, at: index)
            case UInt8(ascii: ":"):
                if !open.isEmpty { open[open.count - 1].separators.append(index) }
            case UInt8(ascii: "|"):
                parses = !open.isEmpty
                if parses { open[open.count - 1].separators.append(index) }
            default:
                break
            }
            guard parses else { return nodes(in: 0..<bytes.count, placed: []) }
            index += 1
        }
        return nodes(in: 0..<bytes.count, placed: giveUpOpenBrackets() ? placed : [])
    }

    /// Makes text of all brackets that are open; the nodes within stay.
    /// - Returns: false when that leaves a `|` without brackets.
    private mutating func giveUpOpenBrackets() -> Bool {
        let parses = open.allSatisfy { !$0.separators.contains(where: isBar) }
        for bracket in open { placed += bracket.placed }
        open.removeAll(keepingCapacity: true)
        return parses
    }

    private func isBar(_ separator: Int) -> Bool { text.bytes[separator] == UInt8(ascii: "|") }

    /// - Returns: false when a `|` turns out to have no brackets.
    private mutating func close(_ bracket: PromptNode.Bracket, at index: Int) -> Bool {
        guard let opening = open.last, opening.bracket == bracket, let node = node(opening, end: index) else { return giveUpOpenBrackets() }
        open.removeLast()
        let closed = PlacedNode(node: node, range: opening.index..<index + 1)
        if open.isEmpty { placed.append(closed) } else { open[open.count - 1].placed.append(closed) }
        return true
    }

    private func node(_ opening: OpenBracket, end: Int) -> PromptNode? {
        let barCount = opening.separators.count(where: isBar)
        let colonCount = opening.separators.count - barCount
        switch (opening.bracket, barCount, colonCount) {
        case (.round, 0, 0...1), (.square, 0, 0):
            return .group(opening.bracket, nodes(in: opening.index + 1..<end, placed: opening.placed[...]))
        case (.square, 0, 1...2):
            let whenStart = opening.separators[colonCount - 1] + 1
            guard opening.placed.last.map({ $0.range.upperBound < whenStart }) ?? true,
                let when = SwitchPoint(text.string(text.trimmed(whenStart..<end)))
            else { return nil }
            var fields = fields(of: opening, end: end)
            fields.removeLast()
            let after = fields.removeLast()
            return .schedule(before: fields.last ?? [], after: after, when: when)
        case (.square, 1..., 0):
            return .alternation(fields(of: opening, end: end))
        default:
            return nil
        }
    }

    /// What stands before, between and after the separators.
    private func fields(of opening: OpenBracket, end: Int) -> [[PromptNode]] {
        var rest = opening.placed[...]
        var start = opening.index + 1
        return (opening.separators + [end]).map { end in
            let inside = rest.prefix { $0.range.upperBound <= end }
            rest = rest.dropFirst(inside.count)
            defer { start = end + 1 }
            return nodes(in: start..<end, placed: inside)
        }
    }

    /// `placed` with the text between them.
    private func nodes(in range: Range<Int>, placed: some Collection<PlacedNode>) -> [PromptNode] {
        var nodes: [PromptNode] = []
        var start = range.lowerBound
        func appendText(upTo end: Int) {
            if start < end { nodes.append(.text(text.string(start..<end))) }
        }
        for node in placed {
            appendText(upTo: node.range.lowerBound)
            nodes.append(node.node)
            start = node.range.upperBound
        }
        appendText(upTo: range.upperBound)
        return nodes
    }
}
