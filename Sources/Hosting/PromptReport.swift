public import Generation
public import Prompting
public import Sampling

/// A prompt as it is read: parts, weights, schedules, tokens and tags.
public struct PromptReport: Sendable {
    /// A part between ANDs.
    public struct Part: Sendable {
        /// The text as it was typed.
        public let text: String
        /// The number behind the text; 1 when there is none.
        public let weight: Double
        /// The texts that the part comes to, and the steps that each is for.
        public let schedule: PromptSchedule
    }

    /// The parts between ANDs, one at least.
    public let parts: [Part]
    /// Stretches of the whole prompt that count the same.
    public let pieces: [AttentionPiece]
    /// The tokens of the whole prompt as one text.
    public let chunked: ChunkedPrompt
    /// Tags such as `<lora:film:0.8>`.
    public let tags: [NetworkTag]
    /// The steps of the schedules.
    public let steps: Int
    /// The way in which the schedules count.
    public let counting: ScheduleCounting
    /// The chunker that made the tokens.
    public let chunker: PromptChunker

    /// Reads a prompt.
    /// - Parameters:
    ///   - steps: of the schedules.
    ///   - sampler: the one that takes the steps.
    ///   - counting: the way in which the schedules count.
    ///   - chunker: makes the tokens.
    public init(
        _ prompt: Prompt, steps: Int, sampler: Sampler = .euler, counting: ScheduleCounting = .sdnext, chunker: PromptChunker
    ) {
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
}
