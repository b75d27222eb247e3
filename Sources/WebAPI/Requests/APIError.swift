import Files
public import FoundationEssentials
public import Generation
public import Settings

/// Why a request was not done, as a client is told.
public struct APIError: Error, Sendable, Equatable {
    /// The kind of error. Raw values are `code` in Easel's own and OpenAI's errors.
    public enum Kind: String, Sendable, CaseIterable {
        case malformedBody = "malformed_body"
        case unauthorized
        /// A web page of another origin calls.
        case forbidden
        case notFound = "not_found"
        /// Somebody cancelled the job that was waited for.
        case cancelled
        /// An `Idempotency-Key` was used before, with another body.
        case keyReused = "idempotency_key_reused"
        /// A job that runs or is over was to get another place in the queue.
        case notWaiting = "not_waiting"
        /// Something else has the name already.
        case nameTaken = "name_taken"
        case tooLarge = "too_large"
        case invalidValue = "invalid_value"
        case rateLimited = "rate_limited"
        case queueFull = "queue_full"
        /// Too many event streams are open.
        case tooManyStreams = "too_many_streams"
        /// Drawing began and went wrong.
        case failed
        /// A fault of ours.
        case unexpected
        case notImplemented = "not_implemented"
        /// No model is ready.
        case unavailable

        /// The HTTP status.
        public var status: Int {
            switch self {
            case .malformedBody: 400
            case .unauthorized: 401
            case .forbidden: 403
            case .notFound: 404
            case .cancelled, .keyReused, .notWaiting, .nameTaken: 409
            case .tooLarge: 413
            case .invalidValue: 422
            case .rateLimited, .queueFull, .tooManyStreams: 429
            case .failed, .unexpected: 500
            case .notImplemented: 501
            case .unavailable: 503
            }
        }
    }

    /// The kind of error, which decides the HTTP status.
    public let kind: Kind
    /// The field, parameter or header at fault, as the client names it.
    public let field: String?
    /// The error, its cause and the remedy: whole sentences, without paths.
    public let message: String
    /// The error as data, for pages in other languages.
    public let reason: ErrorReason
    /// For the header `Retry-After`.
    public let retryAfterSeconds: Int?

    /// Makes an error.
    /// - Parameters:
    ///   - reason: nil for the one that says no more than the kind does.
    ///   - message: whole sentences.
    public init(
        _ kind: Kind, field: String? = nil, reason: ErrorReason? = nil, retryAfterSeconds: Int? = nil, _ message: String
    ) {
        self.kind = kind
        self.field = field
        self.message = message
        self.reason = reason ?? ErrorReason(kind.reason)
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Makes an error that says the same as one of a layer below.
    public init(_ kind: Kind, field: String? = nil, _ error: some ReasonedError & CustomStringConvertible) {
        self.init(kind, field: field, reason: error.errorReason, error.description)
    }

    /// Makes an `invalidValue` that names the field and keeps the text.
    public init(_ error: InvalidRequest) { self.init(.invalidValue, field: error.field, error) }

    /// - Parameter field: the client's name for what `error` calls by its key.
    public init(_ error: SettingsError, field: String? = nil) {
        switch error {
        case .invalidValue(let key, let value, let source, let allowed):
            let field = field ?? key
            self.init(
                .invalidValue, field: field, reason: error.errorReason,
                SettingsError.invalidValue(key: field, value: value, source: source, allowed: allowed).description)
        case .unknownKey(let key, _, _):
            self.init(.invalidValue, field: key, error)
        case .unwritableFile(_, let reason):
            // The path is the operator's business.
            self.init(.unexpected, reason: error.errorReason, "The settings cannot be written down: \(reason).")
        case .unreadableFile, .malformedFile:
            self.init(.unexpected, reason: ErrorReason(.internal), "The settings cannot be read.")
        }
    }

    /// The text for an error that nobody foresaw; its own words are for the log.
    /// - Parameter reference: names the entry in the log.
    public static func unexpected(reference: String) -> APIError {
        APIError(
            .unexpected, reason: ErrorReason(.internal, ["id": .text(reference)]),
            "Internal error. Look for \(reference) in the server's log.")
    }
}

/// Whose clients a route is made for: each reads errors of another shape.
public enum Face: String, Sendable, CaseIterable {
    case a1111, openAI, easel
}

extension APIError {
    /// OpenAI answers 400 to what the others answer 422 to.
    public func status(for face: Face) -> Int { face == .openAI && kind == .invalidValue ? 400 : kind.status }

    /// The body of the answer, JSON.
    public func body(for face: Face) -> Data {
        switch face {
        case .a1111: WebJSON.data(A1111Error(error: kind.rawValue, detail: message, errors: message, field: field))
        case .openAI: WebJSON.data(OpenAIError(error: .init(message: message, type: openAIType, param: field, code: kind.rawValue)))
        case .easel:
            WebJSON.data(EaselError(error: .init(
                code: kind.rawValue, field: field, message: message, reason: reason.name, values: reason.values.mapValues(JSONValue.init))))
        }
    }

    var openAIType: String {
        switch kind {
        case .rateLimited, .queueFull, .tooManyStreams: "rate_limit_error"
        case .failed, .unexpected, .notImplemented, .unavailable: "server_error"
        case .unauthorized, .forbidden: "authentication_error"
        default: "invalid_request_error"
        }
    }
}

struct A1111Error: Codable {
    var error: String
    var detail: String
    var body = ""
    var errors: String
    @OrNull var field: String?
}

struct OpenAIError: Codable {
    struct Detail: Codable {
        var message: String
        var type: String
        @OrNull var param: String?
        @OrNull var code: String?
    }
    var error: Detail
}

struct EaselError: Codable {
    struct Detail: Codable {
        var code: String
        @OrNull var field: String?
        var message: String
        var reason: ErrorReason.Name
        var values: [String: JSONValue]
    }
    var error: Detail
}
