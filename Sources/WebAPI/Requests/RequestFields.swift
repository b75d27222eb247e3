public import Files
public import FoundationEssentials
import Generation
public import Settings

/// The fields of a JSON object that a client sent, read as leniently as is harmless: numbers may be written as text, and `null`
/// is the same as nothing.
public struct RequestFields: Sendable, Equatable {
    /// The fields by name as they were sent, `null` included.
    public private(set) var values: [String: JSONValue]
    /// Stands before the names in errors: `override_settings.`
    private let prefix: String

    init(_ values: [String: JSONValue], prefix: String = "") {
        self.values = values
        self.prefix = prefix
    }

    /// - Parameter body: JSON text; nothing at all counts as an object without fields.
    /// - Throws: `.malformedBody` when it is no JSON object.
    public init(body: Data) throws(APIError) {
        do {
            self.init(body.isEmpty ? [:] : try JSONDecoder().decode([String: JSONValue].self, from: body))
        } catch {
            if case DecodingError.dataCorrupted(let context) = error, let name = context.codingPath.first?.stringValue {
                throw APIError(.malformedBody, field: name, "\(name.clipped) is no text: \(context.debugDescription).")
            }
            throw APIError(.malformedBody, "The body is not a JSON object. It looks like {\"prompt\": \"a red apple\", \"steps\": 20}.")
        }
    }

    /// The value of a field; nil when there is none, or `null`.
    subscript(name: String) -> JSONValue? {
        let value = values[name]
        return value == .null ? nil : value
    }

    /// These fields, and those of `others` where nothing is said here.
    func filled(from others: [String: JSONValue]) -> RequestFields {
        RequestFields(values.filter { $0.value != .null }.merging(others) { mine, _ in mine }, prefix: prefix)
    }

    /// - Throws: `.invalidValue` for a field that is none of `names`.
    func allow(only names: [String]) throws(APIError) {
        guard let unknown = values.keys.sorted().first(where: { !names.contains($0) }) else { return }
        throw APIError(
            .invalidValue, field: prefix + unknown,
            reason: ErrorReason(.unknownField, ["name": .init(unknown), "choices": .init(names.sorted())]),
            "There is no field \"\(unknown.clipped)\". Use \(names.sorted().joined(separator: ", ")).")
    }

    // MARK: One field. Each throws `.invalidValue` with the field's name when the value is of another kind.

    func text(_ name: String) throws(APIError) -> String? {
        switch self[name] {
        case nil: nil
        case .string(let text): text
        case .integer, .unsigned, .number: self[name]?.text
        case let other?: throw wrong(name, other, .text)
        }
    }

    func whole(_ name: String) throws(APIError) -> Int? {
        guard let number = try largeWhole(name) else { return nil }
        guard let fitting = Int(exactly: number) else {
            throw invalid(name, ErrorReason(.outOfRange, ["value": .init(number)]), "\(prefix + name) \(number) is out of range.")
        }
        return fitting
    }

    /// A whole number of any size that seeds have.
    private func largeWhole(_ name: String) throws(APIError) -> Int128? {
        guard let value = self[name] else { return nil }
        let number: Int128? =
            switch value {
            case .integer(let number): Int128(number)
            case .unsigned(let number): Int128(number)
            case .number(let number): Int128(exactly: number)
            // `20.0` is what Python's forms send.
            case .string(let text): Int128(text) ?? Double(text).flatMap { Int128(exactly: $0) }
            default: nil
            }
        guard let number else { throw wrong(name, value, .wholeNumber) }
        return number
    }

    /// nil when it is left open: nothing, -1, or text without a number, as A1111's form sends it.
    func seed(_ name: String) throws(APIError) -> UInt64? {
        if self[name] == .string("") { return nil }
        guard let number = try largeWhole(name) else { return nil }
        do throws(InvalidRequest) {
            return try Seed(number).number
        } catch {
            throw invalid(name, error.errorReason, error.description)
        }
    }

    /// Names of styles; clients write "None", nothing and `null` where none is chosen.
    var styles: [String] {
        get throws(APIError) {
            var fields = self
            if case .array(let items)? = self["styles"] { fields.values["styles"] = .array(items.filter { $0 != .null }) }
            return try GenerationRequest.styles(named: fields.texts("styles") ?? [])
        }
    }

    /// Refuses numbers outside of the ranges that the document states: this is where they are enforced.
    func check(_ table: [RequestField]) throws(APIError) {
        for field in table {
            let bounds = (field.schema.bound("minimum"), field.schema.bound("maximum"))
            guard bounds.0 != nil || bounds.1 != nil, self[field.name] != .string(""), let number = try number(field.name) else { continue }
            // Seeds are checked to the last digit where they are read.
            if number >= bounds.0 ?? -.infinity, number <= bounds.1 ?? .infinity { continue }
            let use = (bounds.0.map(\.short), bounds.1.map(\.short))
            let allowed = use.1.map { "\(use.0 ?? "") to \($0)" } ?? "\(use.0 ?? "") or more"
            throw invalid(
                field.name,
                ErrorReason(.outOfRange, ["value": .init(number)])
                    .with("min", bounds.0.map { .init($0) }).with("max", bounds.1.map { .init($0) }),
                "\(prefix + field.name) \(number.short) is out of range. Use \(allowed).")
        }
    }

