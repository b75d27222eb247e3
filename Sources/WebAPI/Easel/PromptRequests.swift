public import FoundationEssentials
public import Generation
public import Sampling
public import Settings

/// `POST /api/v1/prompt`, read; the answer is a `PromptSummary`.
public struct PromptRequest: Sendable {
    /// The prompt to explain, in the prompt language.
    public let prompt: String
    /// Whether it is a negative prompt: styles add their negative texts, and AND is a word like any other.
    public var isNegative = false
    /// Names of styles that are put on it; a name that no style has is a problem of the answer.
    public var styles: [String] = []
    /// The picture's seed, which wildcards are drawn with; nil leaves them as typed.
    public var seed: UInt64?
    /// Steps that the prompt's schedules are laid out over; 20 when nothing is said.
    public let steps: Int
    /// The sampler, which decides how many evaluations of the UNet a step has.
    public let sampler: Sampler
    /// The unit of numbers in the prompt's schedules.
    public let scheduleCounting: ScheduleCounting

    /// Makes a request without a check of its values.
    public init(_ prompt: String, steps: Int = 20, sampler: Sampler = .euler, scheduleCounting: ScheduleCounting = .sdnext) {
        (self.prompt, self.steps, self.sampler, self.scheduleCounting) = (prompt, steps, sampler, scheduleCounting)
    }

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ settings: EaselSettings) throws(APIError) {
        let longest = settings.limits.promptLength
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        guard let prompt = try fields.text("prompt") else {
            throw fields.missing("prompt", "There is no prompt. Send one: {\"prompt\": \"a (red:1.2) apple\"}.")
        }
        guard prompt.unicodeScalars.count <= longest else {
            throw APIError(.promptTooLong(prompt.unicodeScalars.count, limit: longest, field: "prompt"))
        }
        let steps = try fields.whole("steps") ?? 20
        do throws(InvalidRequest) {
            try RequestLimits(settings.limits, names: .easel).check(steps: steps)
        } catch {
            throw APIError(error)
        }
        try fields.check(Self.fields)
        try self.init(
            prompt, steps: steps, sampler: fields.sampler("sampler")?.sampler ?? .euler,
            scheduleCounting: fields.word("schedule_counting") ?? settings.requests.scheduleCounting ?? .sdnext)
        isNegative = try fields.flag("negative") ?? false
        styles = try fields.styles
        guard styles.count <= RequestLimits.mostStyles else {
            throw fields.invalid(
                "styles", ErrorReason(.tooManyStyles, ["value": .init(styles.count), "max": .init(RequestLimits.mostStyles)]),
                "\(styles.count) styles are too many; the limit is \(RequestLimits.mostStyles).")
        }
        seed = try fields.seed("seed")
    }
}

/// `POST /api/v1/styles`, read; the answer is the style.
public struct StyleSubmission: Sendable {
    /// The style to save.
    public let style: PromptResourceSummary.Style
    /// Whether it may take the place of one that has its name.
    public let replaces: Bool

    /// Most characters of a style's name.
    static let longestName = 200

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ settings: EaselSettings) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        let name = try fields.text("name") ?? ""
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw fields.missing("name", "There is no name. Send one: {\"name\": \"ink\", \"prompt\": \"{prompt}, ink drawing\"}.")
        }
        guard name.unicodeScalars.count <= Self.longestName else {
            throw fields.invalid(
                "name", ErrorReason(.tooLong, ["value": .init(name.unicodeScalars.count), "max": .init(Self.longestName)]),
                "name has \(name.unicodeScalars.count) characters; the limit is \(Self.longestName).")
        }
        guard name.first?.isWhitespace == false, name.last?.isWhitespace == false,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw fields.invalid(
                "name", .badName(name, limit: Self.longestName),
                "name \"\(name.clipped)\" begins or ends with white space, or has a control character. Leave it out.")
        }
        guard name != "None", !name.hasPrefix("---") else {
            throw fields.invalid(
                "name", .badName(name, limit: Self.longestName),
                "name cannot be \"\(name.clipped)\": in a styles file that is no style. Use another name.")
        }
        let (prompt, negativePrompt) = (try fields.text("prompt") ?? "", try fields.text("negative_prompt") ?? "")
        for (key, text) in [("prompt", prompt), ("negative_prompt", negativePrompt)] {
            guard text.unicodeScalars.count <= settings.limits.promptLength else {
                throw APIError(.promptTooLong(text.unicodeScalars.count, limit: settings.limits.promptLength, field: key))
            }
            try fields.refuseNUL(in: text, of: key)
        }
        guard !prompt.isEmpty || !negativePrompt.isEmpty else {
            throw fields.missing("prompt", "The style \"\(name.clipped)\" has no text. Send a prompt, a negative_prompt or both.")
        }
        style = PromptResourceSummary.Style(name: name, prompt: prompt, negativePrompt: negativePrompt)
        replaces = try fields.flag("replace") ?? false
    }
}

/// The answer to `GET /api/v1/prompt/words`: what prompts can name, as it is now.
public struct PromptWordsAnswer: Codable, Sendable {
    /// A textual inversion.
    public struct Embedding: Codable, Sendable {
        /// The word in prompts.
        public var name: String
        /// How many tokens of a chunk it takes.
        public var tokens: Int
    }

    /// Names of the wildcard files, as `__name__` in a prompt refers to them.
    public var wildcards: [String]
    /// The textual inversions that can be read.
    public var embeddings: [Embedding]
    /// Names of the LoRAs, as `<lora:name:1>` in a prompt refers to them.
    public var loras: [String]
    /// The styles that requests can name.
    public var styles: [PromptResourceSummary.Style]

    /// Makes the answer from what the engine tells.
    public init(_ resources: PromptResourceSummary) {
        wildcards = resources.wildcards
        embeddings = resources.embeddings.map { Embedding(name: $0.name, tokens: $0.vectorCount) }
        loras = resources.loras
        styles = resources.styles
    }
}
