public import Checkpoints
public import Prompting

/// The user's files that prompts refer to by name, as they were at one moment.
public struct PromptResources: Sendable {
    public var styles: StyleLibrary
    public var wildcards: Wildcards
    /// nil when there are none.
    public var embeddings: EmbeddingLibrary?
    /// Reads them again as far as they have changed, or, if told so, whether or not they seem to have; nil when they stay as they are.
    public var reader: (@Sendable (_ isForced: Bool) -> PromptResources)?

    public init(styles: StyleLibrary = StyleLibrary(), wildcards: Wildcards = Wildcards(folder: nil), embeddings: EmbeddingLibrary? = nil) {
        self.styles = styles
        self.wildcards = wildcards
        self.embeddings = embeddings
    }

    /// As they are now. To be taken once for all prompts that are drawn together.
    public var current: PromptResources { reader?(false) ?? self }
}
