import Generation

/// A piece of text as CLIP reads it: 77 tokens, of which 75 are the prompt's.
public struct PromptChunk: Sendable, Hashable {
    /// How many tokens of the prompt fit in.
    public static let capacity = 75
    /// With the begin and end tokens.
    public static let length = CLIPText.positionCount

    /// `length` ids: begin, the prompt's, end, padding.
    public let tokens: [Int32]
    /// How much each position counts; 1 for begin, end and padding. Finite.
    public let weights: [Double]
    /// How many of the tokens are the prompt's, 0 ... `capacity`.
    public let tokenCount: Int
    /// Positions that take a vector of a textual inversion; what `tokens` says there is not read.
    public var insertions: [Int: InsertedVector] = [:]
    /// Why the chunk ends where it does.
    public let end: ChunkEnd

    /// Where the end token stands: right behind the prompt's tokens.
    public var endPosition: Int { tokenCount + 1 }

    /// The ids with another token behind the end token, for a text encoder that was trained with it.
    public func tokens(filledWith paddingToken: Int32) -> [Int32] {
        tokens[...endPosition] + Array(repeating: paddingToken, count: tokens.count - endPosition - 1)
    }
}

/// Why a chunk ends where it does.
public enum ChunkEnd: Sendable, Hashable {
    /// The prompt ends.
    case prompt
    /// There is no room for the next token.
    case full
    /// There was no room, and this many tokens after the last comma went on to the next chunk, so that their phrase stays whole.
    case comma(moved: Int)
    /// The prompt says BREAK.
    case breakWord
    /// The next word is a textual inversion of more vectors than there was room for.
    case inversion
}

/// One vector of a textual inversion, in the place of a token.
public struct InsertedVector: Sendable, Hashable {
    /// The inversion's name.
    public var name: String
    /// Which of its vectors, from 0.
    public var row: Int

    /// Makes a reference to a vector; the vector itself is looked up when the chunk is encoded.
    public init(name: String, row: Int) {
        self.name = name
        self.row = row
    }
}
