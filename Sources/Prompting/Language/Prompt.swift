/// A prompt, read.
///
/// A1111's order: network tags are taken out, what is left is split at AND, then each part has its schedule, and each text of
/// the schedule its weights and chunks.
///
///     let prompt = Prompt("a [red:blue:0.5] (car:1.2) AND rain :0.6 <lora:film:0.8>")
///     let schedule = prompt.parts[0].tree.schedule(steps: 20)   // "a red (car:1.2)" until step 10, then "a blue (car:1.2)"
///     let chunks = schedule.texts.map(chunker.chunks(of:))
public struct Prompt: Sendable, Hashable {
    /// The text as typed, without the network tags.
    public let text: String
    /// The network tags from left to right, such as `<lora:film:0.8>`.
    public let tags: [NetworkTag]
    /// For each tag the part that it stands in.
    public let partsOfTags: [Int]
    /// At least one. A negative prompt has none: A1111 takes the AND there for a word; use `tree`.
    public let parts: [PromptPart]

    /// Reads a prompt. Any text is one: what does not parse is taken as words.
    public init(_ prompt: String) {
        let places: [Int]
        (text, tags, places) = NetworkTag.strip(prompt)
        partsOfTags = PromptPart.parts(at: places, in: text)
        parts = PromptPart.parts(of: text)
    }

    /// The whole text as one, not split at AND.
    public var tree: PromptTree { PromptTree(parsing: text) }
    /// The weights of the whole text as one, not split at AND or by schedule.
    public var pieces: [AttentionPiece] { AttentionPiece.pieces(of: text) }
}

extension PromptPart {
    /// The text of the part at each step.
    public var tree: PromptTree { PromptTree(parsing: text) }
}
