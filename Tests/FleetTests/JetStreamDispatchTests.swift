#if Fleet
    import Bus
    import Foundation
    import Generation
    import JetStream
    import Synchronization
    import TestSupport
    import Testing

    @testable import Fleet
    @testable import Jobs

    @Suite(
        "Messages between fronts and workers over NATS", .serialized,
        .enabled(if: NATSServer.program != nil, "`make fleet-server` gets a NATS server"))
    struct JetStreamDispatchTests {
        private let fleet: BrokerFleet
        private let front: JetStreamFrontDispatch
        private let worker: JetStreamWorkerDispatch
        private let jetStream: JetStream

        init() async throws {
            fleet = try await BrokerFleet()
            jetStream = try await fleet.jetStream()
            let logger = BrokerFleet.logger("dispatch")
            front = JetStreamFrontDispatch(jetStream, front: FleetFixtures.front(), limits: BrokerFleet.limits, logger: logger)
            worker = JetStreamWorkerDispatch(try await fleet.jetStream(), worker: FleetFixtures.worker(1), logger: logger)
        }

        private func release(_ jobs: [Int], release: Int = 1) -> Release {
            let template = FleetFixtures.ticket(jobs, release: release)
            let ticket = Ticket(
                id: template.id, front: template.front, jobs: template.jobs, requests: template.requests, model: template.model,
                // Messages have milliseconds.
                deadline: Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded() + 3600))
            return Release(ticket, .normal, FleetFixtures.group(1), oldest: FleetFixtures.start)
        }

        @Test("workers hear of groups, hints, cancelled tickets and fronts; a front of workers that come and expire")
        func news() async throws {
            let heard = Collected<WorkerNews>(), told = Collected<FrontNews>()
            let listening = Task { [worker] in for await news in worker.news() { heard.add(news) } }
            let watching = Task { [front] in for await news in front.news() { told.add(news) } }
            await fleet.until { told.all.contains { if case .connection(true) = $0 { true } else { false } } }
            await fleet.until { heard.all.contains { if case .connection(true) = $0 { true } else { false } } }
            let release = release([1])
            let group = GroupRecord(release.group, model: release.ticket.model.sha256, shape: "any shape")
            await fleet.until {
                // The worker begins to listen a moment after it is connected.
                try await front.tell(FrontRecord(of: FleetFixtures.front(), waiting: 3))
                try await front.tell(group)
                await front.cancel(release.ticket.id)
                await worker.hint(TicketHint(.urgent, release.group, oldest: FleetFixtures.start), for: FleetFixtures.front())
                return heard.all.contains { if case .group(group) = $0 { true } else { false } }
                    && heard.all.contains { if case .cancel(release.ticket.id) = $0 { true } else { false } }
                    && worker.fronts.map(\.waiting) == [3]
                    && heard.all.contains { if case .hint(let hint) = $0 { hint.ticketClass == .urgent } else { false } }
            }
            #expect(try await worker.groups() == [group])
            _ = try await front.release(release)
            let hint = TicketHint(.normal, release.group, oldest: FleetFixtures.start)
            await fleet.until { heard.all.contains { if case .hint(hint) = $0 { true } else { false } } }

            await worker.tell(TicketEvent(.storing, of: release.ticket.id, by: FleetFixtures.worker(1)), to: FleetFixtures.front())
            await worker.tell(TicketEvent(.storing, of: release.ticket.id, by: FleetFixtures.worker(1)), to: FleetFixtures.front(2))
            try await worker.tell(Presence(of: FleetFixtures.worker(1), machine: "here", slots: 2))
            await fleet.until { if case .workers(let workers)? = told.all.last(where: \.isOfWorkers) { workers.count == 1 } else { false } }
            await fleet.until { told.all.contains { if case .event(let event) = $0 { event.kind == .storing } else { false } } }
            // Nothing more is heard of it.
            await fleet.until { if case .workers(let workers)? = told.all.last(where: \.isOfWorkers) { workers.isEmpty } else { false } }
            try await worker.tell(Presence(of: FleetFixtures.worker(1), machine: "here", slots: 2))
            await fleet.until { if case .workers(let workers)? = told.all.last(where: \.isOfWorkers) { workers.count == 1 } else { false } }
            await worker.leave()
            await fleet.until { if case .workers(let workers)? = told.all.last(where: \.isOfWorkers) { workers.isEmpty } else { false } }
            #expect(told.all.count { if case .event = $0 { true } else { false } } == 1)
            listening.cancel()
            watching.cancel()
        }

        @Test("a ticket is released once, found at its place only, and taken out when nobody has its place")
        func releasing() async throws {
            let (first, second) = (release([1]), release([2]))
            let place = try await front.release(first)
            #expect(try await front.release(first) == place)
            let next = try await front.release(second)
            #expect(try await front.isReleased(first.ticket.id, at: place))
            #expect(try await !front.isReleased(first.ticket.id, at: next))
            try await front.withdraw(first.ticket.id, at: next)
            #expect(try await front.released().tickets == [place: first.ticket, next: second.ticket])
            try await front.withdraw(first.ticket.id, at: place)
            #expect(try await front.released().tickets.keys.sorted() == [next])
            #expect(try await worker.pull(.urgent, first.group, waiting: nil) == nil)
            #expect(try await worker.pull(.normal, FleetFixtures.group(7), waiting: .milliseconds(10)) == nil)
            let delivery = try #require(try await worker.pull(.normal, first.group, waiting: nil))
            #expect(try Ticket(message: delivery.message) == second.ticket && delivery.front == FleetFixtures.front())
            try await worker.ack(delivery.receipt)
            #expect(try await front.released().tickets.isEmpty)
        }

        @Test("an end has its pictures with it, more than a batch takes too; a second end is lost, and one's own is known")
        func committing() async throws {
            try await front.prepare()
            let ticket = FleetFixtures.ticket([1])
            let end = FleetFixtures.end(of: ticket)
            func parts(_ count: Int, _ seed: UInt8) -> [ArraySlice<UInt8>] { (0..<count).map { [UInt8($0 & 255), seed][...] } }
            #expect(try await worker.end(of: ticket.id, for: ticket.front) == nil)
            #expect(await worker.commit(end, [parts(600, 1), parts(600, 2)], for: ticket.front) == .committed)
            #expect(try await worker.end(of: ticket.id, for: ticket.front) == end.message())
            for number in 0...1 {
                let file = PictureFile(
                    number: number, sha256: ContentHash(of: FleetFixtures.bytes), bytes: 1200, parts: 600, format: .png)
                #expect(try await front.parts(of: file, in: ticket.id) == parts(600, UInt8(number + 1)).map { Array($0) })
            }
            // The answer was lost, and the same is sent again; then another run's.
            #expect(await worker.commit(end, [parts(2, 1)], for: ticket.front) == .committed)
            #expect(await worker.commit(FleetFixtures.end(of: ticket), [parts(2, 9)], for: ticket.front) == .lost)
            // Nothing of it is stored.
            let file = PictureFile(number: 0, sha256: ContentHash(of: FleetFixtures.bytes), bytes: 4, parts: 2, format: .png)
            #expect(try await front.parts(of: file, in: ticket.id) == parts(2, 1).map { Array($0) })
            try await front.discardParts(of: ticket.id)
            #expect(try await front.parts(of: file, in: ticket.id) == [])
            #expect(try await front.released().ends == [ticket.id: end.message()])
        }

        @Test("a full stream refuses an end until there is room")
        func full() async throws {
            var limits = BrokerFleet.limits
            limits.mostResultBytes = 200_000
            let front = JetStreamFrontDispatch(jetStream, front: FleetFixtures.front(), limits: limits, logger: BrokerFleet.logger("full"))
            try await front.prepare()
            let (first, second) = (FleetFixtures.ticket([1]), FleetFixtures.ticket([2]))
            let picture = [[UInt8](repeating: 7, count: 150_000)[...]]
            #expect(await worker.commit(FleetFixtures.end(of: first), [picture], for: first.front) == .committed)
            guard case .refused = await worker.commit(FleetFixtures.end(of: second), [picture], for: first.front) else {
                Issue.record("A full stream took an end.")
                return
            }
            #expect(try await worker.end(of: second.id, for: first.front) == nil)
            try await front.discardParts(of: first.id)
            #expect(await worker.commit(FleetFixtures.end(of: second), [picture], for: first.front) == .committed)
        }

        @Test("a server without JetStream is told of before anything is released")
        func noJetStream() async throws {
            let server = try await NATSServer.start(keepsMessages: false)
            let jetStream = JetStream(try await NATSBus.connect(NATSOptions(servers: [server.url])))
            let front = JetStreamFrontDispatch(jetStream, front: FleetFixtures.front(), logger: BrokerFleet.logger("none"))
            await #expect(throws: JetStreamError.notEnabled) { try await front.prepare() }
        }
    }

    extension FrontNews {
        fileprivate var isOfWorkers: Bool { if case .workers = self { true } else { false } }
    }

    /// Collects from any task.
    private final class Collected<Value: Sendable>: Sendable {
        private let values = Mutex<[Value]>([])

        var all: [Value] { values.withLock { $0 } }
        func add(_ value: Value) { values.withLock { $0.append(value) } }
    }
#endif
