/// What CLIP reads at a time: 77 tokens, of which 75 are the prompt's.
public struct PromptChunk: Sendable, Hashable {
    /// How many tokens of the prompt fit in.
    public static let capacity = 75
    /// With the begin and end tokens.
    public static let length = 77

    /// `length` ids: begin, the prompt's, end, padding.
    public let tokens: [Int32]
    /// How much each position counts; 1 for begin, end and padding.
    public let weights: [Float]
    /// How many of the tokens are the prompt's, 0 ... `capacity`.
    public let tokenCount: Int
    /// Positions that take a vector of a textual inversion; what `tokens` says there is not read.
    public var insertions: [Int: InsertedVector] = [:]
}

/// One vector of a textual inversion, in the place of a token.
public struct InsertedVector: Sendable, Hashable {
    /// The inversion's name.
    public var name: String
    /// Which of its vectors, from 0.
    public var row: Int

    public init(name: String, row: Int) {
        self.name = name
        self.row = row
    }
}

/// A token of the prompt and how much it counts.
public struct WeightedToken: Sendable, Hashable {
    public var id: Int32
    public var weight: Float

    public init(id: Int32, weight: Float = 1) {
        self.id = id
        self.weight = weight
    }
}
