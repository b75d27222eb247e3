import Bus
import FoundationEssentials
public import JetStream
public import Logging
import Synchronization

/// A worker's way to tickets and ends over NATS JetStream.
///
/// Makes nothing at the server: as long as a front has not made it, there is no ticket.
public final class JetStreamWorkerDispatch: WorkerDispatch {
    private let jetStream: JetStream
    private let worker: WorkerID
    private let logger: Logger
    /// A report that could not be sent.
    private let unsent = Mutex<Presence?>(nil)
    private let knownFronts = Mutex<[FrontRecord]>([])

    public init(_ jetStream: JetStream, worker: WorkerID, logger: Logger) {
        self.jetStream = jetStream
        self.worker = worker
        self.logger = logger
    }

    /// The fronts that live, as far as `news` has heard of them.
    public var fronts: [FrontRecord] { knownFronts.withLock(\.self) }

    // News

    public func news() -> AsyncStream<WorkerNews> {
        AsyncStream { continuation in
            let listening = Task { await listen { continuation.yield($0) } }
            continuation.onTermination = { _ in listening.cancel() }
        }
    }

    private func listen(_ tell: @escaping @Sendable (WorkerNews) -> Void) async {
        let bus = jetStream.bus
        await withDiscardingTaskGroup { group in
            group.addTask { await self.followConnection(tell) }
            group.addTask {
                await bus.follow(Subjects.hints) { message in
                    guard let parts = Subjects.ticketParts(of: message.subject),
                        let oldest = message.headers[BrokerNames.oldestHeader].flatMap({ Int($0) }), Bounds.milliseconds.contains(oldest)
                    else { return }
                    tell(.hint(TicketHint(parts.ticketClass, parts.group, oldest: Date(milliseconds: oldest))))
                }
            }
            group.addTask {
                await bus.follow(Subjects.controls) { message in
                    guard let ticket = Subjects.ticket(of: message.subject), message.body == Array("cancel".utf8) else { return }
                    tell(.cancel(ticket))
                }
            }
            group.addTask {
                // Workers may not make consumers, and a table's changes are plain messages, too.
                await bus.follow("$KV.\(BrokerNames.groups).*") { message in
                    if let group = try? GroupRecord(message: message.body) { tell(.group(group)) }
                }
            }
            group.addTask {
                await bus.follow("$KV.\(BrokerNames.fronts).*") { _ in
                    // A front that is gone says nothing. Those that live do, every 15 seconds.
                    await self.learnFronts()
                    await self.sendUnsent()
                }
            }
        }
    }

    private func followConnection(_ tell: @Sendable (WorkerNews) -> Void) async {
        for await status in jetStream.bus.status {
            switch status {
            case .connected:
                tell(.connection(true))
                await learnFronts()
            case .disconnected, .closed: tell(.connection(false))
            case .warning(let reason): logger.warning("NATS complains", metadata: ["reason": "\(reason)"])
            }
        }
    }

    private func learnFronts() async {
        guard let entries = try? await KeyValues(BrokerNames.fronts, of: jetStream).all() else { return }
        let fronts = entries.compactMap { try? FrontRecord(message: $0.value) }
        knownFronts.withLock { $0 = fronts }
    }

    // Tickets

    public func pull(_ ticketClass: TicketClass, _ group: GroupToken, waiting: Duration?) async throws -> TicketDelivery? {
        let delivery: Delivery?
        do throws(JetStreamError) {
            delivery = try await jetStream.pull(
                PullRequest(waiting: waiting.map { .upTo($0) } ?? .no), from: BrokerNames.consumer(of: ticketClass, group),
                ofStream: BrokerNames.tickets
            ).first
        } catch {
            // A front makes the consumer before it releases.
            if error.isMissing { return nil }
            throw error
        }
        guard let delivery else { return nil }
        guard let front = Subjects.ticketParts(of: delivery.message.subject)?.front else {
            logger.warning("A ticket has no front's name", metadata: ["subject": "\(delivery.message.subject)"])
            try await jetStream.terminate(delivery)
            return nil
        }
        return TicketDelivery(message: delivery.message.body, front: front, number: delivery.delivery, Receipt(delivery.ackSubject))
    }

    public func working(_ ticket: Receipt) async {
        await attempt("The broker could not be told that a ticket is being drawn") { () throws(JetStreamError) in
            try await self.jetStream.extendLease(Delivery(ackSubject: ticket.text))
        }
    }

    public func ack(_ ticket: Receipt) async throws {
        guard try await jetStream.acknowledge(Delivery(ackSubject: ticket.text)) else { throw BrokerFailure.notAcknowledged }
    }

