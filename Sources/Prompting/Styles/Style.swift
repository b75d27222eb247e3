/// Texts that are added to prompts under a name.
public struct Style: Sendable, Hashable {
    /// The name under which requests ask for the style; with its folder, `art/ink`, where it lies in one.
    public var name: String
    /// With `{prompt}` where the prompt goes; without, it is added at the end. May be empty.
    public var prompt: String
    /// The same for the negative prompt.
    public var negativePrompt: String
    /// Further fields of its file that have no effect, such as SD.Next's `extra`.
    public var ignoredFields: [String]

    /// Makes a style; without texts it changes nothing.
    public init(name: String, prompt: String = "", negativePrompt: String = "", ignoredFields: [String] = []) {
        self.name = name
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.ignoredFields = ignoredFields
    }

    /// A prompt in this style.
    public func applied(toPrompt text: String) -> String { Self.join(text, prompt) }
    /// A negative prompt in this style.
    public func applied(toNegativePrompt text: String) -> String { Self.join(text, negativePrompt) }

    /// Puts `text` wherever the style says `{prompt}`; where it does not, the style follows the text after ", ".
    /// Source: A1111 1.10 `modules/styles.py`, `merge_prompts`.
    private static func join(_ text: String, _ style: String) -> String {
        if style.contains("{prompt}") { return style.replacing("{prompt}", with: text) }
        return [text, style].map(\.trimmingSpace).filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmingSpace: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
