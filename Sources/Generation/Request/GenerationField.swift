/// A field of a request as all faces have it: the HTTP APIs, the command line and the text in a picture's file. `all` lists them.
public struct GenerationField: Sendable {
    /// Its key in JSON, such as `cfg_scale`; on the command line `--cfg-scale`.
    public let key: String
    /// Its name in sentences and infotexts, as A1111 writes it: `CFG scale`.
    public let name: String
    /// Its meaning, as a part of a sentence without a full stop.
    public let meaning: String
    /// The values that it may have.
    public let form: Form
    /// The allowed values, as they stand behind "Use": `1 to 1000`. Empty for fields that are not checked.
    public let allowed: String
    /// Whether and when it stands in infotexts by itself.
    let infotextUse: InfotextUse
    private let get: @Sendable (GenerationRequest) -> Value?
    private let set: @Sendable (Value, inout GenerationRequest) -> Bool
    private let reset: @Sendable (inout GenerationRequest) -> Void
    private let label: @Sendable (Value) -> String
    /// The text of infotexts where it does not follow from the value alone; nil leaves the field out.
    private let infotextText: (@Sendable (GenerationRequest) -> String?)?

    /// A value of any field.
    public enum Value: Sendable, Hashable {
        case whole(Int)
        case number(Float)
        case flag(Bool)
        /// Text, a word of a list, or a size or a colour as text: `1024x768`, `#336699`.
        case text(String)
        case texts([String])
        case seed(UInt64)
    }

    /// The kind of a field's values, and their range.
    public enum Form: Sendable, Equatable {
        case text
        case texts
        case flag
        case seed
        case whole(ClosedRange<Int>, multipleOf: Int = 1)
        case number(ClosedRange<Float>)
        /// One of these words, in any case.
        case word([String])
        /// One of these names, or another spelling of one.
        case name([String])
        /// Two whole numbers: see `PictureSize.init(text:)` and `CropOffset.init(text:)`. The example shows how they are written.
        case pair(ClosedRange<Int>, example: String)
        /// See `RGBColor.init(text:)`.
        case color
    }

    /// When a field is written into infotexts.
    enum InfotextUse: Sendable { case always, unlessDefault, never }

    init<Property>(
        _ key: String, _ name: String, _ property: any WritableKeyPath<GenerationRequest, Property> & Sendable, _ kind: Kind<Property>,
        allowed: String? = nil, infotext: InfotextUse = .never, label: (@Sendable (Property) -> String)? = nil,
        infotextText: (@Sendable (GenerationRequest) -> String?)? = nil, _ meaning: String
    ) {
        self.key = key
        self.name = name
        self.meaning = meaning
        form = kind.form
        self.allowed = allowed ?? kind.form.range
        infotextUse = infotext
        self.infotextText = infotextText
        get = { kind.write($0[keyPath: property]) }
        set = { value, request in
            guard let value = kind.read(value) else { return false }
            request[keyPath: property] = value
            return true
        }
        reset = { $0[keyPath: property] = GenerationRequest(prompt: "")[keyPath: property] }
        self.label = { value in
            if let label, let property = kind.read(value) { return label(property) }
            return value.infotext
        }
    }

    /// The field's value in a request; nil for what follows from something else, as a size that follows the picture's.
    public func value(in request: GenerationRequest) -> Value? { get(request) }

    /// Sets the field.
    /// - Returns: false, with nothing changed, for a value of another kind and for text that stands for none.
    public func set(_ value: Value, in request: inout GenerationRequest) -> Bool { set(value, &request) }

    /// The values that the field may have, as they stand behind "Use" for somebody who types it.
    public var allowedText: String {
        switch form {
        case .flag: "true or false"
        case .word(let words), .name(let words): words.joined(separator: ", ")
        default: allowed
        }
    }

    /// Sets the field from text, as settings and command lines have it: `0.5`, `true`, `bh2`.
    /// - Returns: false, with nothing changed, for text that stands for no value of the field.
    public func set(text: String, in request: inout GenerationRequest) -> Bool {
        let value: Value? = switch form {
        case .text, .word, .name, .pair, .color: .text(text)
        case .texts: .texts([text])
        case .flag: ["true": true, "false": false][text.lowercased()].map(Value.flag)
        case .whole: Int(text).map(Value.whole)
        case .number: Float(text).flatMap { $0.isFinite ? .number($0) : nil }
        case .seed: UInt64(text).map(Value.seed)
        }
        return value.map { set($0, in: &request) } ?? false
    }

    /// Gives the field its default.
    public func reset(in request: inout GenerationRequest) { reset(&request) }

    /// The value as a picture's infotext has it under `name`; nil where it is left out.
    public func infotext(of request: GenerationRequest) -> String? {
        if let infotextText { return infotextText(request) }
        let value = get(request)
        let isDefault = value == get(GenerationRequest(prompt: ""))
        guard infotextUse != .never, infotextUse == .always || !isDefault else { return nil }
        return value.map(label)
    }

