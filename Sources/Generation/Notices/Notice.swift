/// Something that the user should know of pictures or of a prompt: its sentence, and the same as data.
///
/// As with errors, programs tell notices apart by the name, and pages word them in their reader's language.
public struct Notice: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The kind of notice.
    public let name: Name
    /// The values of the sentence by their names: `name`, `count`. Empty when there are none.
    public let values: [String: ErrorReason.Value]
    /// The whole notice in English, one sentence or several.
    public let description: String

    /// Makes a notice from its values by their names, and from its sentence.
    public init(_ name: Name, _ values: [String: ErrorReason.Value], _ description: String) {
        self.name = name
        self.values = values
        self.description = description
    }

    /// Makes a notice without values from its sentence.
    public init(_ name: Name, _ description: String) { self.init(name, [:], description) }

    /// The notice with each text, also those among its values, replaced by what `change` makes of it.
    public func mapTexts(_ change: (String) -> String) -> Notice {
        Notice(name, values.mapValues { $0.mapTexts(change) }, change(description))
    }

    private enum CodingKeys: String, CodingKey { case name = "reason", values, description = "message" }
}
