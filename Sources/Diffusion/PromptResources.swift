public import Checkpoints
public import Prompting

/// The user's files that prompts refer to by name.
public struct PromptResources: Sendable {
    public var styles: StyleLibrary
    public var wildcards: Wildcards
    /// nil when there are none.
    public var embeddings: EmbeddingLibrary?

    public init(styles: StyleLibrary = StyleLibrary(), wildcards: Wildcards = Wildcards(folder: nil), embeddings: EmbeddingLibrary? = nil) {
        self.styles = styles
        self.wildcards = wildcards
        self.embeddings = embeddings
    }
}