    public func nak(_ ticket: Receipt, delay: Duration) async {
        await attempt("A ticket could not be given back") { () throws(JetStreamError) in
            try await self.jetStream.giveBack(Delivery(ackSubject: ticket.text), after: delay > .zero ? delay : nil)
        }
    }

    public func hint(_ hint: TicketHint, for front: FrontID) async {
        await send(BusMessage(
            Subjects.hint(hint.ticketClass, hint.group, from: front),
            headers: [BrokerNames.oldestHeader: "\(hint.oldest.milliseconds)"]))
    }

    // Ends

    public func end(of ticket: TicketID, for front: FrontID) async throws -> [UInt8]? {
        try await jetStream.last(Subjects.end(of: ticket, for: front), ofStream: BrokerNames.results)?.body
    }

    public func commit(_ end: TicketEnd, _ pictures: [[ArraySlice<UInt8>]], for front: FrontID) async -> Commit {
        do {
            var messages: [(message: BusMessage, options: PublishOptions)] = []
            for (picture, parts) in pictures.enumerated() {
                for (part, bytes) in parts.enumerated() {
                    let subject = Subjects.part(part, ofPicture: picture, of: end.ticket, for: front)
                    messages.append((BusMessage(subject, body: Array(bytes)), PublishOptions()))
                }
            }
            messages.append((
                BusMessage(Subjects.end(of: end.ticket, for: front), body: try end.message()), PublishOptions(expectsNone: true)))
            return try await store(messages, end, for: front)
        } catch {
            return .refused(reason: "\(error)")
        }
    }

    private func store(
        _ messages: [(message: BusMessage, options: PublishOptions)], _ end: TicketEnd, for front: FrontID
    ) async throws(JetStreamError) -> Commit {
        // Hundreds of large pictures are more than a batch takes. Their first parts come before, and are of no use without the end:
        // those of two runs that mix are found by their hashes.
        let starts = stride(from: 0, to: messages.count, by: JetStream.mostMessagesPerBatch)
        if messages.count > JetStream.mostMessagesPerBatch, let commit = try await storedCommit(of: end, for: front) { return commit }
        for start in starts {
            let batch = Array(messages[start..<min(start + JetStream.mostMessagesPerBatch, messages.count)])
            switch try await jetStream.publishAtomically(batch, id: "\(end.run).\(start)") {
            case .committed: continue
            case .refused(let code, let description): throw .refused(code: code, description: description)
            case .lost: return try await storedCommit(of: end, for: front) ?? .lost
            }
        }
        return .committed
    }

    /// Finds out whose end is stored: it is this run's own when only the answer was lost. nil without one.
    private func storedCommit(of end: TicketEnd, for front: FrontID) async throws(JetStreamError) -> Commit? {
        guard let stored = try await jetStream.last(Subjects.end(of: end.ticket, for: front), ofStream: BrokerNames.results) else {
            return nil
        }
        return (try? TicketEnd(message: stored.body))?.run == end.run ? .committed : .lost
    }

    public func tell(_ event: TicketEvent, to front: FrontID) async {
        guard let message = try? event.message() else { return }
        await send(BusMessage(Subjects.events(of: event.ticket, for: front), body: message))
    }

    // Tables

    public func tell(_ presence: Presence) async throws {
        let message = try presence.message()
        do {
            _ = try await KeyValues(BrokerNames.workers, of: jetStream).put("\(worker)", message)
            unsent.withLock { $0 = nil }
        } catch {
            unsent.withLock { $0 = presence }
            throw error
        }
    }

    /// A front that has just made the tables hears of the worker at once.
    private func sendUnsent() async {
        guard let presence = unsent.withLock(\.self) else { return }
        try? await tell(presence)
    }

    public func leave() async {
        await attempt("The worker could not say that it is gone") { () throws(JetStreamError) in
            try await KeyValues(BrokerNames.workers, of: self.jetStream).delete("\(self.worker)")
        }
    }

    public func groups() async throws -> [GroupRecord] {
        do throws(JetStreamError) {
            return try await KeyValues(BrokerNames.groups, of: jetStream).all().compactMap { try? GroupRecord(message: $0.value) }
        } catch {
            // No front was here yet.
            if error.isMissing { return [] }
            throw error
        }
    }

    // Messages that may get lost

    private func send(_ message: BusMessage) async {
        do {
            try await jetStream.bus.publish(message)
        } catch {
            logger.debug("A message was not sent", metadata: ["subject": "\(message.subject)", "error": "\(error)"])
        }
    }

    private func attempt(_ failure: Logger.Message, _ act: () async throws(JetStreamError) -> Void) async {
        do {
            try await act()
        } catch {
            logger.debug(failure, metadata: ["error": "\(error)"])
        }
    }
}
