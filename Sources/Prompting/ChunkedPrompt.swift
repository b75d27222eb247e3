/// A prompt cut into chunks.
public struct ChunkedPrompt: Sendable, Hashable {
    /// At least one.
    public let chunks: [PromptChunk]

    /// Tokens as A1111 counts them: every chunk but the last is full, and so is one that ends with BREAK.
    public var tokenCount: Int {
        chunks.reduce(0) { $0 + ($1.end == .prompt ? $1.tokenCount : PromptChunk.capacity) }
    }
}
