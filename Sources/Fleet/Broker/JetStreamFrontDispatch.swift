import Bus
import Files
import FoundationEssentials
public import JetStream
public import Logging
import Synchronization

/// A front's way to tickets and ends over NATS JetStream.
///
/// Makes whatever is missing at the server: when it connects, and whenever an answer says so, since a store may be lost while it runs.
public final class JetStreamFrontDispatch: FrontDispatch {
    private struct State {
        /// Consumers of groups that are there, with the time of the last look.
        var consumers: [String: Date] = [:]
        /// Groups that this front has told, to tell them again when the store was lost.
        var groups: [GroupToken: GroupRecord] = [:]
        var mustTellGroups = false
        /// Grows with each change of the connection.
        var connection = 0
        /// Sentences that were logged.
        var warned: Set<String> = []
    }

    private let jetStream: JetStream
    private let front: FrontID
    private let replicas: Int
    private let limits: BrokerLimits
    private let logger: Logger
    private let state = Mutex(State())

    /// Time after which a group's consumer is looked for again: it goes when no worker asks it for a day.
    private static let consumerLook = 3600.0
    /// Pause before something that failed is tried again.
    private static let pause = Duration.milliseconds(500)

    /// - Parameters:
    ///   - replicas: servers that keep each message: 1, 3 or 5. Streams that are there are used as they are.
    public init(_ jetStream: JetStream, front: FrontID, replicas: Int = 1, limits: BrokerLimits = BrokerLimits(), logger: Logger) {
        self.jetStream = jetStream
        self.front = front
        self.replicas = replicas
        self.limits = limits
        self.logger = logger
    }

    /// Makes the streams, the consumers of this front, and the tables, as far as they are missing.
    ///
    /// `news` does it by itself, again and again. Called before, it tells what is wrong with the server.
    /// - Throws: `tooOld`, `notEnabled`, and whatever else the server refuses.
    public func prepare() async throws(JetStreamError) {
        try await jetStream.checkServer()
        for settings in streams {
            note(try await jetStream.ensure(settings))
        }
        note(try await table(BrokerNames.workers).ensure(
            maxAge: limits.presence, markerLifetime: Self.markerLifetime, replicas: replicas))
        note(try await table(BrokerNames.fronts).ensure(
            maxAge: limits.presence, markerLifetime: Self.markerLifetime, replicas: replicas))
        let groups = try await table(BrokerNames.groups).ensure(maxAge: .seconds(7 * 86_400), replicas: replicas)
        note(groups)
        try await jetStream.ensure(endConsumer, ofStream: BrokerNames.results)
        try await jetStream.ensure(lostConsumer, ofStream: BrokerNames.lost)
        let lost = state.withLock { state in
            if groups.wasMade { state.mustTellGroups = true }
            return state.mustTellGroups ? Array(state.groups.values) : []
        }
        for group in lost { try await put(group) }
        state.withLock { $0.mustTellGroups = false }
    }

    // News

    public func news() -> AsyncStream<FrontNews> {
        AsyncStream { continuation in
            let listening = Task { await listen { continuation.yield($0) } }
            continuation.onTermination = { _ in listening.cancel() }
        }
    }

