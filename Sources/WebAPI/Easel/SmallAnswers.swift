public import FoundationEssentials
public import Generation
public import Jobs
public import Sampling
public import Settings

// Requests and answers of Easel's own API that have a field or two.

/// The answer of routes that have nothing to tell: clients parse every answer as JSON.
public struct EmptyAnswer: Codable, Sendable, Equatable {
    public init() {}
}

/// The answer to `GET /api/v1/models`.
public struct ModelsAnswer: Codable, Sendable {
    /// The name of the one that is used when none is named.
    public var current: String
    /// All models that requests can name, in order of their names.
    public var models: [ModelSummary]

    /// Makes the answer from the models as they are known now.
    public init(_ catalog: ModelCatalog) {
        current = catalog.current
        models = catalog.models
    }
}

/// The answer to `DELETE /api/v1/compilations`, for one or all.
public struct DroppedAnswer: Codable, Sendable {
    /// How many compiled networks were dropped from memory; those in use stay.
    public var dropped: Int

    /// Makes the answer from the number of networks that were let go of.
    public init(_ dropped: Int) { self.dropped = dropped }
}

/// The answer to `GET /healthz`: the process runs.
public struct HealthAnswer: Codable, Sendable {
    /// The state of the process; always `ok`.
    public var status = "ok"
    /// The version of the program: `0.1.0`.
    public var version: String

    /// - Parameter version: of the program.
    public init(version: String) { self.version = version }
}

/// The answer to `GET /readyz`, with 200 or 503.
public struct ReadinessAnswer: Codable, Sendable {
    /// The states of the current model. Raw values stand in the answer.
    public enum Status: String, Codable, Sendable, CaseIterable { case ready, loading, failed }

    /// The state of the current model.
    public var status: Status
    /// The name of the current model.
    public var model: String
    /// The reason of a failure, as a sentence; null in other states.
    @OrNull public var reason: String?

    /// The HTTP status.
    public var httpStatus: Int { status == .ready ? 200 : 503 }

    /// Makes the answer for what the engine tells of itself.
    public init(_ readiness: Readiness) {
        model = readiness.model
        switch readiness {
        case .ready: status = .ready
        case .loading: status = .loading
        case .failed(_, let reason): (status, self.reason) = (.failed, reason)
        }
    }
}

/// `POST /api/v1/reload`, read.
public struct ReloadRequest: Sendable {
    /// Whether what is compiled on disk may be used.
    public let keepsDiskCache: Bool

    /// Reads the body, in which every field may be left out.
    /// - Throws: `APIError` for a body that is no JSON object, and for an unknown field or a value of the wrong type.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: ["keep_disk_cache"])
        keepsDiskCache = try fields.flag("keep_disk_cache") ?? true
    }
}

/// `POST /api/v1/prompt`, read; the answer is a `PromptSummary`.
public struct PromptRequest: Sendable {
    /// The prompt to explain, in the prompt language.
    public let prompt: String
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
            throw fields.invalid("prompt", "There is no prompt. Send one: {\"prompt\": \"a (red:1.2) apple\"}.")
        }
        guard prompt.unicodeScalars.count <= longest else {
            throw fields.invalid(
                "prompt", "prompt has \(prompt.unicodeScalars.count) characters; the limit is \(longest) (max_prompt_length).")
        }
        try fields.check(Self.fields)
        try self.init(
            prompt, steps: fields.whole("steps") ?? 20, sampler: fields.sampler("sampler")?.sampler ?? .euler,
            scheduleCounting: fields.word("schedule_counting") ?? settings.requests.scheduleCounting ?? .sdnext)
    }
}
