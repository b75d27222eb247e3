public import Generation

/// Draws what `__name__` and `{a|b}` in a prompt stand for.
///
///     let wildcards = Wildcards(folder: try WildcardFolder(path: "wildcards"))
///     let drawn = wildcards.expand("a {red|blue} __animals/cats__", seed: 7)
///     drawn.text       // "a blue lynx"
///
/// Styles come before: `{prompt}` must be replaced by then. The same text, files and seed give the same draws; every picture of a batch
/// has a seed of its own, and with it draws of its own. Nothing fails: what cannot be drawn stays as typed, with a warning.
public struct Wildcards: Sendable {
    /// Which of a picture's texts is drawn for. Each has its own numbers, so that a change in one does not change the other.
    public enum Purpose: UInt64, Sendable { case prompt, negativePrompt }

    /// A text after all draws.
    public struct Expansion: Sendable, Hashable {
        /// The text with each draw in its place.
        public var text: String
        /// Reasons why something stayed as typed, each once.
        public var warnings: [Notice]
    }

    /// nil when there are no files; choices in braces are drawn nevertheless.
    public let folder: WildcardFolder?

    /// Makes wildcards that draw from the files of a folder, and from choices in braces.
    public init(folder: WildcardFolder?) { self.folder = folder }

    /// - Parameter seed: of the picture.
    public func expand(_ text: String, seed: UInt64, purpose: Purpose = .prompt) -> Expansion {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "_") }) else {
            return Expansion(text: text, warnings: [])
        }
        var draw = WildcardDraw(folder: folder, generator: DrawGenerator(seed: seed, stream: purpose.rawValue))
        return draw.expansion(of: WildcardReader.nodes(of: text))
    }
}