    private func listen(_ tell: @escaping @Sendable (FrontNews) -> Void) async {
        let (connected, connection) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask { await self.followConnection(tell) { connection.yield() } }
            group.addTask { await self.followWorkers(tell) }
            group.addTask { await self.followFronts(tell) }
            group.addTask { await self.followEvents(tell) }
            // The front takes up what an earlier process has left when it hears of the connection: ends come after that.
            for await _ in connected { break }
            group.addTask { await self.repeatedly { try await self.followEnds(tell) } }
            group.addTask { await self.repeatedly { try await self.followLost(tell) } }
        }
    }

    /// Does something that ends with an error only, until the task is cancelled.
    private func repeatedly(_ follow: () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await follow()
            } catch let error as JetStreamError where error.isMissing {
                _ = try? await prepare()
            } catch {
                logger.debug("NATS is asked again", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func followConnection(_ tell: @escaping @Sendable (FrontNews) -> Void, _ isReady: @escaping @Sendable () -> Void) async {
        var preparing: Task<Void, Never>?
        for await status in jetStream.bus.status {
            switch status {
            case .connected:
                preparing?.cancel()
                let connection = state.withLock { state in
                    state.connection += 1
                    state.consumers = [:]
                    return state.connection
                }
                preparing = Task {
                    guard await prepareUntilDone() else { return }
                    state.withLock { state in
                        guard state.connection == connection else { return }
                        tell(.connection(true))
                        isReady()
                    }
                }
            case .disconnected, .closed:
                preparing?.cancel()
                state.withLock { state in
                    state.connection += 1
                    tell(.connection(false))
                }
            case .warning(let reason): logger.warning("NATS complains", metadata: ["reason": "\(reason)"])
            }
        }
        preparing?.cancel()
    }

    private func prepareUntilDone() async -> Bool {
        var lastError: JetStreamError?
        while !Task.isCancelled {
            do throws(JetStreamError) {
                try await prepare()
                return true
            } catch {
                if error != lastError, !Task.isCancelled {
                    logger.error("The fleet's streams at NATS cannot be used yet", metadata: ["error": "\(error)"])
                }
                lastError = error
                try? await Task.sleep(for: Self.pause)
            }
        }
        return false
    }

    private func followWorkers(_ tell: @escaping @Sendable (FrontNews) -> Void) async {
        await table(BrokerNames.workers).follow(
            decode: { (entry: KeyValues.Entry) -> Presence? in
                let presence = self.read(Presence.self, entry.value)
                return presence?.worker.description == entry.key ? presence : nil
            }, tell: { tell(.workers($0)) })
    }

    private func followFronts(_ tell: @escaping @Sendable (FrontNews) -> Void) async {
        await table(BrokerNames.fronts).follow(
            decode: { (entry: KeyValues.Entry) -> FrontRecord? in
                let record = self.read(FrontRecord.self, entry.value)
                return record?.front.description == entry.key ? record : nil
            }, tell: { tell(.fronts($0)) })
    }

    private func followEvents(_ tell: @escaping @Sendable (FrontNews) -> Void) async {
        await jetStream.bus.follow(Subjects.events(for: front)) { message in
            let event = self.read(TicketEvent.self, message.body)
            if let event, event.ticket == Subjects.ticket(of: message.subject) { tell(.event(event)) }
        }
    }

    /// Tells of ends, one after another.
    private func followEnds(_ tell: @Sendable (FrontNews) -> Void) async throws(JetStreamError) {
        let consumer = BrokerNames.consumer(of: front)
        try await followDeliveries(from: consumer, ofStream: BrokerNames.results) { delivery throws(JetStreamError) in
            guard let ticket = Subjects.ticket(of: delivery.message.subject) else {
                self.logger.warning("An end has no ticket's name", metadata: ["subject": "\(delivery.message.subject)"])
                return try await self.jetStream.terminate(delivery)
            }
            tell(.end(ticket, message: delivery.message.body, Receipt(delivery.ackSubject)))
        }
    }

    /// Tells of tickets of this front that were delivered as often as they may be, and removes them.
    private func followLost(_ tell: @Sendable (FrontNews) -> Void) async throws(JetStreamError) {
        struct Advisory: Decodable { var stream_seq: UInt64 }
        let consumer = BrokerNames.undertaker(of: front)
        try await followDeliveries(from: consumer, ofStream: BrokerNames.lost) { delivery throws(JetStreamError) in
            if let place = try? JSONDecoder().decode(Advisory.self, from: Data(delivery.message.body)).stream_seq,
                let ticket = try await self.jetStream.message(at: place, ofStream: BrokerNames.tickets),
                Subjects.ticketParts(of: ticket.subject)?.front == self.front, let id = ticket.ticketID
            {
                tell(.undeliverable(id))
                try await self.jetStream.delete(sequence: place, ofStream: BrokerNames.tickets)
            }
            _ = try await self.jetStream.acknowledge(delivery)
        }
    }

    private func followDeliveries(
        from consumer: String, ofStream stream: String, _ act: (Delivery) async throws(JetStreamError) -> Void
    ) async throws(JetStreamError) {
        var left = 0
        while !Task.isCancelled {
            // A pull for several would keep the first until the last has come.
            let request = left > 0 ? PullRequest(batch: min(left, 100), mostBytes: 16 << 20) : PullRequest(waiting: .upTo(.seconds(20)))
            let deliveries = try await jetStream.pull(request, from: consumer, ofStream: stream)
            for delivery in deliveries { try await act(delivery) }
            left = deliveries.last?.pending ?? 0
        }
    }

    // Tickets

    public func release(_ release: Release) async throws -> UInt64 {
        let ticket = release.ticket
        let message = BusMessage(
            Subjects.ticket(release.ticketClass, release.group, from: front),
            headers: [BrokerNames.groupHeader: "\(release.group)", BrokerNames.oldestHeader: "\(release.oldest.milliseconds)"],
            body: try ticket.message())
        // The stream removes it when nobody wants it any more.
        let lifetime = Duration.seconds(max(1, ticket.deadline.timeIntervalSinceNow.rounded(.up)))
        return try await repairing { () throws(JetStreamError) in
            try await self.ensureConsumer(release.ticketClass, release.group)
            return try await self.jetStream.publish(message, PublishOptions(id: "\(ticket.id)", lifetime: lifetime)).seq
        }
    }

    public func withdraw(_ ticket: TicketID, at place: UInt64) async throws {
        guard try await isReleased(ticket, at: place) else { return }
        try await jetStream.delete(sequence: place, ofStream: BrokerNames.tickets)
    }

    public func isReleased(_ ticket: TicketID, at place: UInt64) async throws -> Bool {
        try await repairing { () throws(JetStreamError) in
            try await self.jetStream.message(at: place, ofStream: BrokerNames.tickets)?.ticketID == ticket
        }
    }

    public func cancel(_ ticket: TicketID) async {
        do {
            try await jetStream.bus.publish(BusMessage(Subjects.control(of: ticket), text: "cancel"))
        } catch {
            logger.debug("A worker could not be told that a ticket is cancelled", metadata: ["ticket": "\(ticket)", "error": "\(error)"])
        }
    }

    public func released() async throws -> (tickets: [UInt64: Ticket], ends: [TicketID: [UInt8]]) {
        var tickets: [UInt64: Ticket] = [:]
        // Tickets before ends: one that ends meanwhile is found as its end.
        for message in try await jetStream.all(Subjects.tickets(of: front), ofStream: BrokerNames.tickets) {
            if let ticket = read(Ticket.self, message.body), ticket.id == message.ticketID { tickets[message.sequence] = ticket }
        }
        var ends: [TicketID: [UInt8]] = [:]
        for message in try await jetStream.all(Subjects.ends(for: front), ofStream: BrokerNames.results) {
            if let ticket = Subjects.ticket(of: message.subject) { ends[ticket] = message.body }
        }
        return (tickets, ends)
    }

    // Ends

    public func parts(of picture: PictureFile, in ticket: TicketID) async throws -> [[UInt8]] {
        let pattern = Subjects.parts(ofPicture: picture.number, of: ticket, for: front)
        let messages = try await repairing { () throws(JetStreamError) in
            try await self.jetStream.lastOfEach([pattern], ofStream: BrokerNames.results)
        }
        let bySubject = Dictionary(messages.map { ($0.subject, $0.body) }) { _, last in last }
        return (0..<picture.parts).compactMap { bySubject[Subjects.part($0, ofPicture: picture.number, of: ticket, for: front)] }
    }

    public func ack(_ end: Receipt) async throws {
        guard try await jetStream.acknowledge(Delivery(ackSubject: end.text)) else { throw BrokerFailure.notAcknowledged }
    }

    public func discardParts(of ticket: TicketID) async throws {
        try await jetStream.purge(Subjects.parts(of: ticket, for: front), ofStream: BrokerNames.results)
    }

    // Tables

    public func tell(_ record: FrontRecord) async throws {
        let message = try record.message()
        try await repairing { () throws(JetStreamError) in
            _ = try await self.table(BrokerNames.fronts).put("\(record.front)", message)
        }
    }

    public func tell(_ group: GroupRecord) async throws {
        state.withLock { $0.groups[group.token] = group }
        try await repairing { () throws(JetStreamError) in try await self.put(group) }
    }

    private func put(_ group: GroupRecord) async throws(JetStreamError) {
        guard let message = try? group.message() else { return }
        _ = try await table(BrokerNames.groups).put("\(group.token)", message)
    }

    // Streams and consumers

    /// Does something, and again after making what is missing for it.
    private func repairing<Value: Sendable>(_ act: () async throws(JetStreamError) -> Value) async throws(JetStreamError) -> Value {
        do {
            return try await act()
        } catch {
            guard error.isMissing else { throw error }
            state.withLock { $0.consumers = [:] }
            try await prepare()
            return try await act()
        }
    }

    private func ensureConsumer(_ ticketClass: TicketClass, _ group: GroupToken) async throws(JetStreamError) {
        let name = BrokerNames.consumer(of: ticketClass, group)
        let looked = state.withLock { $0.consumers[name] }
        if let looked, -looked.timeIntervalSinceNow < Self.consumerLook { return }
        var consumer = ConsumerSettings(name: name, subject: Subjects.tickets(ticketClass, group))
        consumer.lease = limits.lease
        consumer.mostDeliveries = limits.mostDeliveries
        consumer.mostLeased = 20_000
        // The server's own limit is 512 pulls that wait.
        consumer.mostWaiting = 8192
        consumer.inactiveLimit = BrokerLimits.idleConsumer
        try await jetStream.ensure(consumer, ofStream: BrokerNames.tickets)
        state.withLock { $0.consumers[name] = .now }
    }

    /// Delivers ends, and no parts: parts are fetched when somebody wants the pictures. The archive has ends in any order, so each is
    /// acknowledged by itself; one word for all before it would have to wait for the oldest.
    private var endConsumer: ConsumerSettings {
        var consumer = ConsumerSettings(name: BrokerNames.consumer(of: front), subject: Subjects.ends(for: front))
        consumer.lease = limits.endLease
        consumer.mostLeased = 2000
        consumer.inactiveLimit = BrokerLimits.idleConsumer
        return consumer
    }

    private var lostConsumer: ConsumerSettings {
        var consumer = ConsumerSettings(name: BrokerNames.undertaker(of: front))
        consumer.lease = .seconds(30)
        consumer.inactiveLimit = BrokerLimits.idleConsumer
        return consumer
    }

    private var streams: [StreamSettings] {
        var tickets = StreamSettings(name: BrokerNames.tickets, subjects: [Subjects.tickets])
        tickets.retention = .workQueue
        tickets.mostMessages = BrokerLimits.mostTickets
        tickets.discard = .new
        // Headers count.
        tickets.mostBytesPerMessage = Ticket.mostBytes + 4096
        tickets.duplicateWindow = .seconds(600)
        tickets.allowsLifetimes = true
        tickets.republishing = StreamSettings.Republishing(source: Subjects.tickets, destination: Subjects.hints, headersOnly: true)
        tickets.replicas = replicas

        var results = StreamSettings(name: BrokerNames.results, subjects: [Subjects.results])
        results.allowsAtomicBatches = true
        results.mostMessagesPerSubject = 1
        results.maxAge = limits.keptResults
        results.mostBytes = limits.mostResultBytes
        results.discard = .new
        results.replicas = replicas

        var lost = StreamSettings(name: BrokerNames.lost, subjects: [BrokerNames.advisories])
        lost.maxAge = .seconds(7 * 86_400)
        lost.replicas = replicas
        return [tickets, results, lost]
    }

    /// Time that the server remembers that a worker, or a front, is gone, for those that watch.
    private static let markerLifetime = Duration.seconds(60)

    private func table(_ name: String) -> KeyValues { KeyValues(name, of: jetStream) }

    private func note(_ stream: EnsuredStream) {
        for warning in stream.warnings where state.withLock({ $0.warned.insert(warning).inserted }) { logger.warning("\(warning)") }
    }

    private func read<Message: FleetMessage>(_: Message.Type, _ bytes: [UInt8]) -> Message? {
        do {
            return try Message(message: bytes)
        } catch {
            logger.debug("A message of the fleet is left out", metadata: ["error": "\(error)"])
            return nil
        }
    }
}

extension StoredMessage {
    /// The name of the ticket that the message is.
    fileprivate var ticketID: TicketID? { headers[BrokerNames.idHeader].flatMap { TicketID($0) } }
}

extension KeyValues {
    /// Tells all values that can be read, whenever one of them changes, until the task is cancelled.
    fileprivate func follow<Value: Sendable>(decode: (Entry) -> Value?, tell: ([Value]) -> Void) async {
        var values: [String: Value] = [:]
        var isComplete = false
        for await change in changes() {
            switch change {
            case .begins: (values, isComplete) = ([:], false)
            case .isComplete: isComplete = true
            case .put(let entry): values[entry.key] = decode(entry)
            case .removed(let key, _, _): values[key] = nil
            }
            if isComplete { tell(values.sorted { $0.key < $1.key }.map(\.value)) }
        }
    }
}
