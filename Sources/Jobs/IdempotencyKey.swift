public import Generation

/// A client's name for something that it wants done once, however often it asks.
public struct IdempotencyKey: Sendable, Hashable {
    /// The text that the client chose.
    public var text: String
    /// Stands for all that is asked for with it: the same key with another is a mistake.
    public var fingerprint: String

    public init(_ text: String, fingerprint: String = "") {
        self.text = text
        self.fingerprint = fingerprint
    }
}

extension IdempotencyKey: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(text) }
}

/// Refusal of a key that was used before, for something else.
public struct IdempotencyKeyReused: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    /// Text of the key.
    public let key: String
    /// The job that it was used for.
    public let job: JobID

    public init(_ key: IdempotencyKey, job: JobID) {
        self.key = key.text
        self.job = job
    }

    public var errorReason: ErrorReason { ErrorReason(.keyReused, ["job": .init(job.description)]) }

    /// The refusal as sentences for the client.
    public var description: String {
        """
        The key "\(key.prefix(100))" was used before for another request, which became job \(job). \
        Use a new key for each request, and repeat one only with the same body.
        """
    }
}
