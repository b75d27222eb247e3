public import Bus

/// Outcome of an atomic batch.
public enum BatchOutcome: Sendable, Equatable {
    /// All is stored.
    /// - Parameter sequence: that of the last message.
    case committed(sequence: UInt64)
    /// Nothing is stored: a message of the batch was expected to be the first of its subject, and is not. It may be this batch's own,
    /// from an attempt whose answer was lost.
    case lost
    /// Nothing is stored, for another reason.
    case refused(code: Int, description: String)
}

extension JetStream {
    /// The most messages that a server takes in one batch.
    public static let mostMessagesPerBatch = 1000

    /// Stores all messages or none. The server drops a batch that pauses for 10 s in its middle.
    /// - Parameters:
    ///   - messages: 1 to 1,000, for one stream, which must allow batches.
    ///   - id: 1 to 64 characters; another for each attempt.
    /// - Throws: `bus`. After `timedOut` and `disconnected` it may have been stored all the same.
    public func publishAtomically(_ messages: [(message: BusMessage, options: PublishOptions)], id: String)
        async throws(JetStreamError) -> BatchOutcome
    {
        guard (1...Self.mostMessagesPerBatch).contains(messages.count) else {
            return .refused(code: 0, description: "a batch has 1 to \(Self.mostMessagesPerBatch) messages, not \(messages.count)")
        }
        for (index, (message, options)) in messages.enumerated() {
            var message = message.adding(options.headers).adding(["Nats-Batch-Id": id, "Nats-Batch-Sequence": "\(index + 1)"])
            let isLast = index == messages.count - 1
            if isLast { message.headers["Nats-Batch-Commit"] = "1" }
            guard index == 0 || isLast else {
                try await publish(toBus: message)
                continue
            }
            do throws(JetStreamError) {
                let answer = try await request(message)
                // The first message is acknowledged by an empty answer.
                if isLast || !answer.body.isEmpty {
                    let ack: PublishAck = try Self.read(answer, about: message.subject)
                    if isLast { return .committed(sequence: ack.seq) }
                }
            } catch .refused(JetStreamError.Code.wrongLastSequence, _) {
                return .lost
            } catch .refused(let code, let description) {
                return .refused(code: code, description: description)
            }
        }
        return .refused(code: 0, description: "an empty batch")
    }
}
