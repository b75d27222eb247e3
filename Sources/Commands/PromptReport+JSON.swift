import FoundationEssentials
import Generation
public import Hosting
import Prompting

extension PromptReport: Encodable {
    /// One line, keys in alphabetical order.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only a non-finite number could fail to encode, and weights are finite.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private enum CodingKeys: String, CodingKey {
        case parts, pieces, chunks, tags
        case tokenCount = "token_count"
        case unreadableCharacterCount = "unreadable_characters"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parts, forKey: .parts)
        var pieceList = container.nestedUnkeyedContainer(forKey: .pieces)
        for piece in pieces {
            var pair = pieceList.nestedUnkeyedContainer()
            try pair.encode(piece.text)
            try pair.encode(piece.weight)
        }
        try container.encode(chunked.chunks.map(Chunk.init), forKey: .chunks)
        try container.encode(chunked.tokenCount, forKey: .tokenCount)
        if unreadableCharacterCount > 0 { try container.encode(unreadableCharacterCount, forKey: .unreadableCharacterCount) }
        if !tags.isEmpty { try container.encode(tags.map(\.description), forKey: .tags) }
    }

    private struct Chunk: Encodable {
        let tokens: [Int32]
        let weights: [Double]

        init(_ chunk: PromptChunk) {
            tokens = chunk.tokens
            weights = chunk.weights
        }
    }
}

extension PromptReport.Part: Encodable {
    private enum CodingKeys: CodingKey {
        case text, weight, schedule
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .text)
        try container.encode(weight, forKey: .weight)
        var entries = container.nestedUnkeyedContainer(forKey: .schedule)
        for entry in schedule.entries {
            var pair = entries.nestedUnkeyedContainer()
            try pair.encode(entry.until)
            try pair.encode(schedule.texts[entry.text])
        }
    }
}
