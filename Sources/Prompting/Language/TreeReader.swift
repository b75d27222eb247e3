/// Reads the schedules and alternations of a text, in one pass and without recursion.
///
/// A bracket is one of the language when it has a partner and everything between them parses; otherwise it is text, and so
/// are all brackets around it. A `|` that separates no alternatives, or a backslash before nothing, makes text of it all.
struct TreeReader {
    private let text: PromptText
    /// The innermost last; never more than the depth limit.
    private var open: [OpenBracket] = []
    /// Nodes that are not yet part of another.
    private var placed: [PlacedNode] = []
    /// Where `:` and `|` stand within open brackets, outside these nodes.
    private var separators: [Int] = []

    /// A node and the bytes that it was read from. Everything between such nodes is text.
    private struct PlacedNode {
        let node: PromptNode
        let range: Range<Int>
    }

    private struct OpenBracket {
        let bracket: PromptNode.Bracket
        let index: Int
        /// How many nodes and separators stood before it.
        let placedCount: Int
        let separatorCount: Int
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
                let bracket: PromptNode.Bracket = bytes[index] == UInt8(ascii: "(") ? .round : .square
                open.append(OpenBracket(bracket: bracket, index: index, placedCount: placed.count, separatorCount: separators.count))
            case UInt8(ascii: ")"), UInt8(ascii: "]"):
                parses = close(bytes[index] == UInt8(ascii: ")") ? .round : .square, at: index)
            case UInt8(ascii: ":"):
                if !open.isEmpty { separators.append(index) }
            case UInt8(ascii: "|"):
                parses = !open.isEmpty
                separators.append(index)
            default:
                break
            }
            guard parses else { return nodes(in: 0..<bytes.count, placed: []) }
            index += 1
        }
        return nodes(in: 0..<bytes.count, placed: giveUpOpenBrackets() ? placed[...] : [])
    }

    /// Makes text of all brackets that are open; the nodes within stay.
    /// - Returns: false when that leaves a `|` without brackets.
    private mutating func giveUpOpenBrackets() -> Bool {
        let parses = !separators.contains(where: isBar)
        open.removeAll(keepingCapacity: true)
        separators.removeAll(keepingCapacity: true)
        return parses
    }

    private func isBar(_ separator: Int) -> Bool { text.bytes[separator] == UInt8(ascii: "|") }

    /// - Returns: false when a `|` turns out to have no brackets.
    private mutating func close(_ bracket: PromptNode.Bracket, at index: Int) -> Bool {
        guard let opening = open.last, opening.bracket == bracket, let node = node(opening, end: index) else { return giveUpOpenBrackets() }
        open.removeLast()
        separators.removeSubrange(opening.separatorCount...)
        placed.removeSubrange(opening.placedCount...)
        placed.append(PlacedNode(node: node, range: opening.index..<index + 1))
        return true
    }

    private func node(_ opening: OpenBracket, end: Int) -> PromptNode? {
        let separators = separators[opening.separatorCount...]
        let inside = placed[opening.placedCount...]
        let barCount = separators.count(where: isBar)
        let colonCount = separators.count - barCount
        switch (opening.bracket, barCount, colonCount) {
        case (.round, 0, 0...1), (.square, 0, 0):
            return .group(opening.bracket, nodes(in: opening.index + 1..<end, placed: inside))
        case (.square, 0, 1...2):
            guard let lastColon = separators.last, inside.last.map({ $0.range.upperBound <= lastColon }) ?? true,
                let when = SwitchPoint(text.string(text.trimmed(lastColon + 1..<end)))
            else { return nil }
            let fields = fields(from: opening.index + 1, separators: separators, placed: inside)
            return .schedule(before: colonCount == 2 ? fields[0] : [], after: fields[colonCount - 1], when: when)
        case (.square, 1..., 0):
            return .alternation(fields(from: opening.index + 1, separators: separators + [end], placed: inside))
        default:
            return nil
        }
    }

    /// The parts before each separator.
    private func fields(from start: Int, separators: ArraySlice<Int>, placed: ArraySlice<PlacedNode>) -> [[PromptNode]] {
        var start = start
        var rest = placed
        return separators.map { end in
            let inside = rest.prefix { $0.range.upperBound <= end }
            rest = rest.dropFirst(inside.count)
            defer { start = end + 1 }
            return nodes(in: start..<end, placed: inside)
        }
    }

    /// `placed` with the text between them.
    private func nodes(in range: Range<Int>, placed: ArraySlice<PlacedNode>) -> [PromptNode] {
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
