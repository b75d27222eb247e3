import Files
import Generation
import Settings

// The fields of a request as JSON: `GenerationField` says which there are.

extension RequestFields {
    /// Reads fields into a request; those that are not said stay as they are.
    /// - Throws: `.invalidValue` naming the first field that is of another kind.
    func read(_ table: [GenerationField], into request: inout GenerationRequest) throws(APIError) {
        for field in table {
            guard let value = try value(of: field) else { continue }
            guard field.set(value, in: &request) else { throw refusal(of: field) }
        }
    }

    /// - Returns: nil for a field that is not said, and for a seed that is left open.
    private func value(of field: GenerationField) throws(APIError) -> GenerationField.Value? {
        switch field.form {
        case .text, .word, .name, .pair: try text(field.key).map(GenerationField.Value.text)
        // A colour picker that nobody touched may send an empty text.
        case .color: try text(field.key).flatMap { $0.isEmpty ? nil : .text($0) }
        case .texts: self[field.key] == nil ? nil : .texts(try styles)
        case .flag: try flag(field.key).map(GenerationField.Value.flag)
        case .seed: try seed(field.key).map(GenerationField.Value.seed)
        case .whole: try whole(field.key).map(GenerationField.Value.whole)
        case .number: try number(field.key).map { .number(Float($0)) }
        }
    }

    private func refusal(of field: GenerationField) -> APIError {
        let text = self[field.key]?.text?.clipped ?? ""
        let message = switch field.form {
        case .word(let words): "\(field.key) cannot be \"\(text)\". Use \(words.joined(separator: ", "))."
        case .name(let names): "There is no \(field.key) \"\(text)\". Use \(names.joined(separator: ", "))."
        case .pair, .color, .whole: "\(field.key) cannot be \"\(text)\". Use \(field.allowed)."
        case .text, .texts, .flag, .seed, .number: "\(field.key) cannot be \"\(text)\"."
        }
        return invalid(field.key, field.reason(refusing: text), message)
    }
}

extension RequestField {
    /// A field of requests, for the document.
    /// - Parameters:
    ///   - standard: the value that stands when nothing is said; nil for the request's own.
    ///   - otherwise: where that value comes from, when it is no constant.
    init(_ field: GenerationField, standard: JSONValue? = nil, otherwise: String? = nil) {
        let own = field.form == .seed ? .integer(-1) : field.value(in: GenerationRequest(prompt: "")).map(JSONValue.init)
        self.init(
            field.key, Schema(field.form), field.meaning + (otherwise.map { "; if it is not said: \($0)" } ?? ""),
            standard: otherwise == nil ? standard ?? own : nil)
    }
}

extension Schema {
    fileprivate init(_ form: GenerationField.Form) {
        switch form {
        case .text, .name: self = .text
        case .texts: self = .list(of: .text)
        case .flag: self = .flag
        case .seed: self = .seed
        case .whole(let range, let step): self = .whole(range, multipleOf: step == 1 ? nil : step)
        case .number(let range): self = .number(range.lowerBound.asWritten...range.upperBound.asWritten)
        case .word(let words): self = .words(words)
        case .pair(_, let example): self = .text.with("examples", .array([.string(example)]))
        case .color: self = .text.with("pattern", .string("^#?[0-9A-Fa-f]{6}$"))
        }
    }
}

extension JSONValue {
    /// A field's value with its own type.
    init(_ value: GenerationField.Value) {
        switch value {
        case .whole(let number): self = .integer(number)
        case .number(let number): self = Int(exactly: number).map(JSONValue.integer) ?? .number(number.asWritten)
        case .flag(let flag): self = .bool(flag)
        case .text(let text): self = .string(text)
        case .texts(let texts): self = .array(texts.map(JSONValue.string))
        case .seed(let seed): self = Int(exactly: seed).map(JSONValue.integer) ?? .unsigned(seed)
        }
    }
}

extension Float {
    /// The number that people mean: 7.3 and not 7.300000190734863.
    fileprivate var asWritten: Double { Double("\(self)") ?? Double(self) }
}
