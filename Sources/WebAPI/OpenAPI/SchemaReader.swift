import Files
import FoundationEssentials
import Generation
import Settings

extension Schema {
    /// The schema of a type's JSON.
    ///
    /// It is read off the type itself: it is decoded from nothing, and what it asks the decoder for is noted down. So the document
    /// cannot say anything else than what is sent.
    /// - Precondition: nothing but the forms of values in `SchemaReader.read` is refused by an `init(from:)` of the type's.
    init<Value: Decodable>(of type: Value.Type) {
        do {
            self = try SchemaReader.read(type).schema
        } catch {
            preconditionFailure("\(type) cannot be decoded from nothing: \(error)")
        }
    }
}

/// The fields that a type asks for while it is decoded.
private final class SchemaNotes {
    var schema = Schema.any
    var mayBeNull = false
    var properties: [String: Schema]?
    var optional: Set<String> = []

    var result: Schema {
        let schema = properties.map { Schema.object($0, required: $0.keys.filter { !optional.contains($0) }.sorted()) } ?? schema
        return mayBeNull ? schema.orNull : schema
    }
}

private struct SchemaReader: Decoder {
    let notes: SchemaNotes
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// - Returns: a value of the type, without meaning, and the schema.
    static func read<Value: Decodable>(_ type: Value.Type) throws -> (value: Value, schema: Schema) {
        let known: (Any, Schema)? =
            switch type {
            case is String.Type: ("", .text)
            case is Bool.Type: (false, .flag)
            case is Int.Type: (0, .whole)
            case is UInt64.Type: (UInt64(0), .whole.with("minimum", .integer(0)))
            case is Double.Type: (0.0, .number)
            case is Date.Type: (Date(timeIntervalSince1970: 0), .time)
            case is JSONValue.Type: (JSONValue.null, .any)
            case is ErrorReason.Value.Type: (ErrorReason.Value.whole(0), .any)
            case let type as any CaseIterable.Type: firstCase(type)
            default: nil
            }
        if let (value, schema) = known, let value = value as? Value { return (value, schema) }
        let notes = SchemaNotes()
        let value = try Value(from: SchemaReader(notes: notes))
        return (value, notes.result)
    }

    private static func firstCase<Words: CaseIterable>(_: Words.Type) -> (Any, Schema)? {
        let words = Words.allCases.compactMap { ($0 as? any RawRepresentable<String>)?.rawValue }
        guard let first = Words.allCases.first, words.count == Words.allCases.count else { return nil }
        return (first, .words(words))
    }

    func container<Key>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        if notes.properties == nil { notes.properties = [:] }
        return KeyedDecodingContainer(SchemaProperties<Key>(notes: notes))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { SchemaItems(notes: notes) }
    func singleValueContainer() -> any SingleValueDecodingContainer { SchemaValue(notes: notes) }
}

private struct SchemaProperties<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let notes: SchemaNotes
    var codingPath: [any CodingKey] { [] }

    /// Only dictionaries ask, and have any key: it stands for all of theirs.
    var allKeys: [Key] { Key(stringValue: "*").map { [$0] } ?? [] }
    func contains(_ key: Key) -> Bool { true }

    /// Asked before an optional property, which is left out when it is nil.
    func decodeNil(forKey key: Key) -> Bool {
        notes.optional.insert(key.stringValue)
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (value, schema) = try SchemaReader.read(type)
        if key.stringValue == "*" {
            notes.properties = nil
            notes.schema = .map(of: schema)
        } else {
            notes.properties?[key.stringValue] = schema
        }
        return value
    }

    func nestedContainer<NestedKey>(keyedBy type: NestedKey.Type, forKey key: Key) throws -> KeyedDecodingContainer<NestedKey> {
        throw Unreadable()
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unreadable() }
    func superDecoder() throws -> any Decoder { throw Unreadable() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Unreadable() }
}

/// A list of one item.
private struct SchemaItems: UnkeyedDecodingContainer {
    let notes: SchemaNotes
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    init(notes: SchemaNotes) {
        self.notes = notes
    }

    mutating func decodeNil() -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        currentIndex += 1
        let (value, schema) = try SchemaReader.read(type)
        notes.schema = .list(of: schema)
        return value
    }

    mutating func nestedContainer<NestedKey>(keyedBy type: NestedKey.Type) throws -> KeyedDecodingContainer<NestedKey> {
        throw Unreadable()
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unreadable() }
    mutating func superDecoder() throws -> any Decoder { throw Unreadable() }
}

private struct SchemaValue: SingleValueDecodingContainer {
    let notes: SchemaNotes
    var codingPath: [any CodingKey] { [] }

    /// A type that asks for null may write it.
    func decodeNil() -> Bool {
        notes.mayBeNull = true
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (value, schema) = try SchemaReader.read(type)
        notes.schema = schema
        return value
    }
}

/// A form of decoding that none of the answers uses.
private struct Unreadable: Error {}
