/// A LoRA file that prompts can name.
public struct LoRASummary: Codable, Sendable {
    /// The name that stands in a tag: the file's without its ending.
    public var name: String
    /// The name that its trainer gave it, which tags may use as well; null without one.
    @OrNull public var alias: String?
    /// The file with the folders that it lies in, below the folder of LoRAs.
    public var file: String
    /// The family of models that it was made for: `sd1`, `sd2`, `sdxl`; null when the file does not tell.
    @OrNull public var family: String?
    /// Words that call for what it has learned, the most frequent first.
    public var triggerWords: [String]
    /// The strength that the side file of A1111 recommends; null without one.
    @OrNull public var preferredWeight: Double?
    /// Text that the side file of A1111 puts into the prompt with it; empty without one.
    public var activationText: String
    /// Notes of the side file; empty without one.
    public var notes: String
    /// Whether there is a picture beside it.
    public var hasPreview: Bool
    /// The file's metadata as it stands there, for A1111's list; empty for files that cannot be read. Easel's own answers leave it out.
    public var metadata: [String: String] = [:]

    /// Makes a summary.
    public init(
        name: String, alias: String? = nil, file: String, family: String? = nil, triggerWords: [String] = [],
        preferredWeight: Double? = nil, activationText: String = "", notes: String = "", hasPreview: Bool = false,
        metadata: [String: String] = [:]
    ) {
        self.name = name
        self.file = file
        self.triggerWords = triggerWords
        self.activationText = activationText
        self.notes = notes
        self.hasPreview = hasPreview
        self.metadata = metadata
        (self.alias, self.family, self.preferredWeight) = (alias, family, preferredWeight)
    }

    private enum CodingKeys: String, CodingKey {
        case name, alias, file, family, notes
        case triggerWords = "trigger_words"
        case preferredWeight = "preferred_weight"
        case activationText = "activation_text"
        case hasPreview = "has_preview"
    }
}

/// The answer to `GET /api/v1/loras`.
public struct LoRAsAnswer: Codable, Sendable {
    /// The LoRAs in order of their names.
    public var loras: [LoRASummary]
    /// The absolute paths of the folders in which LoRAs are looked for.
    public var folders: [String]

    /// Makes the answer from the LoRAs as they are known now.
    public init(_ loras: [LoRASummary], folders: [String]) {
        self.loras = loras
        self.folders = folders
    }
}
