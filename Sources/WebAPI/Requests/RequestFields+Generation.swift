import Files
import Generation
import Settings

// The fields of a request as JSON: `GenerationField` says which there are.

extension RequestFields {
    /// Reads fields into a request; those that are not said stay as they are.
    /// - Parameter names: the client's names by key, where they are others than Easel's.
    /// - Throws: `.invalidValue` naming the first field that is of another kind.
    func read(
        _ table: [GenerationField], as names: [String: String] = [:], into request: inout GenerationRequest
    ) throws(APIError) {
        for field in table {
            let name = names[field.key] ?? field.key
            guard let value = try value(of: field, named: name) else { continue }
            guard field.set(value, in: &request) else { throw refusal(of: field, named: name) }
        }
    }

    /// - Returns: nil for a field that is not said, and for a seed that is left open.
    private func value(of field: GenerationField, named name: String) throws(APIError) -> GenerationField.Value? {
        switch field.form {
        case .text, .word, .name, .pair: try text(name).map(GenerationField.Value.text)
        // A colour picker that nobody touched may send an empty text.
        case .color: try text(name).flatMap { $0.isEmpty ? nil : .text($0) }
        case .texts: self[name] == nil ? nil : .texts(try styles)
        case .flag: try flag(name).map(GenerationField.Value.flag)
        case .seed: try seed(name).map(GenerationField.Value.seed)
        case .whole: try whole(name).map(GenerationField.Value.whole)
        case .number: try number(name).map { .number(Float($0)) }
        }
    }

    private func refusal(of field: GenerationField, named name: String) -> APIError {
        let text = self[name]?.text?.clipped ?? ""
        let message = switch field.form {
        case .word(let words): "\(name) cannot be \"\(text)\". Use \(words.joined(separator: ", "))."
        case .name(let names): "There is no \(name) \"\(text)\". Use \(names.joined(separator: ", "))."
        case .pair, .color, .whole: "\(name) cannot be \"\(text)\". Use \(field.allowed)."
        case .text, .texts, .flag, .seed, .number: "\(name) cannot be \"\(text)\"."
        }
        return invalid(name, field.reason(refusing: text), message)
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
    /// The schema of a field's values.
    init(_ form: GenerationField.Form) {
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
