/// As many jobs wait as may.
public struct QueueFull: Error, Sendable, Equatable, CustomStringConvertible {
    public let capacity: Int
    /// When a place may be free, as far as can be told: what `Retry-After` says.
    public var retryAfterSeconds: Int

    public init(capacity: Int, retryAfterSeconds: Int = 1) {
        self.capacity = capacity
        self.retryAfterSeconds = retryAfterSeconds
    }

    public var description: String {
        "The queue is full: \(capacity) jobs wait, as many as queue_capacity allows. Try again in \(retryAfterSeconds == 1 ? "a second" : "\(retryAfterSeconds) seconds")."
    }
}

/// No job has this name, or it was kept no longer.
public struct UnknownJob: Error, Sendable, Equatable, CustomStringConvertible {
    public let id: JobID

    public init(_ id: JobID) { self.id = id }

    public var description: String { "There is no job \(id). GET /api/v1/jobs lists those that there are." }
}

/// The service ended before the job did.
public struct ServiceStopped: Error, Sendable, Equatable, CustomStringConvertible {
    public init() {}

    public var description: String { "The server is stopping. The job stays in the queue, and is drawn when the server runs again." }
}
