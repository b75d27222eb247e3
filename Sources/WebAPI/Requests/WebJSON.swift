public import Files
public import FoundationEssentials
import Settings

/// How the APIs write JSON: times as ISO 8601 in UTC, keys in order, no escaped slashes.
public enum WebJSON {
    /// - Precondition: `value` has a JSON form.
    public static func data(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // One infinite measurement shall not cost the rest of the answer.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return try encoder.encode(value)
        } catch {
            preconditionFailure("\(type(of: value)) has no JSON form: \(error)")
        }
    }

    /// The JSON as text; see `data(_:)`.
    public static func text(_ value: some Encodable) -> String { String(decoding: data(value), as: UTF8.self) }

    /// Any value as JSON, taken apart.
    public static func value(_ value: some Encodable) -> JSONValue {
        // What was just written can be read.
        (try? JSONDecoder().decode(JSONValue.self, from: data(value))) ?? .null
    }
}

/// A value that is written as `null` when there is none, for clients that ask for the key without looking.
@propertyWrapper
public struct OrNull<Value: Codable & Sendable>: Codable, Sendable {
    /// The value; nil is written as `null`.
    public var wrappedValue: Value?

    /// Wraps a value, or none.
    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

extension OrNull: Equatable where Value: Equatable {}
