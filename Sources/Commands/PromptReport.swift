import FoundationEssentials
import Generation
import Prompting

/// What a prompt says and how it is read.
struct PromptReport: Encodable {
    /// A part between ANDs.
    struct Part {
        let text: String
        let weight: Double
        let schedule: PromptSchedule
    }

    let parts: [Part]
    let pieces: [AttentionPiece]
    /// Of the whole prompt as one text.
    let chunked: ChunkedPrompt
    let tags: [NetworkTag]
    let steps: Int
    let counting: ScheduleCounting
    let chunker: PromptChunker

    /// - Parameter counting: how the schedules count.
    init(_ prompt: Prompt, steps: Int, sampler: Sampler = .euler, counting: ScheduleCounting = .sdnext, chunker: PromptChunker) {
        parts = prompt.parts.map {
            Part(text: $0.text, weight: $0.weight, schedule: $0.tree.schedule(steps: steps, sampler: sampler, counting: counting))
        }
        pieces = prompt.pieces
        chunked = chunker.chunks(of: pieces)
        tags = prompt.tags
        self.steps = steps
        self.counting = counting
        self.chunker = chunker
    }

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
    }

    func encode(to encoder: any Encoder) throws {
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

    func encode(to encoder: any Encoder) throws {
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
