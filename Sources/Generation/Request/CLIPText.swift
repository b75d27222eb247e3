/// The window through which CLIP reads text.
public enum CLIPText {
    /// Positions that one call of a text encoder takes: the start of the text, 75 tokens of the prompt, and the end of the text.
    public static let positionCount = 77
}
