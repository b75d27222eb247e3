import Compilation
import Generation
import Prompting
import Tensors

/// Prompts that have been encoded, so that a negative prompt that is used again and again costs nothing.
///
/// Holds so many chunks; what has not been used for longest makes room.
struct EncodedPrompts: Sendable {
    /// All that embeddings depend on, for one checkpoint.
    struct Key: Sendable, Hashable {
        /// Tokens, weights, and which vectors stand where.
        let chunks: [PromptChunk]
        /// The vectors by the names that stand there: a file may change.
        let inversions: [String: NDArray]
        /// The text encoder.
        let network: NetworkID
        /// The LoRAs that change it, with their strengths.
        var loras = ""
        let placement: Placement
        /// The encoder's output that is read, as clip skip chooses it.
        let output: String
        let emphasis: Emphasis
    }

    struct Entry: Sendable {
        let text: EncodedText
        /// The network that encoded it, and where that ran.
        let network: CompileKey
        let place: Place
        fileprivate var lastUse = 0

        init(_ text: EncodedText, by network: CompileKey, at place: Place) {
            self.text = text
            self.network = network
            self.place = place
        }
    }

    private let chunkLimit: Int
    private var entries: [Key: Entry] = [:]
    private var chunkCount = 0
    private var useCount = 0

    /// - Parameter chunkLimit: by default 60 MB of Stable Diffusion 1. Of a narrower model it is less: prompts that nobody repeats
    ///   should not go on filling memory for thousands of pictures.
    init(chunkLimit: Int = 256) { self.chunkLimit = chunkLimit }

    /// The entry of a prompt, which is then the last to make room.
    mutating func entry(for key: Key) -> Entry? {
        useCount += 1
        entries[key]?.lastUse = useCount
        return entries[key]
    }

    /// Keeps a prompt, unless it is larger than all that may be kept.
    mutating func keep(_ entry: Entry, for key: Key) {
        remove(key)
        guard key.chunks.count <= chunkLimit else { return }
        while chunkCount + key.chunks.count > chunkLimit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            remove(oldest.key)
        }
        useCount += 1
        entries[key] = entry
        entries[key]?.lastUse = useCount
        chunkCount += key.chunks.count
    }

    mutating func removeAll() { self = EncodedPrompts(chunkLimit: chunkLimit) }

    private mutating func remove(_ key: Key) {
        if entries.removeValue(forKey: key) != nil { chunkCount -= key.chunks.count }
    }
}
