public import Checkpoints
public import Generation
public import Prompting

/// The user's files that prompts refer to by name, as they were at one moment.
public struct PromptResources: Sendable {
    public var styles: StyleLibrary
    public var wildcards: Wildcards
    /// nil when there are none.
    public var embeddings: EmbeddingLibrary?
    /// nil where LoRAs are left out.
    public var loras: LoRALibrary?
    /// Reads them again as far as they have changed, or, if told so, whether or not they seem to have; nil when they stay as they are.
    public var reader: (@Sendable (_ isForced: Bool) -> PromptResources)?

    /// Writes a style down; nil when there is no file for it.
    public var styleWriter: (@Sendable (_ style: Style, _ replaces: Bool) throws(StyleError) -> Void)?

    public init(
        styles: StyleLibrary = StyleLibrary(), wildcards: Wildcards = Wildcards(folder: nil), embeddings: EmbeddingLibrary? = nil,
        loras: LoRALibrary? = nil
    ) {
        self.styles = styles
        self.wildcards = wildcards
        self.embeddings = embeddings
        self.loras = loras
    }

    /// As they are now. To be taken once for all prompts that are drawn together.
    public var current: PromptResources { reader?(false) ?? self }
}

extension PromptResources {
    /// The words of some texts that stand for textual inversions, as drawing reads them, and why others do not.
    /// - Parameter widths: of each text encoder's embeddings.
    public func inversionWords(
        in texts: [String], tokenizer: CLIPTokenizer, widths: [Int]
    ) -> (words: [InversionWord], warnings: [Notice]) {
        let inversions = PromptInversions(in: texts, from: embeddings, tokenizer: tokenizer, widths: widths, emphasis: .original)
        return (inversions.words, inversions.warnings)
    }
}