    /// Whether infotexts have the field under its `name`.
    public var isInInfotexts: Bool { infotextUse != .never || infotextText != nil }
}

extension GenerationField {
    /// How a property's type becomes a value and comes back.
    struct Kind<Property>: Sendable {
        let form: Form
        let write: @Sendable (Property) -> Value?
        let read: @Sendable (Value) -> Property?
    }
}

extension GenerationField.Kind<Int> {
    static func whole(_ range: ClosedRange<Int>, multipleOf step: Int = 1) -> Self {
        Self(
            form: .whole(range, multipleOf: step), write: { .whole($0) }, read: { if case .whole(let number) = $0 { number } else { nil } })
    }
}

extension GenerationField.Kind<Float> {
    static func number(_ range: ClosedRange<Float>) -> Self {
        Self(form: .number(range), write: { .number($0) }, read: { if case .number(let number) = $0 { number } else { nil } })
    }
}

extension GenerationField.Kind<Bool> {
    static let flag = Self(form: .flag, write: { .flag($0) }, read: { if case .flag(let flag) = $0 { flag } else { nil } })
}

extension GenerationField.Kind<UInt64> {
    static let seed = Self(form: .seed, write: { .seed($0) }, read: { if case .seed(let seed) = $0 { seed } else { nil } })
}

extension GenerationField.Kind<String> {
    static let text = Self(form: .text, write: { .text($0) }, read: \.text)
}

extension GenerationField.Kind<[String]> {
    static let texts = Self(form: .texts, write: { .texts($0) }, read: { if case .texts(let texts) = $0 { texts } else { nil } })
}

extension GenerationField.Kind where Property: RawRepresentable<String> & CaseIterable & Sendable {
    static var word: Self {
        let words = Property.allCases
        return Self(form: .word(words.map(\.rawValue)), write: { .text($0.rawValue) }) { value in
            guard let text = value.text?.lowercased() else { return nil }
            return Property.allCases.first { $0.rawValue.lowercased() == text }
        }
    }

}

extension GenerationField.Kind {
    /// A value that need not be said.
    static func optional<Said>(_ kind: GenerationField.Kind<Said>) -> Self where Property == Said? {
        Self(form: kind.form, write: { $0.flatMap(kind.write) }, read: { kind.read($0).map { .some($0) } })
    }
}

extension GenerationField.Kind where Property: RawRepresentable<Int> & CaseIterable & Sendable {
    /// Words that other programs have numbers for, from 0.
    static var number: Self {
        Self(form: .whole(0...Property.allCases.count - 1), write: { .whole($0.rawValue) }) { value in
            if case .whole(let number) = value { Property(rawValue: number) } else { nil }
        }
    }
}

extension GenerationField.Kind<RGBColor> {
    static let color = Self(form: .color, write: { .text($0.text) }, read: { $0.text.flatMap(RGBColor.init(text:)) })
}

extension GenerationField.Kind<PictureSize?> {
    static let size = Self(form: .pair(1...PictureSize.largestSide, example: "1024x768"), write: { $0.map { .text($0.text) } }) { value in
        // Text that is no size is none, and not the size nil.
        guard let text = value.text, let size = PictureSize(text: text) else { return nil as PictureSize?? }
        return size
    }
}

extension GenerationField.Kind<CropOffset> {
    static let offset = Self(form: .pair(0...PictureSize.largestSide, example: "64,128"), write: { .text($0.text) }) { value in
        value.text.flatMap(CropOffset.init(text:))
    }
}

extension GenerationField.Value {
    fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }

    /// As A1111 writes it: whole numbers without a fraction, truth as Python does.
    fileprivate var infotext: String {
        switch self {
        case .whole(let number): "\(number)"
        case .number(let number): number.short
        case .flag(let flag): flag ? "True" : "False"
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: ", ")
        case .seed(let seed): "\(seed)"
        }
    }
}

extension GenerationField.Form {
    /// The range as it stands behind "Use"; empty where there is none.
    fileprivate var range: String {
        switch self {
        case .whole(let range, let step) where step > 1: "a multiple of \(step) from \(range.lowerBound) to \(range.upperBound)"
        case .whole(let range, _): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(range.lowerBound.short) to \(range.upperBound.short)"
        case .color: "six digits such as #336699"
        case .pair(let range, let example): "two whole numbers from \(range.lowerBound) to \(range.upperBound), such as \(example)"
        case .text, .texts, .flag, .seed, .word, .name: ""
        }
    }
}

extension Float {
    /// The number that people mean: 7.3 and not 7.300000190734863.
    package var asWritten: Double { Double("\(self)") ?? Double(self) }

    /// The number as people write it: `7`, `2.5`.
    package var short: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}
