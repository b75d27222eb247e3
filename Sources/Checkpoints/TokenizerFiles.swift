/// Where the tokenizer of a checkpoint comes from, and how it fills chunks.
public struct TokenizerFiles: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        /// Paths of `vocab.json` and `merges.txt`.
        case vocabularyAndMerges(vocabulary: String, merges: String)
        /// Path of `tokenizer.json`.
        case tokenizerJSON(String)
        /// The checkpoint has none: CLIP's vocabulary, which every Stable Diffusion model uses.
        case bundled
    }

    public let source: Source
    /// What fills a chunk after the end of the text.
    public let paddingTokenID: Int

    public init(source: Source, paddingTokenID: Int) {
        self.source = source
        self.paddingTokenID = paddingTokenID
    }
}
