/// A word of the prompt that stands for the vectors of a textual inversion.
public struct InversionWord: Sendable, Hashable {
    /// The word that stands for it in a prompt.
    public let name: String
    /// How many positions its vectors take, 1 ... 75.
    public let vectorCount: Int

    /// - Precondition: the vectors fit into a chunk.
    public init(name: String, vectorCount: Int) {
        precondition((1...PromptChunk.capacity).contains(vectorCount), "\(vectorCount) vectors do not fit into a chunk")
        self.name = name
        self.vectorCount = vectorCount
    }
}

/// Finds textual inversions by the tokens of their names.
struct InversionTable: Sendable {
    struct Entry: Sendable {
        var tokens: [Int32]
        var word: InversionWord
    }

    /// By the first token; the longest name first.
    private var entries: [Int32: [Entry]] = [:]

    init(_ words: [InversionWord], tokenizer: CLIPTokenizer) {
        for word in words {
            let tokens = tokenizer.encode(word.name)
            guard let first = tokens.first else { continue }
            entries[first, default: []].append(Entry(tokens: tokens, word: word))
        }
        for first in entries.keys { entries[first]?.sort { $0.tokens.count > $1.tokens.count } }
    }

    /// The inversion whose name begins at `index` of `tokens`.
    func entry(at index: Int, of tokens: [Int32]) -> Entry? {
        guard !entries.isEmpty, let candidates = entries[tokens[index]] else { return nil }
        return candidates.first { tokens[index...].starts(with: $0.tokens) }
    }
}
