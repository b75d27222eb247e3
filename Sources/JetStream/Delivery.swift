public import Bus

/// A message that a consumer has leased to this program.
public struct Delivery: Sendable, Equatable {
    public var message: BusMessage
    public var stream: String
    public var consumer: String
    /// 1 for the first time that the message is delivered.
    public var delivery: Int
    /// Its number in the stream.
    public var sequence: UInt64
    /// Further messages that the consumer has for its readers.
    public var pending: Int

    /// Acknowledgements go to it. It is all that is needed to acknowledge the message later.
    public let ackSubject: String

    /// A delivery whose message is no longer at hand, to acknowledge it.
    /// - Throws: `unreadable` for another text than an `ackSubject`.
    public init(ackSubject: String) throws(JetStreamError) { try self.init(BusMessage("", replySubject: ackSubject)) }

    /// Reads what the subject for acknowledgements tells.
    ///
    /// `$JS.ACK.<stream>.<consumer>.<delivery>.<sequence>.<consumer's sequence>.<time>.<pending>`, or with `<domain>.<account>` before
    /// the stream, and perhaps more at the end.
    init(_ message: BusMessage) throws(JetStreamError) {
        let subject = message.replySubject ?? ""
        var words = subject.split(separator: ".", omittingEmptySubsequences: false)[...]
        guard words.count == 9 || words.count >= 11, words.prefix(2) == ["$JS", "ACK"] else {
            throw .unreadable(subject: message.subject, reason: "\"\(subject)\" is no subject for acknowledgements")
        }
        words = words.dropFirst(words.count == 9 ? 2 : 4)
        let first = words.startIndex
        guard let delivery = Int(words[first + 2]), let sequence = UInt64(words[first + 3]), let pending = Int(words[first + 6]) else {
            throw .unreadable(subject: message.subject, reason: "\"\(subject)\" is no subject for acknowledgements")
        }
        (self.message, ackSubject, self.delivery, self.sequence, self.pending) = (message, subject, delivery, sequence, pending)
        (stream, consumer) = (String(words[first]), String(words[first + 1]))
    }
}

extension JetStream {
    /// Tells that the work goes on: the lease begins anew. Send it well before the lease ends.
    public func extendLease(_ delivery: Delivery) async throws(JetStreamError) { try await tell("+WPI", delivery) }

    /// Tells that the work is done, and waits until the server knows: at most two tries of 1.5 s.
    /// - Returns: false when the server did not say so. It may never, after a restart; the message may then be delivered again.
    public func acknowledge(_ delivery: Delivery) async throws(JetStreamError) -> Bool {
        for _ in 1...2 {
            do throws(JetStreamError) {
                _ = try await request(BusMessage(delivery.ackSubject, text: "+ACK"), within: .milliseconds(1500))
                return true
            } catch .bus(.timedOut) {
                continue
            } catch .bus(.disconnected), .bus(.noResponders) {
                return false
            }
        }
        return false
    }

    /// Gives the message back, for another reader. Counts as a delivery.
    /// - Parameter delay: the time before it is delivered again; nil for at once.
    public func giveBack(_ delivery: Delivery, after delay: Duration? = nil) async throws(JetStreamError) {
        try await tell(delay.map { #"-NAK {"delay": \#($0.nanoseconds)}"# } ?? "-NAK", delivery)
    }

    /// Tells that the message is never to be delivered again, done or not.
    public func terminate(_ delivery: Delivery) async throws(JetStreamError) { try await tell("+TERM", delivery) }

    private func tell(_ word: String, _ delivery: Delivery) async throws(JetStreamError) {
        try await publish(toBus: BusMessage(delivery.ackSubject, text: word))
    }
}
