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
    /// How many characters mean nothing to the text encoder.
    public let unreadableCharacterCount: Int
    /// The steps of the schedules.
    public let steps: Int
    /// The way in which the schedules count.
    public let counting: ScheduleCounting
    /// The chunker that made the tokens.
    public let chunker: PromptChunker

    /// The text of a part's schedule that takes most chunks, and most tokens.
    func longestText(of part: Part) -> ChunkedPrompt {
        let texts = part.schedule.texts.map(chunker.chunks(of:))
        return texts.max { ($0.chunks.count, $0.tokenCount) < ($1.chunks.count, $1.tokenCount) } ?? chunker.chunks(of: "")
    }

    /// Reads a prompt.
    /// - Parameters:
    ///   - isNegative: whether AND is a word like any other, as it is in negative prompts.
    ///   - steps: of the schedules.
    ///   - sampler: the one that takes the steps.
    ///   - counting: the way in which the schedules count.
    ///   - chunker: makes the tokens.
    public init(
        _ prompt: Prompt, isNegative: Bool = false, steps: Int, sampler: Sampler = .euler, counting: ScheduleCounting = .sdnext, chunker: PromptChunker
    ) {
        parts = (isNegative ? [PromptPart(text: prompt.text)] : prompt.parts).map {
            Part(text: $0.text, weight: $0.weight, schedule: $0.tree.schedule(steps: steps, sampler: sampler, counting: counting))
        }
        pieces = prompt.pieces
        chunked = chunker.chunks(of: pieces)
        tags = prompt.tags
        unreadableCharacterCount = chunker.tokenizer.unreadableCharacterCount(in: prompt.text, except: chunker.inversionNames)
        self.steps = steps
        self.counting = counting
        self.chunker = chunker
    }
}
