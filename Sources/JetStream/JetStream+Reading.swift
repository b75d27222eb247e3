import Bus

/// A message as a stream has it.
public struct StoredMessage: Sendable, Equatable {
    public var subject: String
    public var sequence: UInt64
    public var headers: [String: String]
    public var body: [UInt8]

    /// Reads the answer of a direct get.
    init(_ answer: BusMessage) throws(JetStreamError) {
        guard let subject = answer.headers["Nats-Subject"], let sequence = answer.headers["Nats-Sequence"].flatMap({ UInt64($0) }) else {
            throw .unreadable(subject: answer.subject, reason: "no Nats-Subject, or no Nats-Sequence")
        }
        (self.subject, self.sequence, headers, body) = (subject, sequence, answer.headers, answer.body)
    }
}

extension JetStream {
    /// The last message of a subject; nil when there is none. The stream must allow direct gets; any replica may answer, perhaps late.
    public func last(_ subject: String, ofStream name: String) async throws(JetStreamError) -> StoredMessage? {
        try Self.check(name: name)
        let answer = try await request(BusMessage("$JS.API.DIRECT.GET.\(name).\(subject)"))
        if answer.status == 404 { return nil }
        if let refusal = Self.refusal(answer) { throw refusal }
        return try StoredMessage(answer)
    }

    /// The message with a number; nil when there is none, or none any more.
    public func message(at sequence: UInt64, ofStream name: String) async throws(JetStreamError) -> StoredMessage? {
        struct Question: Encodable { var seq: UInt64 }
        try Self.check(name: name)
        let answer = try await request(BusMessage("$JS.API.DIRECT.GET.\(name)", body: Self.json(Question(seq: sequence))))
        if answer.status == 404 { return nil }
        if let refusal = Self.refusal(answer) { throw refusal }
        return try StoredMessage(answer)
    }

    /// The last message of each subject that fits one of the patterns, by sequence: of at most 1,024 subjects.
    ///
    /// The server sends as much as it likes to at once, and is asked again until all is there.
    /// - Throws: `refused` with `Code.tooManyResults` when more than 1,024 subjects fit.
    public func lastOfEach(_ patterns: [String], ofStream name: String) async throws(JetStreamError) -> [StoredMessage] {
        try await lastOfEach(patterns, ofStream: name, atOnce: nil)
    }

    /// - Parameter count: how many the server may send at once; nil for its own limit.
    func lastOfEach(_ patterns: [String], ofStream name: String, atOnce count: Int?) async throws(JetStreamError) -> [StoredMessage] {
        try await pages(DirectGet(multi_last: patterns, batch: count), ofStream: name)
    }

    /// All messages whose subject fits a pattern, by sequence.
    /// - Parameter count: how many the server may send at once.
    public func all(_ pattern: String, ofStream name: String, atOnce count: Int = 1000) async throws(JetStreamError) -> [StoredMessage] {
        try await pages(DirectGet(next_by_subj: pattern, batch: count, seq: 1), ofStream: name)
    }

    private struct DirectGet: Encodable {
        var multi_last: [String]?
        var next_by_subj: String?
        var batch: Int?
        var seq: UInt64?
        var up_to_seq: UInt64?
    }

    private func pages(_ question: DirectGet, ofStream name: String) async throws(JetStreamError) -> [StoredMessage] {
        try Self.check(name: name)
        var question = question, messages: [StoredMessage] = []
        let subject = "$JS.API.DIRECT.GET.\(name)"
        pages: while true {
            let (began, answers) = (messages.count, try await replies(to: BusMessage(subject, body: Self.json(question)), for: timeout))
            for await answer in answers {
                switch answer.status {
                case nil: messages.append(try StoredMessage(answer))
                case 404: return messages
                case 204:
                    guard (answer.headers["Nats-Num-Pending"].flatMap { Int($0) } ?? 0) > 0, messages.count > began,
                        let last = messages.last
                    else { return messages }
                    question.seq = last.sequence + 1
                    // All pages are of one moment.
                    question.up_to_seq = question.up_to_seq ?? answer.headers["Nats-UpTo-Sequence"].flatMap { UInt64($0) }
                    continue pages
                default: throw Self.refusal(answer) ?? .unreadable(subject: subject, reason: "status \(answer.status ?? 0)")
                }
            }
            throw Task.isCancelled ? .bus(.cancelled) : .bus(.timedOut(subject: subject))
        }
    }

    func replies(to message: BusMessage, for duration: Duration) async throws(JetStreamError) -> AsyncStream<BusMessage> {
        do throws(BusError) {
            return try await bus.replies(to: message, for: duration)
        } catch {
            throw .bus(error)
        }
    }

    /// The refusal that a status stands for; nil for a message of a program.
    static func refusal(_ answer: BusMessage) -> JetStreamError? {
        switch answer.status {
        case nil: nil
        case 503: .bus(.noResponders(subject: answer.subject))
        case let status?: .refused(code: status, description: answer.statusText)
        }
    }
}
