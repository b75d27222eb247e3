import Compilation
import Generation
import Prompting
import Tensors

/// Prompts that have been encoded, so that a negative prompt that is used again and again costs nothing.
///
/// Holds so many bytes; what has not been used for longest makes room.
struct EncodedPrompts: Sendable {
    /// All that embeddings depend on, for one checkpoint and one folder of textual inversions.
    struct Key: Sendable, Hashable {
        /// Tokens, weights, and which vectors stand where.
        let chunks: [PromptChunk]
        let placement: Placement
        /// Of the text encoder, as clip skip chooses it.
        let output: String
        let emphasis: Emphasis
    }

    struct Entry: Sendable {
        /// `[1, 77·chunks, width]`.
        let embeddings: NDArray
        /// That the text encoder ran in.
        let precision: String
        fileprivate var lastUse = 0
        fileprivate var byteCount: Int { embeddings.values.count * MemoryLayout<Float>.size }

        init(embeddings: NDArray, precision: String) {
            self.embeddings = embeddings
            self.precision = precision
        }
    }

    private let byteLimit: Int
    private var entries: [Key: Entry] = [:]
    private var byteCount = 0
    private var useCount = 0

    /// - Parameter byteLimit: by default that of 284 chunks of Stable Diffusion 1.
    init(byteLimit: Int = 64 << 20) { self.byteLimit = byteLimit }

    /// What is known of a prompt, which is then the last to make room.
    mutating func entry(for key: Key) -> Entry? {
        useCount += 1
        entries[key]?.lastUse = useCount
        return entries[key]
    }

    /// Keeps a prompt, unless it is larger than all that may be kept.
    mutating func keep(_ entry: Entry, for key: Key) {
        remove(key)
        guard entry.byteCount <= byteLimit else { return }
        while byteCount + entry.byteCount > byteLimit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) { remove(oldest.key) }
        useCount += 1
        entries[key] = entry
        entries[key]?.lastUse = useCount
        byteCount += entry.byteCount
    }

    mutating func removeAll() { self = EncodedPrompts(byteLimit: byteLimit) }

    private mutating func remove(_ key: Key) {
        byteCount -= entries.removeValue(forKey: key)?.byteCount ?? 0
    }
}
