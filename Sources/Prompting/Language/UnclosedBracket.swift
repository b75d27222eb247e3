/// An opening bracket that is never closed. It weighs everything after it, which is seldom meant.
public struct UnclosedBracket: Sendable, Hashable {
    /// `(` or `[`.
    public var sign: Character
    /// How many characters (Unicode scalars) stand before it.
    public var position: Int

    /// Makes a bracket that stands after `position` scalars.
    public init(sign: Character, position: Int) {
        self.sign = sign
        self.position = position
    }
}

extension Prompt {
    /// The brackets of a prompt, as it was typed, that are never closed; a hundred at most. Each part between ANDs has brackets of its own,
    /// and those in network tags are none.
    /// - Parameter isNegative: whether it is a negative prompt, where AND is a word like any other.
    public static func unclosedBrackets(in typed: String, isNegative: Bool = false) -> [UnclosedBracket] {
        let whole = PromptText(typed)
        let (bytes, kept, _) = NetworkTag.cut(out: whole)
        let text = PromptText(String(decoding: bytes, as: UTF8.self))
        var starts = [0]
        var ends: [Int] = []
        if !isNegative {
            for word in text.occurrences(ofWord: "AND", in: 0..<text.bytes.count) {
                ends.append(word.lowerBound)
                starts.append(word.upperBound)
            }
        }
        ends.append(text.bytes.count)
        var places: [(sign: Character, byte: Int)] = []
        for (start, end) in zip(starts, ends) {
            var reader = AttentionReader(text.string(start..<end))
            _ = reader.read()
            places += reader.unclosed.map { ($0.sign, place(of: start + $0.byte, in: kept)) }
            guard places.count < 100 else { break }
        }
        return places.prefix(100).map { place in
            UnclosedBracket(sign: place.sign, position: whole.bytes[..<place.byte].count { $0 & 0xC0 != 0x80 })
        }
    }

    /// - Returns: where a byte stood before everything outside of `kept` was taken out.
    private static func place(of byte: Int, in kept: [Range<Int>]) -> Int {
        var passed = 0
        for range in kept {
            if byte < passed + range.count { return range.lowerBound + byte - passed }
            passed += range.count
        }
        return kept.last?.upperBound ?? byte
    }
}

extension UnclosedBracket: CustomStringConvertible {
    /// A warning, as two sentences.
    public var description: String {
        "\"\(sign)\" at character \(position + 1) is never closed: it weighs everything after it. Write \\\(sign) for the sign itself."
    }
}
