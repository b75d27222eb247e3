/// One direction of a grid: a field of requests and the values that it takes, one after another.
public struct GridAxis: Sendable, Hashable, Codable {
    /// Key of a `GenerationField`, or `model`.
    public let field: String
    /// The values as people write them, each once. A `prompt` axis replaces the first value, wherever it stands in the prompts, by each
    /// value in turn, as A1111's "Prompt S/R" does; the first one leaves the prompts as they are.
    public let values: [String]

    /// Key of the axis that goes through models.
    public static let model = "model"

    /// Makes an axis and checks its values. A seed of -1 becomes a random one.
    /// - Parameters:
    ///   - name: key of a field, in any case, with `_` or `-`.
    ///   - values: 1 to `Grid.mostCells` values.
    /// - Throws: an error that names the field, for a field that does not exist, a value that the field cannot have, and a value that is
    ///   there twice.
    public init(_ name: String, values: [String]) throws(InvalidRequest) {
        let key = name.replacing("-", with: "_").lowercased()
        field = key
        guard Self.keys.contains(key) else {
            throw InvalidRequest(
                field: "axes", ErrorReason(.unknownField, ["name": .init(name), "choices": .init(Self.keys)]),
                "There is no field \"\(name.prefix(60))\" for a grid. Use \(Self.keys.joined(separator: ", ")).")
        }
        guard !values.isEmpty else {
            throw InvalidRequest(field: key, ErrorReason(.missing), "\(key) has no values. Write some, with commas between them: \(key)=…")
        }
        guard values.count <= Grid.mostCells else { throw Grid.tooManyCells(values.count, field: key) }
        let generationField = GenerationField.all.first { $0.key == key }
        var seen: Set<GenerationRequest> = []
        var texts: [String] = []
        for value in values {
            let isRandom = generationField?.form == .seed && value == "-1"
            let text = isRandom ? "\(UInt64.random(in: Seed.drawn))" : value
            // A prompt's values are parts of prompts.
            var request = GenerationRequest(prompt: text)
            if let generationField, key != GenerationField.prompt.key {
                guard generationField.setFromGrid(text, in: &request) else { throw generationField.refusal(of: text) }
                request.prompt = ""
            }
            try generationField?.validate(request)
            guard seen.insert(request).inserted else {
                throw InvalidRequest(
                    field: key, ErrorReason(.repeatedValue, ["value": .init(text)]),
                    "\(key) has the value \"\(text.prefix(60))\" twice. Each picture of a grid is drawn once: leave one out.")
            }
            texts.append(text)
        }
        self.values = texts
    }

    /// Makes an axis from its values as people type them: with commas between them, `"…"` around a value that has commas itself, and
    /// ranges of numbers. See `GridValues`.
    /// - Throws: as `init(_:values:)`.
    public init(_ name: String, text: String) throws(InvalidRequest) {
        let key = name.replacing("-", with: "_").lowercased()
        let form = GenerationField.all.first { $0.key == key }?.form
        guard let values = GridValues.values(in: text, form: form, atMost: Grid.mostCells) else {
            throw Grid.tooManyCells(nil, field: key)
        }
        try self.init(name, values: values)
    }

    /// Fields that an axis can go through. The number of pictures of a batch is none of it: a cell shows one picture.
    public static let keys = GenerationField.all.map(\.key).filter { $0 != GenerationField.batchSize.key } + [model]

    /// The name of the field in sentences and headings: `CFG scale`.
    public var name: String { GenerationField.all.first { $0.key == field }?.name ?? "Model" }

    /// The heading of each value: `Steps: 20`; the value alone where it says enough.
    public var headings: [String] {
        field == GenerationField.prompt.key ? values : values.map { "\(name): \($0)" }
    }

    /// Gives a request the value at a place, and checks what depends on the request. A `model` axis changes nothing.
    /// - Throws: an error that names the field, when the value would have no effect: a text that is not in the prompts, the second pass of
    ///   a request that has none.
    func apply(_ index: Int, to request: inout GenerationRequest) throws(InvalidRequest) {
        guard let generationField = GenerationField.all.first(where: { $0.key == field }) else { return }
        if field == GenerationField.prompt.key {
            guard request.prompt.contains(values[0]) || request.negativePrompt.contains(values[0]) else {
                throw InvalidRequest(
                    field: field, ErrorReason(.notInPrompt, ["value": .init(values[0])]),
                    "\"\(values[0].prefix(60))\" is neither in the prompt nor in the negative prompt. The first value of a prompt axis is "
                        + "the text that the others replace.")
            }
            request.prompt = request.prompt.replacing(values[0], with: values[index])
            request.negativePrompt = request.negativePrompt.replacing(values[0], with: values[index])
            return
        }
        let isOfHires = field.hasPrefix("hires_")
        guard !isOfHires || request.hires.isOn else { throw noEffect("hires") }
        guard field != GenerationField.strength.key || request.hires.isOn || !request.sourcePictures.isEmpty else {
            throw noEffect("source_pictures")
        }
        guard generationField.setFromGrid(values[index], in: &request) else { throw generationField.refusal(of: values[index]) }
    }

    private func noEffect(_ other: String) -> InvalidRequest {
        InvalidRequest(
            field: field, ErrorReason(.noEffect, ["name": .init(field), "needs": .init(other)]),
            "\(field) has no effect here: it needs \(other == "hires" ? "a second pass (hires)" : "a picture to begin with").")
    }
}

extension GenerationField {
    /// Sets the field from a grid's text. "None" is no style.
    fileprivate func setFromGrid(_ text: String, in request: inout GenerationRequest) -> Bool {
        form == .texts ? set(.texts(GenerationRequest.styles(named: [text])), in: &request) : set(text: text, in: &request)
    }

    /// The refusal of a text that stands for no value of the field.
    public func refusal(of text: String) -> InvalidRequest {
        let use = allowedText.isEmpty ? form == .seed ? " Use a whole number." : "" : " Use \(allowedText)."
        return InvalidRequest(field: key, reason(refusing: text), "\(key) cannot be \"\(text.prefix(60))\".\(use)")
    }
}