    func number(_ name: String) throws(APIError) -> Double? {
        guard let value = self[name] else { return nil }
        let number: Double? =
            switch value {
            case .integer(let number): Double(number)
            case .unsigned(let number): Double(number)
            case .number(let number): number
            case .string(let text): Double(text)
            default: nil
            }
        guard let number, number.isFinite else { throw wrong(name, value, .number) }
        return number
    }

    func flag(_ name: String) throws(APIError) -> Bool? {
        switch self[name] {
        case nil: nil
        case .bool(let flag): flag
        case .integer(0): false
        case .integer(1): true
        case .string(let text) where ["true", "false"].contains(text.lowercased()): text.lowercased() == "true"
        case let other?: throw wrong(name, other, .flag)
        }
    }

    /// A list of texts; one text alone is a list of one.
    func texts(_ name: String) throws(APIError) -> [String]? {
        guard let value = self[name] else { return nil }
        switch value {
        case .string(let text): return [text]
        case .array(let items):
            let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
            if texts.count == items.count { return texts }
        default: break
        }
        throw wrong(name, value, .texts)
    }

    func object(_ name: String) throws(APIError) -> RequestFields? {
        switch self[name] {
        case nil: nil
        case .object(let values): RequestFields(values, prefix: prefix + name + ".")
        case let other?: throw wrong(name, other, .object)
        }
    }

    /// One of the names of a type.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _: Word.Type = Word.self) throws(APIError) -> Word? {
        guard let text = try text(name) else { return nil }
        if let word = Word.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) { return word }
        throw cannotBe(name, text, Word.allCases.map(\.rawValue))
    }

    /// The refusal of a text that is none of some words.
    func cannotBe(_ name: String, _ text: String, _ words: [String]) -> APIError {
        invalid(
            name, .unknownChoice(text, of: words),
            "\(prefix + name) cannot be \"\(text.clipped)\". Use \(words.joined(separator: ", ")).")
    }

    func invalid(_ name: String, _ reason: ErrorReason, _ message: String) -> APIError {
        APIError(.invalidValue, field: prefix + name, reason: reason, message)
    }

    /// The refusal of a request without a field that it must have.
    func missing(_ name: String, _ message: String) -> APIError { invalid(name, ErrorReason(.missing), message) }

    /// Refuses a text with a NUL character: files and databases end a text there.
    func refuseNUL(in text: String, of name: String) throws(APIError) {
        guard let position = text.unicodeScalars.enumerated().first(where: { $0.element == "\0" })?.offset else { return }
        throw invalid(
            name, ErrorReason(.nulCharacter, ["position": .init(position + 1)]),
            "\(prefix + name) has a NUL character (U+0000) at position \(position + 1). Leave it out.")
    }

    private func wrong(_ name: String, _ value: JSONValue, _ wanted: ErrorReason.ValueType) -> APIError {
        invalid(
            name, .wrongType(value.short, wanted: wanted), "\(prefix + name) cannot be \(value.kind). Use \(wanted.inSentence).")
    }
}

extension ErrorReason.ValueType {
    /// As it stands behind "Use".
    fileprivate var inSentence: String {
        switch self {
        case .text: "text"
        case .wholeNumber: "a whole number"
        case .number: "a number"
        case .flag: "true or false"
        case .texts: "a list of texts"
        case .object: "an object"
        }
    }
}

extension JSONValue {
    /// For a reason: lists and objects without what is in them.
    fileprivate var short: String {
        switch self {
        case .array: "[…]"
        case .object: "{…}"
        case .number(let number) where !number.isFinite: "\(number)"
        default: text ?? "null"
        }
    }

    /// For a sentence; long texts are cut.
    fileprivate var kind: String {
        switch self {
        case .array: "a list"
        case .object: "an object"
        case .string(let text): "\"\(text.clipped)\""
        case .number(let number) where !number.isFinite: "a number of that size"
        default: text ?? "null"
        }
    }
}

extension Schema {
    /// `minimum` or `maximum`.
    fileprivate func bound(_ keyword: String) -> Double? {
        switch keywords[keyword] {
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}

extension Double {
    /// Whole numbers without a fraction.
    fileprivate var short: String { Int128(exactly: self).map { "\($0)" } ?? "\(self)" }
}

extension String {
    /// As much as fits into an error's text.
    var clipped: String {
        // Without counting all of it, which takes seconds for a picture in base64.
        let beginning = prefix(60)
        return beginning.endIndex == endIndex ? self : beginning + "…"
    }
}
