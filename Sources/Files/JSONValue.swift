/// Any JSON value: files of other programs, and requests of other people's clients, hold what they like.
public enum JSONValue: Sendable, Hashable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A whole number from 2⁶³ up to 2⁶⁴−1, which a fraction would round.
    case unsigned(UInt64)
    /// Infinite for one that is too large for the type.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The member of an object; nil when there is none, or this is no object.
    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// Reads a whole document. An object with two members of one name is refused.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var json = JSONReader(bytes)
        self = try json.readValue()
        try json.finish()
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try Self.number(in: container) {
            self = .number(value)
        } else if let value = try Self.string(in: container) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// nil for what is no number. The decoder has an error of its own kind for one that is too large.
    private static func number(in container: any SingleValueDecodingContainer) throws -> Double? {
        do {
            return try container.decode(Double.self)
        } catch {
            return error is DecodingError ? nil : .infinity
        }
    }

    /// nil for what is no text. The decoder has an error of its own kind for half of a surrogate pair, and for a bare control character.
    private static func string(in container: any SingleValueDecodingContainer) throws -> String? {
        do {
            return try container.decode(String.self)
        } catch {
            if error is DecodingError { return nil }
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "it has half of a character (a lone surrogate) or a bare control character")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    /// As a person would write the value in the environment: a string without its quotes, all else as JSON. `nil` for null.
    public var text: String? {
        switch self {
        case .null: nil
        case .string(let value): value
        default: json
        }
    }

    private var json: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        case .array(let values): "[" + values.map(\.json).joined(separator: ", ") + "]"
        case .object: "{…}"
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// Short JSON, for messages: long lists are cut, and objects are not written out.
    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let elements): "[\(elements.prefix(8).map(\.description).joined(separator: ", "))\(elements.count > 8 ? ", …" : "")]"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    /// Makes a string from a literal.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes `true` or `false` from a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Makes a whole number from a literal.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// Makes a null from `nil`.
    public init(nilLiteral: ()) { self = .null }
}
