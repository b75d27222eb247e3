import Files
import Settings

/// A JSON schema.
struct Schema: Sendable, Equatable {
    /// By keyword: `type`, `properties`.
    var keywords: [String: JSONValue]

    init(_ keywords: [String: JSONValue] = [:]) { self.keywords = keywords }

    var json: JSONValue { .object(keywords) }

    static let any = Schema()
    static let text = Schema(["type": .string("string")])
    static let time = Schema(["type": .string("string"), "format": .string("date-time")])
    static let flag = Schema(["type": .string("boolean")])
    static let number = Schema(["type": .string("number")])
    static let whole = Schema(["type": .string("integer")])
    /// See `Seed`.
    static let seed = Schema(["type": .string("integer"), "minimum": .integer(-1), "maximum": .unsigned(.max)])

    static func whole(_ range: ClosedRange<Int>, multipleOf step: Int? = nil) -> Schema {
        var schema = Schema(["type": .string("integer"), "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)])
        if let step { schema.keywords["multipleOf"] = .integer(step) }
        return schema
    }

    static func number(_ range: ClosedRange<Double>) -> Schema {
        Schema(["type": .string("number"), "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)])
    }

    static func words(_ words: [String]) -> Schema { Schema(["type": .string("string"), "enum": .array(words.map(JSONValue.string))]) }

    static func words<Word: RawRepresentable<String> & CaseIterable>(of _: Word.Type) -> Schema { words(Word.allCases.map(\.rawValue)) }

    static func list(of item: Schema) -> Schema { Schema(["type": .string("array"), "items": item.json]) }

    /// An object with any keys.
    static func map(of value: Schema) -> Schema { Schema(["type": .string("object"), "additionalProperties": value.json]) }

    static func object(_ properties: [String: Schema], required: [String]) -> Schema {
        var schema = Schema(["type": .string("object"), "properties": .object(properties.mapValues(\.json))])
        if !required.isEmpty { schema.keywords["required"] = .array(required.map(JSONValue.string)) }
        return schema
    }

    static func component(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/\(name)")]) }

    /// This, or `null`.
    var orNull: Schema { keywords.isEmpty ? self : Schema(["anyOf": .array([json, .object(["type": .string("null")])])]) }

    func described(_ text: String) -> Schema { with("description", .string(text)) }

    func with(_ keyword: String, _ value: JSONValue) -> Schema {
        var schema = self
        schema.keywords[keyword] = value
        return schema
    }
}
