import Files

/// The texts that a file of changes has in its header: how it was trained, and for which model.
public struct LoRAMetadata: Sendable, Hashable {
    /// All as they are stored.
    public let values: [String: String]

    /// - Parameter values: of a file's header.
    public init(_ values: [String: String]) { self.values = values }

    /// The line of models that a file was trained on, as far as its metadata tells.
    public enum BaseModel: String, Sendable, Hashable {
        case sd1, sd2, sdxl, unknown
    }

    /// A tag that pictures of the training had.
    public struct TriggerWord: Sendable, Hashable {
        /// The tag as captions had it.
        public let tag: String
        /// Pictures that had it; 0 where the file does not count them.
        public let count: Int
    }

    /// The name that its training gave the file; another one that users may call it by.
    public var outputName: String? { text("ss_output_name") }
    /// The title that its author gave it.
    public var title: String? { text("modelspec.title") }
    /// Its author's advice.
    public var usageHint: String? { text("modelspec.usage_hint") }
    /// The program's module that trained it: "networks.lora", "lycoris.kohya".
    public var networkModule: String? { text("ss_network_module") }
    /// The rank that training was told.
    public var dim: Int? { text("ss_network_dim").flatMap { Int($0) } }
    /// The alpha that training was told.
    public var alpha: Float? { text("ss_network_alpha").flatMap { Float($0) } }
    /// CLIP's layer that training read, counted from the last: 1 or 2.
    public var clipSkip: Int? { text("ss_clip_skip").flatMap { Int($0) } }
    /// Width and height of training's pictures, as they are stored: "(512, 512)".
    public var resolution: String? { text("ss_resolution") }

    /// The model that it was trained on, told as A1111 does, and by `modelspec.architecture`. Files of other lines of models are unknown.
    public var baseModel: BaseModel {
        let version = text("ss_base_model_version") ?? "", architecture = text("modelspec.architecture") ?? ""
        if version.hasPrefix("sdxl_") || architecture.hasPrefix("stable-diffusion-xl") { return .sdxl }
        if text("ss_v2") == "True" || version.hasPrefix("sd_v2") || architecture.hasPrefix("stable-diffusion-v2") { return .sd2 }
        let isNamed = !version.isEmpty || !architecture.isEmpty
        if version.hasPrefix("sd_v1") || architecture.hasPrefix("stable-diffusion-v1") { return .sd1 }
        return !isNamed && values.keys.contains { $0.hasPrefix("ss_") } ? .sd1 : .unknown
    }

    /// The name of `baseModel`; nil when it is unknown.
    public var family: String? { baseModel == .unknown ? nil : baseModel.rawValue }

    /// Words that call for what the file has learned: its own trigger words, then those of CivitAI's page.
    /// - Parameter notes: those beside the file.
    public func words(with notes: LoRANotes) -> [String] { triggerWords.map(\.tag) + notes.trainedWords }

    /// The tags of the training's pictures, the most frequent first; without counts, the phrase that the file says it wants.
    public var triggerWords: [TriggerWord] {
        var counts: [String: Int] = [:]
        for case .object(let tags) in (json("ss_tag_frequency")?.members ?? [:]).values {
            for case (let tag, .integer(let count)) in tags {
                let tag = tag.trimmed
                if !tag.isEmpty { counts[tag] = (counts[tag] ?? 0).addingReportingOverflow(count).partialValue }
            }
        }
        if counts.isEmpty {
            let phrases = (text("modelspec.trigger_phrase") ?? "").split(separator: ",").map(\.trimmed)
            return phrases.filter { !$0.isEmpty }.map { TriggerWord(tag: $0, count: 0) }
        }
        return counts.map { TriggerWord(tag: $0.key, count: $0.value) }.sorted { ($1.count, $0.tag) < ($0.count, $1.tag) }
    }

    /// The SHA-256 of all behind the header, as sd-scripts writes it: 64 hexadecimal digits in lower case.
    var modelHash: String? { text("sshs_model_hash").map { $0.lowercased() }.flatMap { $0.isHash(digits: 64) ? $0 : nil } }

    /// The 8 digits of A1111's old extension.
    var legacyHash: String? { text("sshs_legacy_hash").map { $0.lowercased() }.flatMap { $0.isHash(digits: 8) ? $0 : nil } }

    /// nil when there is none, it is blank, or the trainer wrote that it has none.
    private func text(_ key: String) -> String? {
        guard let value = values[key]?.trimmed, !value.isEmpty, value != "None" else { return nil }
        return value
    }

    func json(_ key: String) -> JSONValue? { text(key).flatMap { try? JSONValue(parsing: Array($0.utf8)) } }
}

extension JSONValue {
    var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

extension StringProtocol {
    /// The text without white space around it.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }

    /// Whether this is a hash in lower case.
    func isHash(digits: Int) -> Bool { utf8.count == digits && allSatisfy { $0.isHexDigit && !$0.isUppercase } }
}
