import Sampling

/// The settings that a model is best drawn with, for what a request leaves out. They come from a file beside the model, or were saved by
/// the user.
public struct ModelDefaults: Sendable, Hashable, Codable {
    /// Steps from noise to picture.
    public var steps: Int?
    /// The CFG scale.
    public var cfgScale: Double?
    /// The sampler's name, without a schedule.
    public var sampler: String?
    /// The schedule's name. It belongs to `sampler`: a request that names a sampler goes without it.
    public var schedule: String?
    /// Width in pixels.
    public var width: Int?
    /// Height in pixels.
    public var height: Int?
    /// The text encoder's layer, 1 for the last.
    public var clipSkip: Int?
    /// The negative prompt.
    public var negativePrompt: String?
    /// Prompts that show what the model can do; no default of any field.
    public var promptExamples: [String] = []

    /// Makes defaults of nothing.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case steps, sampler, schedule, width, height
        case cfgScale = "cfg_scale"
        case clipSkip = "clip_skip"
        case negativePrompt = "negative_prompt"
        case promptExamples = "prompt_examples"
    }

    /// The fields that a model can have a default for.
    public static let fields: [GenerationField] = [.steps, .cfgScale, .sampler, .schedule, .width, .height, .clipSkip, .negativePrompt]
}

extension ModelDefaults {
    /// Whether it says nothing.
    public var isEmpty: Bool { self == ModelDefaults() }

    /// These defaults, and those of `others` for what these leave out.
    public func filled(from others: ModelDefaults?) -> ModelDefaults {
        guard let others else { return self }
        var defaults = others
        for field in Self.fields { if let value = value(of: field) { defaults.set(value, for: field) } }
        // The schedule is that of a sampler.
        if sampler != nil { defaults.schedule = schedule }
        if !promptExamples.isEmpty { defaults.promptExamples = promptExamples }
        return defaults
    }

    /// The default of a field; nil when there is none.
    public func value(of field: GenerationField) -> GenerationField.Value? {
        switch field.key {
        case GenerationField.steps.key: steps.map { .whole($0) }
        case GenerationField.cfgScale.key: cfgScale.map { .number(Float($0)) }
        case GenerationField.sampler.key: sampler.map { .text($0) }
        case GenerationField.schedule.key: schedule.map { .text($0) }
        case GenerationField.width.key: width.map { .whole($0) }
        case GenerationField.height.key: height.map { .whole($0) }
        case GenerationField.clipSkip.key: clipSkip.map { .whole($0) }
        case GenerationField.negativePrompt.key: negativePrompt.map { .text($0) }
        default: nil
        }
    }

    /// Sets the default of a field; nothing for a field that can have none, or a value of another kind.
    public mutating func set(_ value: GenerationField.Value, for field: GenerationField) {
        switch (field.key, value) {
        case (GenerationField.steps.key, .whole(let number)): steps = number
        case (GenerationField.cfgScale.key, .number(let number)): cfgScale = number.asWritten
        case (GenerationField.sampler.key, .text(let name)): sampler = name
        case (GenerationField.schedule.key, .text(let name)): schedule = name
        case (GenerationField.width.key, .whole(let number)): width = number
        case (GenerationField.height.key, .whole(let number)): height = number
        case (GenerationField.clipSkip.key, .whole(let number)): clipSkip = number
        case (GenerationField.negativePrompt.key, .text(let text)): negativePrompt = text
        default: break
        }
    }

    /// The fields that a request takes from here.
    /// - Parameter isSaid: whether the request has a value of its own.
    public func fields(unless isSaid: (GenerationField) -> Bool) -> [GenerationField] {
        Self.fields.filter { field in
            value(of: field) != nil && !isSaid(field) && !(field.key == GenerationField.schedule.key && isSaid(.sampler))
        }
    }

    /// Puts the defaults of some fields into a request.
    public func apply(_ fields: [GenerationField], to request: inout GenerationRequest) {
        for field in fields { if let value = value(of: field) { _ = field.set(value, in: &request) } }
    }

    /// The defaults of some fields in words: `12 steps, CFG scale 4, 512×768`.
    public func text(of fields: [GenerationField] = ModelDefaults.fields) -> String {
        let keys = Set(fields.map(\.key))
        func has(_ field: GenerationField) -> Bool { keys.contains(field.key) }
        var texts: [String] = []
        if let steps, has(.steps) { texts.append(steps == 1 ? "1 step" : "\(steps) steps") }
        if let cfgScale, has(.cfgScale) { texts.append("CFG scale \(Int(exactly: cfgScale).map { "\($0)" } ?? "\(cfgScale)")") }
        if let sampler, has(.sampler) { texts.append("sampler \(sampler)") }
        if let schedule, has(.schedule) { texts.append("schedule \(schedule)") }
        switch (has(.width) ? width : nil, has(.height) ? height : nil) {
        case (let width?, let height?): texts.append("\(width)×\(height)")
        case (let width?, nil): texts.append("width \(width)")
        case (nil, let height?): texts.append("height \(height)")
        case (nil, nil): break
        }
        if let clipSkip, has(.clipSkip) { texts.append("clip skip \(clipSkip)") }
        if let negativePrompt, has(.negativePrompt) { texts.append("negative prompt \"\(negativePrompt)\"") }
        return texts.joined(separator: ", ")
    }
}
