/// Reads `__name__` and `{a|b}`. Never fails: what is neither is text.
///
/// A `|` inside `[…]` belongs to A1111's alternation and separates nothing here. A backslash takes its meaning from the bracket behind it.
/// Braces without `|` and `$$` stay, with what is inside them read.
/// Takes a time proportional to the length for each of at most `deepestNesting` levels.
struct WildcardReader {
    /// Braces nested deeper are text.
    static let deepestNesting = 32
    /// Longer names are text.
    static let longestName = 200

    private let bytes: [UInt8]
    /// For the index of each `{` and `[` that is closed, the index of its end; else 0.
    private let ends: [Int]

    static func nodes(of text: String) -> [WildcardNode] {
        let reader = WildcardReader(Array(text.utf8))
        return reader.nodes(in: 0..<reader.bytes.count, depth: 0)
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        ends = Self.ends(of: bytes)
    }

    private static func ends(of bytes: [UInt8]) -> [Int] {
        var ends = [Int](repeating: 0, count: bytes.count)
        var open: [Int] = []
        var openBraces = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "["): open.append(index)
            case UInt8(ascii: "{"):
                open.append(index)
                openBraces += 1
            case UInt8(ascii: "]"):
                if let last = open.last, bytes[last] == UInt8(ascii: "[") { ends[open.removeLast()] = index }
            case UInt8(ascii: "}") where openBraces > 0:
                // A `[` that is still open here is text.
                while let last = open.popLast() {
                    guard bytes[last] == UInt8(ascii: "{") else { continue }
                    ends[last] = index
                    openBraces -= 1
                    break
                }
            default: break
            }
            index += 1
        }
        return ends
    }

    private func nodes(in range: Range<Int>, depth: Int) -> [WildcardNode] {
        var nodes: [WildcardNode] = []
        var textStart = range.lowerBound
        var index = range.lowerBound
        func endText() {
            if textStart < index { nodes.append(.text(string(textStart..<index))) }
        }
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "{") where ends[index] > 0 && depth < Self.deepestNesting:
                let end = ends[index]
                guard let choice = choice(in: index + 1..<end, depth: depth + 1) else {
                    index += 1
                    continue
                }
                endText()
                nodes.append(.choice(choice, source: string(index..<end + 1)))
                index = end + 1
                textStart = index
            case UInt8(ascii: "_"):
                guard let name = wildcardName(at: index, limit: range.upperBound) else {
                    index += 1
                    continue
                }
                endText()
                nodes.append(.wildcard(name: string(name)))
                index = name.upperBound + 2
                textStart = index
            default: index += 1
            }
        }
        index = range.upperBound
        endText()
        return nodes
    }

    /// The name of a wildcard whose first underscore is at `start`.
    private func wildcardName(at start: Int, limit: Int) -> Range<Int>? {
        guard start + 1 < limit, bytes[start + 1] == UInt8(ascii: "_") else { return nil }
        let nameStart = start + 2
        for index in nameStart..<max(nameStart, min(nameStart + Self.longestName, limit - 1)) {
            switch bytes[index] {
            case UInt8(ascii: "_") where bytes[index + 1] == UInt8(ascii: "_"): return index > nameStart ? nameStart..<index : nil
            case ..<0x20, UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: ":"): return nil
            default: continue
            }
        }
        return nil
    }

    private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

// What stands between braces
extension WildcardReader {
    /// nil when the braces offer no choice.
    private func choice(in range: Range<Int>, depth: Int) -> WildcardChoice? {
        var marks = marks(in: range)
        var start = range.lowerBound
        let bounds: ClosedRange<Int>? = if let first = marks.first, !first.isBar { count(in: start..<first.index) } else { nil }
        guard bounds != nil || marks.contains(where: \.isBar) else { return nil }
        var separator: String?
        if bounds != nil {
            start = marks.removeFirst().index + 2
            // A second $$ ends a separator. Bars before it are part of that when there is nothing else.
            if let end = marks.firstIndex(where: { !$0.isBar }) {
                let text = string(start..<marks[end].index)
                if end == 0 || text.allSatisfy({ $0 == "|" || $0.isWhitespace }) {
                    separator = text
                    start = marks[end].index + 2
                    marks.removeSubrange(...end)
                }
            }
        }
        var options: [WildcardChoice.Option] = []
        for end in marks.filter(\.isBar).map(\.index) + [range.upperBound] {
            options.append(option(in: start..<end, depth: depth))
            start = end + 1
        }
        return WildcardChoice(count: bounds ?? 1...1, separator: separator ?? WildcardChoice.usualSeparator, options: options)
    }

    /// A `|` or `$$` that is not inside further brackets.
    private struct Mark {
        var index: Int
        var isBar: Bool
    }

    private func marks(in range: Range<Int>) -> [Mark] {
        var marks: [Mark] = []
        var index = range.lowerBound
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["): if ends[index] > 0 { index = ends[index] }
            case UInt8(ascii: "|"): marks.append(Mark(index: index, isBar: true))
            case UInt8(ascii: "$") where index + 1 < range.upperBound && bytes[index + 1] == UInt8(ascii: "$"):
                marks.append(Mark(index: index, isBar: false))
                index += 1
            default: break
            }
            index += 1
        }
        return marks
    }

    /// `2`, `2-3`, `-3` (from 1) or `2-` (up to all).
    private func count(in range: Range<Int>) -> ClosedRange<Int>? {
        let parts = string(range).trimmingSpace.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.contains(where: { !$0.isEmpty }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        // Nobody has more options than fit into a prompt.
        let numbers = parts.map { $0.isEmpty ? nil : Int($0) ?? .max }
        let lower = numbers[0] ?? 1
        let upper = parts.count == 1 ? lower : numbers[1] ?? .max
        return min(lower, upper)...max(lower, upper)
    }

    /// `0.3::text`, or the text alone.
    private func option(in range: Range<Int>, depth: Int) -> WildcardChoice.Option {
        let (weight, start) = WeightPrefix.read(bytes[range])
        return WildcardChoice.Option(weight: weight, nodes: nodes(in: start..<range.upperBound, depth: depth))
    }
}

/// The `0.3::` before an option or a line of a wildcard file.
enum WeightPrefix {
    /// - Returns: the weight, 1 when there is none, and where the text begins.
    static func read(_ bytes: ArraySlice<UInt8>) -> (weight: Double, start: Int) {
        let digits = bytes.drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        let colons = bytes[digits.endIndex...].prefix(2)
        guard !digits.isEmpty, digits.count < 20, colons.elementsEqual("::".utf8),
            let weight = Double(String(decoding: digits, as: UTF8.self))
        else { return (1, bytes.startIndex) }
        return (weight, colons.endIndex)
    }
}
