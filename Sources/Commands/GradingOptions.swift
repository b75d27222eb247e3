import ArgumentParser
import Generation

/// The options that finish pictures and correct latents: two that are repeated, instead of one for each field.
struct GradingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Grade the finished picture; may be repeated. Names and values: \(GradingChange.summary(of: .grading)).",
            valueName: "name=value"),
        transform: { try GradingChange($0, of: .grading) })
    var grade: [GradingChange] = []

    @Option(
        help: ArgumentHelp(
            "Correct the latents on their way; may be repeated. Names and values: \(GradingChange.summary(of: .correction)).",
            valueName: "name=value"),
        transform: { try GradingChange($0, of: .correction) })
    var correct: [GradingChange] = []

    /// Puts the options into a request. Of several values for one name the last counts.
    func apply(to request: inout GenerationRequest) {
        for change in grade + correct { change.apply(to: &request) }
    }
}

/// A value for one field, as `vignette=0.5`.
struct GradingChange: Sendable {
    private let field: GenerationField
    private let text: String

    /// The fields that an option has values for.
    enum Group { case grading, correction }

    /// - Throws: `ValidationError` for a name that no field of the group has, and for a value of another kind. Ranges are checked later.
    init(_ argument: String, of group: Group) throws {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw ValidationError("A name and a value are wanted, such as \(group.example).") }
        let name = parts[0].lowercased().replacing("-", with: "_")
        guard let field = group.fields.first(where: { $0.key == name || group.name(of: $0) == name }) else {
            throw ValidationError("There is no \"\(parts[0])\". Use \(group.fields.map(group.name).joined(separator: ", ")).")
        }
        (self.field, text) = (field, parts[1])
        var request = GenerationRequest(prompt: "")
        guard field.set(text: text, in: &request) else {
            throw ValidationError("\(group.name(of: field)) cannot be \"\(text)\". Use \(field.allowedText).")
        }
    }

    func apply(to request: inout GenerationRequest) { _ = field.set(text: text, in: &request) }

    /// Every name with its values, for the help: `brightness (-1 to 1)`.
    static func summary(of group: Group) -> String {
        group.fields.map { "\(group.name(of: $0)) (\($0.allowedText))" }.joined(separator: ", ")
    }
}

extension GradingChange.Group {
    fileprivate var fields: [GenerationField] {
        switch self {
        case .grading: GenerationField.grading
        case .correction: GenerationField.correction
        }
    }

    fileprivate var example: String {
        switch self {
        case .grading: "vignette=0.5"
        case .correction: "brightness=1.5"
        }
    }

    /// A field's name on the command line: its key without what all keys of the group begin with.
    fileprivate func name(of field: GenerationField) -> String { String(field.key.drop { $0 != "_" }.dropFirst()) }
}
