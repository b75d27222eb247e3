public import Generation

/// Refusal of a job: as many wait as may.
public struct QueueFull: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    /// Number of jobs that may wait.
    public let capacity: Int
    /// Seconds until a place may be free, as far as can be told, 1 or more: the value of `Retry-After`.
    public var retryAfterSeconds: Int

    public init(capacity: Int, retryAfterSeconds: Int = 1) {
        self.capacity = capacity
        self.retryAfterSeconds = retryAfterSeconds
    }

    public var errorReason: ErrorReason {
        ErrorReason(.queueFull, ["max": .init(capacity), "seconds": .init(retryAfterSeconds), "setting": "queue_capacity"])
    }

    /// The error as sentences for the client.
    public var description: String {
        let time = retryAfterSeconds == 1 ? "a second" : "\(retryAfterSeconds) seconds"
        return "The queue is full: \(capacity) jobs wait, which is the limit (setting queue_capacity). Try again in \(time)."
    }
}

/// No job has this name, or it was kept no longer.
public struct UnknownJob: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    /// The name that was asked for.
    public let id: JobID

    public init(_ id: JobID) { self.id = id }

    public var errorReason: ErrorReason { ErrorReason(.unknownJob, ["id": .init(id.description)]) }

    /// The error as sentences for the client.
    public var description: String { "There is no job \(id). GET /api/v1/jobs lists those that there are." }
}

/// The service ended before the job did.
public struct ServiceStopped: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    public init() {}

    public var errorReason: ErrorReason { ErrorReason(.stopping) }

    /// The error as sentences for the client.
    public var description: String { "The server is stopping. The job stays in the queue, and is drawn when the server runs again." }
}

/// Refusal of another place in the queue: the job runs, or is over.
public struct NotWaiting: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    /// The job.
    public let id: JobID
    /// Its state.
    public let state: JobState

    public init(_ job: Job) {
        id = job.id
        state = job.state
    }

    public var errorReason: ErrorReason {
        ErrorReason(.notWaiting, ["id": .init(id.description), "state": .text(state.rawValue)])
    }

    /// The error as sentences for the client.
    public var description: String {
        "Job \(id) does not wait: it is \(state.rawValue). Only jobs that wait have a place in the queue."
    }
}
