/// Where the tokenizer of a checkpoint comes from, and how it fills chunks.
public struct TokenizerFiles: Sendable, Hashable {
    /// The files that hold the vocabulary.
    public enum Source: Sendable, Hashable {
        /// Paths of `vocab.json` and `merges.txt`.
        case vocabularyAndMerges(vocabulary: String, merges: String)
        /// Path of `tokenizer.json`.
        case tokenizerJSON(String)
        /// The checkpoint has none: CLIP's vocabulary, which every Stable Diffusion model uses.
        case bundled
    }

    /// Where the vocabulary comes from.
    public let source: Source
    /// The token that fills a chunk after the end of the text.
    public let paddingTokenID: Int

    /// - Parameter paddingTokenID: fills a chunk after the end of the text.
    public init(source: Source, paddingTokenID: Int) {
        self.source = source
        self.paddingTokenID = paddingTokenID
    }
}
