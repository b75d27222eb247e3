public import Files
public import FoundationEssentials
public import Generation
public import Jobs

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
    /// The absolute paths of the folders in which models are looked for. The setting `model_folders` adds others.
    public var folders: [String]

    /// Makes the answer from the models as they are known now.
    /// - Parameter lastDrawings: the latest pictures by the names of models.
    public init(_ catalog: ModelCatalog, folders: [String], lastDrawings: [String: LastDrawing] = [:]) {
        current = catalog.current
        models = catalog.models.map { model in
            var model = model
            model.lastDrawn = lastDrawings[model.name]
            return model
        }
        self.folders = folders
    }
}

/// The answer to `DELETE /api/v1/compilations`, for one or all.
public struct DroppedAnswer: Codable, Sendable {
    /// How many compiled networks were dropped from memory; those in use stay.
    public var dropped: Int

    /// Makes the answer from the number of networks that were let go of.
    public init(_ dropped: Int) { self.dropped = dropped }
}

/// The answer to `GET /api/v1/session`.
public struct SessionAnswer: Codable, Sendable {
    /// The name of the user or the key; null where nobody has to say who they are.
    @OrNull public var user: String?
    /// Whether the request belongs to a session that `POST /logout` ends; not so for clients that send a password or a key.
    public var canLogOut: Bool

    /// Makes the answer for the sender of a request.
    public init(user: String?, canLogOut: Bool) {
        self.user = user
        self.canLogOut = canLogOut
    }

    private enum CodingKeys: String, CodingKey { case user, canLogOut = "can_log_out" }
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
    /// The reason of a failure by its name, and its values; null in other states.
    @OrNull public var reasonCode: ErrorReason.Name?
    @OrNull public var values: [String: JSONValue]?

    /// The HTTP status.
    public var httpStatus: Int { status == .ready ? 200 : 503 }

    /// Makes the answer for what the engine tells of itself.
    public init(_ readiness: Readiness) {
        model = readiness.model
        switch readiness {
        case .ready: status = .ready
        case .loading: status = .loading
        case .failed(_, let reason):
            (status, self.reason) = (.failed, reason.description)
            (reasonCode, values) = (reason.reason.name, reason.reason.values.mapValues(JSONValue.init))
        }
    }

    private enum CodingKeys: String, CodingKey { case status, model, reason, values, reasonCode = "reason_code" }
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
