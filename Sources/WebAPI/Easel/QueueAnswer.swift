public import FoundationEssentials
import Generation
public import Jobs

/// The queue, as `GET /api/v1/queue` tells of it.
public struct QueueAnswer: Codable, Sendable {
    /// Whether no more jobs are begun. A server that starts again is not paused.
    public var isPaused: Bool
    /// Number of jobs that wait.
    public var waiting: Int
    /// Number of jobs that are drawn.
    public var running: Int
    /// Seconds until all of them are drawn, by estimate; null while nobody knows.
    @OrNull public var remainingSeconds: Double?

    /// Tells of the queue.
    public init(_ state: QueueState) {
        (isPaused, waiting, running) = (state.isPaused, state.waitingCount, state.runningCount)
        remainingSeconds = state.remainingSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case waiting, running
        case isPaused = "is_paused"
        case remainingSeconds = "remaining_seconds"
    }
}

/// `PUT /api/v1/queue`, read.
public struct QueueChange: Sendable {
    /// Whether no more jobs shall be begun.
    public let isPaused: Bool

    static let fields = [RequestField("is_paused", .flag, "true: no more jobs are begun; false: they are again", isRequired: true)]

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        guard let isPaused = try fields.flag("is_paused") else {
            throw fields.missing("is_paused", "Nothing is asked for. Send {\"is_paused\": true} or {\"is_paused\": false}.")
        }
        self.isPaused = isPaused
    }
}

/// `PATCH /api/v1/jobs/{id}`, read: another place in the queue.
public struct JobChange: Sendable {
    /// Number of waiting jobs that shall come before it.
    public let position: Int

    static let fields = [
        RequestField(
            "position", .whole(0...1_000_000), "how many waiting jobs come before it; 0: it is next; more than wait: it is the last",
            isRequired: true)
    ]

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        guard let position = try fields.whole("position") else {
            throw fields.missing("position", "Nothing is asked for. Send {\"position\": 0} to make the job the next.")
        }
        try fields.check(Self.fields)
        self.position = position
    }
}

/// The answer to `DELETE /api/v1/jobs`.
public struct CancelledAnswer: Codable, Sendable {
    /// How many jobs were cancelled.
    public var cancelled: Int

    /// Makes the answer from the number of jobs that waited.
    public init(_ cancelled: Int) { self.cancelled = cancelled }

    /// The state of the jobs to cancel, from the query. Only those that wait can be cancelled together.
    /// - Throws: `.invalidValue` for all others.
    public static func checkState(_ text: String?) throws(APIError) {
        guard let text, !text.isEmpty else {
            throw APIError(
                .invalidValue, field: "state", reason: ErrorReason(.missing, ["example": "queued"]),
                "Which jobs is not said. Use ?state=queued to cancel all that wait.")
        }
        guard text == JobState.queued.rawValue else {
            throw APIError(
                .invalidValue, field: "state", reason: .unknownChoice(text, of: [JobState.queued.rawValue]),
                "state cannot be \"\(text.clipped)\". Use queued to cancel all jobs that wait.")
        }
    }
}
