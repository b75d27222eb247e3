public import Bus

/// Wishes for a message beyond keeping it.
public struct PublishOptions: Sendable {
    /// A second message of the same id, within the stream's window, is dropped. A saving, no guarantee.
    public var id: String?
    /// The message goes after it. Rounded up to seconds; the stream must allow lifetimes.
    public var lifetime: Duration?
    /// Refuses the message, with `Code.wrongLastSequence`, when the stream has one of its subject.
    public var expectsNone = false

    public init(id: String? = nil, lifetime: Duration? = nil, expectsNone: Bool = false) {
        self.id = id
        self.lifetime = lifetime
        self.expectsNone = expectsNone
    }

    var headers: [String: String] {
        var headers: [String: String] = [:]
        headers["Nats-Msg-Id"] = id
        headers["Nats-TTL"] = lifetime.map { "\(max(1, $0.roundedUpSeconds))" }
        headers["Nats-Expected-Last-Subject-Sequence"] = expectsNone ? "0" : nil
        return headers
    }
}

/// A message that a stream has taken.
public struct PublishAck: Sendable, Equatable, Decodable {
    public var stream: String
    /// Counts the stream's messages, from 1.
    public var seq: UInt64
    /// Whether the stream had a message of the same id, and dropped this one.
    public var duplicate: Bool?
}

extension JetStream {
    /// Stores a message in the stream that has its subject.
    /// - Throws: `bus(.noResponders)` when no stream has the subject; `refused`. After `bus(.timedOut)` and `bus(.disconnected)` it may
    ///   have been stored all the same.
    @discardableResult
    public func publish(_ message: BusMessage, _ options: PublishOptions = PublishOptions()) async throws(JetStreamError) -> PublishAck {
        let answer = try await request(message.adding(options.headers))
        return try Self.read(answer, about: message.subject)
    }
}

extension BusMessage {
    func adding(_ headers: [String: String]) -> BusMessage {
        var message = self
        message.headers.merge(headers) { $1 }
        return message
    }
}

extension Duration {
    fileprivate var roundedUpSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
