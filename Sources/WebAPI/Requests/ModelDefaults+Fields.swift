public import Files
public import FoundationEssentials
public import Generation
import Sampling

extension ModelDefaults {
    /// Most examples of prompts.
    static let mostExamples = 20
    /// Most characters of a negative prompt and of an example.
    static let longestText = 5000

    /// Reads the body of `PUT /api/v1/models/{name}/defaults`.
    /// - Returns: nil for `null`, which stands for no defaults.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public static func read(body: Data) throws(APIError) -> ModelDefaults? {
        guard body.split(whereSeparator: { $0 <= 0x20 }) != [Data("null".utf8)] else { return nil }
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.requestFields.map(\.name))
        var defaults = ModelDefaults()
        for field in Self.fields { try defaults.read(field, from: fields) }
        try defaults.readExamples(from: fields)
        return defaults
    }

    /// Reads defaults that stand in a file. A member that cannot be used is left out.
    /// - Returns: the defaults, and what is wrong with the others, in sentences.
    public static func read(_ values: [String: JSONValue]) -> (defaults: ModelDefaults, problems: [String]) {
        let fields = RequestFields(values)
        let known = Self.requestFields.map(\.name)
        var defaults = ModelDefaults()
        var problems = values.keys.sorted().filter { !known.contains($0) }.prefix(5).map {
            "There is no default \"\($0.clipped)\". Use \(known.joined(separator: ", "))."
        }
        func attempt(_ read: () throws(APIError) -> Void) {
            do throws(APIError) {
                try read()
            } catch {
                problems.append(error.message)
            }
        }
        for field in Self.fields { attempt { () throws(APIError) in try defaults.read(field, from: fields) } }
        attempt { () throws(APIError) in try defaults.readExamples(from: fields) }
        return (defaults, problems)
    }

    private mutating func read(_ field: GenerationField, from fields: RequestFields) throws(APIError) {
        guard fields[field.key] != nil else { return }
        var request = GenerationRequest(prompt: "")
        try fields.read([field], into: &request)
        do throws(InvalidRequest) {
            try field.validate(request)
        } catch {
            throw APIError(error)
        }
        guard let value = field.value(in: request) else { return }
        if case .text(let text) = value { try Self.check(text, fields, field.key) }
        set(value, for: field)
        // A schedule that is fused to the sampler's name is one.
        if field.key == GenerationField.sampler.key, request.schedule != .automatic { schedule = request.schedule.name }
    }

    private mutating func readExamples(from fields: RequestFields) throws(APIError) {
        let key = "prompt_examples"
        let examples = try fields.texts(key) ?? []
        guard examples.count <= Self.mostExamples else {
            throw fields.invalid(
                key, ErrorReason(.tooLong, ["value": .init(examples.count), "max": .init(Self.mostExamples)]),
                "\(examples.count) examples are too many; the limit is \(Self.mostExamples).")
        }
        for example in examples { try Self.check(example, fields, key) }
        promptExamples = examples
    }

    private static func check(_ text: String, _ fields: RequestFields, _ key: String) throws(APIError) {
        let length = text.unicodeScalars.count
        guard length <= longestText else {
            throw fields.invalid(
                key, ErrorReason(.tooLong, ["value": .init(length), "max": .init(longestText)]),
                "\(key) has \(length) characters; the limit is \(longestText).")
        }
        try fields.refuseNUL(in: text, of: key)
    }

    static let requestFields = Self.fields.map { RequestField($0, otherwise: "the model's file, or the settings") } + [
        RequestField("prompt_examples", .list(of: .text), "prompts that show what the model can do", standard: .array([]))
    ]
}
