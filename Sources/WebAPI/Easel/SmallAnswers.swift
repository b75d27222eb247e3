public import FoundationEssentials
public import Generation
public import Jobs
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
    public var models: [ModelSummary]

    public init(_ catalog: ModelCatalog) {
        current = catalog.current
        models = catalog.models
    }
}

/// The answer to `DELETE /api/v1/compilations`, for one or all.
public struct DroppedAnswer: Codable, Sendable {
    public var dropped: Int

    public init(_ dropped: Int) { self.dropped = dropped }
}

/// The answer to `GET /healthz`: the process runs.
public struct HealthAnswer: Codable, Sendable {
    public var status = "ok"
    public var version: String

    /// - Parameter version: of the program.
    public init(version: String) { self.version = version }
}

/// The answer to `GET /readyz`, with 200 or 503.
public struct ReadinessAnswer: Codable, Sendable {
    public enum Status: String, Codable, Sendable, CaseIterable { case ready, loading, failed }

    public var status: Status
    public var model: String
    @OrNull public var reason: String?

    /// The HTTP status.
    public var httpStatus: Int { status == .ready ? 200 : 503 }

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

    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: ["keep_disk_cache"])
        keepsDiskCache = try fields.flag("keep_disk_cache") ?? true
    }
}

/// `POST /api/v1/prompt`, read; the answer is a `PromptSummary`.
public struct PromptRequest: Sendable {
    public let prompt: String
    public let steps: Int
    public let sampler: Sampler
    public let scheduleCounting: ScheduleCounting

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
