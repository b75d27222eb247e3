/// A stretch of a prompt and how much it counts.
public struct AttentionPiece: Sendable, Hashable {
    /// The text without its brackets and escapes.
    public var text: String
    /// 1 is plain text; finite, may be 0 or negative.
    public var weight: Double

    /// Makes a piece, of plain text unless a weight is given.
    public init(text: String, weight: Double = 1) {
        self.text = text
        self.weight = weight
    }

    /// Where the current chunk is filled up and the next begins. A1111 writes it as the text `BREAK` of weight −1, and takes
    /// whatever comes out as such for one; a `BREAK` within brackets has another weight and is an ordinary word.
    public var isBreak: Bool { weight == -1 && text == Self.breakWord }

    static let breakWord = "BREAK"
}

extension AttentionPiece {
    /// Reads the brackets of a text: `(more)`, `[less]`, `(exactly:1.3)`, `\(` for the bracket itself, and the word BREAK.
    ///
    /// Any text has pieces, at least one. Neighbours differ in weight.
    /// Source: A1111 1.10 `parse_prompt_attention`; reference pieces in Tests/Fixtures/prompting.
    public static func pieces(of text: String) -> [AttentionPiece] {
        var reader = AttentionReader(text)
        return reader.read()
    }

    /// Brackets of a text that have no partner: likely a slip, though any number of them parses.
    public static func unmatchedBrackets(of text: String) -> UnmatchedBrackets {
        var reader = AttentionReader(text)
        _ = reader.read()
        return reader.unmatched
    }
}

/// How many brackets have no partner.
public struct UnmatchedBrackets: Sendable, Hashable {
    /// `(` and `[`, which weigh everything up to the end of the text.
    public var unclosed = 0
    /// `)` and `]`, which are text.
    public var unopened = 0

    /// Makes the counts of a text; without arguments, of one whose brackets all match.
    public init(unclosed: Int = 0, unopened: Int = 0) {
        self.unclosed = unclosed
        self.unopened = unopened
    }
}
