/// Refusal of a job: as many wait as may.
public struct QueueFull: Error, Sendable, Equatable, CustomStringConvertible {
    /// Number of jobs that may wait.
    public let capacity: Int
    /// Seconds until a place may be free, as far as can be told, 1 or more: the value of `Retry-After`.
    public var retryAfterSeconds: Int

    public init(capacity: Int, retryAfterSeconds: Int = 1) {
        self.capacity = capacity
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The error as sentences for the client.
    public var description: String {
        let time = retryAfterSeconds == 1 ? "a second" : "\(retryAfterSeconds) seconds"
        return "The queue is full: \(capacity) jobs wait, as many as queue_capacity allows. Try again in \(time)."
    }
}

/// No job has this name, or it was kept no longer.
public struct UnknownJob: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name that was asked for.
    public let id: JobID

    public init(_ id: JobID) { self.id = id }

    /// The error as sentences for the client.
    public var description: String { "There is no job \(id). GET /api/v1/jobs lists those that there are." }
}

/// The service ended before the job did.
public struct ServiceStopped: Error, Sendable, Equatable, CustomStringConvertible {
    public init() {}

    /// The error as sentences for the client.
    public var description: String { "The server is stopping. The job stays in the queue, and is drawn when the server runs again." }
}
