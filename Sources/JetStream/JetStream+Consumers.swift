import Bus

/// A consumer as the server has it.
public struct ConsumerInfo: Sendable, Decodable {
    public var name: String
    /// Messages that nobody was given yet.
    public var num_pending: Int
    /// Messages that are leased.
    public var num_ack_pending: Int
    /// Pulls that wait.
    public var num_waiting: Int?
}

/// Asks for messages.
public struct PullRequest: Sendable, Encodable {
    public enum Waiting: Sendable, Equatable {
        /// Takes what is there.
        case no
        /// Waits for so long, at most 30 s, until all of the batch has come.
        case upTo(Duration)
    }

    /// 1 to 1,000.
    public var batch: Int
    public var waiting: Waiting
    /// Ends the batch before the message that would make it larger. nil for no limit.
    public var mostBytes: Int?

    public init(batch: Int = 1, waiting: Waiting = .no, mostBytes: Int? = nil) {
        self.batch = min(max(1, batch), 1000)
        self.waiting = waiting
        self.mostBytes = mostBytes
    }

    enum CodingKeys: String, CodingKey {
        case batch, expires
        case isImmediate = "no_wait"
        case mostBytes = "max_bytes"
    }

    /// `no_wait` stands alone: together with `expires` an empty consumer would let the pull wait.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(batch, forKey: .batch)
        try container.encodeIfPresent(mostBytes, forKey: .mostBytes)
        switch waiting {
        case .no: try container.encode(true, forKey: .isImmediate)
        case .upTo(let limit): try container.encode(min(limit, .seconds(30)).nanoseconds, forKey: .expires)
        }
    }
}

extension JetStream {
    /// Makes a consumer, or changes one to these settings.
    @discardableResult
    public func ensure(_ settings: ConsumerSettings, ofStream stream: String) async throws(JetStreamError) -> ConsumerInfo {
        struct Question: Encodable {
            var stream_name: String
            var config: ConsumerSettings
        }
        try Self.check(name: stream)
        try Self.check(name: settings.name)
        // A server lets a user make consumers of certain subjects only by this end of the request's subject.
        let filter = settings.subject.map { "." + $0 } ?? ""
        return try await ask(
            "CONSUMER.CREATE.\(stream).\(settings.name)\(filter)", Question(stream_name: stream, config: settings),
            answer: ConsumerInfo.self)
    }

    /// Costs the server more than a pull: not for polling.
    public func info(ofConsumer name: String, ofStream stream: String) async throws(JetStreamError) -> ConsumerInfo {
        try Self.check(name: stream)
        try Self.check(name: name)
        return try await ask("CONSUMER.INFO.\(stream).\(name)", answer: ConsumerInfo.self)
    }

    /// - Returns: whether it was there.
    @discardableResult
    public func deleteConsumer(_ name: String, ofStream stream: String) async throws(JetStreamError) -> Bool {
        try Self.check(name: stream)
        try Self.check(name: name)
        do throws(JetStreamError) {
            _ = try await ask("CONSUMER.DELETE.\(stream).\(name)", answer: Nothing.self)
            return true
        } catch .refused(JetStreamError.Code.consumerNotFound, _) {
            return false
        }
    }

    /// Takes messages, each leased to this program until it is acknowledged, given back, or the lease ends.
    ///
    /// Cancelling the task may leave messages leased to nobody until the lease ends.
    /// - Returns: as many as came; none when there are none.
    /// - Throws: `bus(.noResponders)` when there is no such consumer; `bus(.timedOut)` when the server said nothing at all.
    public func pull(_ request: PullRequest = PullRequest(), from consumer: String, ofStream stream: String)
        async throws(JetStreamError) -> [Delivery]
    {
        try Self.check(name: stream)
        try Self.check(name: consumer)
        let subject = "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(consumer)"
        let limit: Duration = if case .upTo(let limit) = request.waiting { min(limit, .seconds(30)) } else { .zero }
        let answers = try await replies(to: BusMessage(subject, body: Self.json(request)), for: limit + timeout)
        var deliveries: [Delivery] = []
        for await answer in answers {
            switch answer.status {
            case nil:
                deliveries.append(try Delivery(answer))
                if deliveries.count == request.batch { return deliveries }
            // A sign of life.
            case 100: continue
            // Nothing there; the time is over.
            case 404, 408: return deliveries
            case 409 where !deliveries.isEmpty || answer.statusText.hasPrefix("Batch Completed"): return deliveries
            default: throw Self.refusal(answer) ?? .unreadable(subject: subject, reason: "status \(answer.status ?? 0)")
            }
        }
        // Messages that came before the silence are leased to this program.
        if !deliveries.isEmpty { return deliveries }
        throw Task.isCancelled ? .bus(.cancelled) : .bus(.timedOut(subject: subject))
    }
}
