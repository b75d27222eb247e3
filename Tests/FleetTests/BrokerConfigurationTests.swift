import Bus
import Foundation
import JetStream
import Logging
import TestSupport
import Testing

@testable import Fleet

@Suite("The configuration of a fleet's server")
struct BrokerConfigurationTests {
    private static let users = [
        BrokerConfiguration.User("front1", .front), .init("worker1", .worker), .init("worker2", .worker), .init("status", .status),
    ]

    @Test("on this machine nothing is encrypted on the way; elsewhere TLS is needed; no secret stands in it", arguments: [
        ("127.0.0.1", "nats://127.0.0.1:4222", nil), ("::1", "nats://[::1]:4222", nil),
        ("nats.example.org", "tls://nats.example.org:4222", "DNS:nats.example.org"),
        ("2001:db8::1", "tls://[2001:db8::1]:4222", "IP:2001:db8::1"), ("10.0.0.5", "tls://10.0.0.5:4222", "IP:10.0.0.5"),
    ] as [(String, String, String?)])
    func hosts(host: String, address: String, name: String?) throws {
        let configuration = try BrokerConfiguration(host: host, store: "store", users: Self.users)
        let text = configuration.text
        #expect(configuration.address == address && configuration.usesTLS == (name != nil))
        #expect(text.contains("tls {") == (name != nil))
        #expect(text.contains("listen: \"0.0.0.0:4222\"") == (name != nil))
        if let name { #expect(text.contains("subjectAltName=\(name)\"")) }
        #expect(text.contains("sync_interval: always") && text.contains("key: $EASEL_STORE_KEY"))
        for user in Self.users { #expect(text.contains(user.key.publicKey) && !text.contains(user.key.seed)) }
    }

    @Test("a host or folder that could say something else in the file is refused", arguments: [
        ("a\"b", "store"), ("a b", "store"), ("", "store"), ("tls://a", "store"), ("a\n", "store"), ("a", "x\"y"), ("a", "x\\y"),
        ("a", "x\ny"), ("a", ""),
    ])
    func words(host: String, store: String) {
        #expect(throws: BrokerConfiguration.Invalid.self) { try BrokerConfiguration(host: host, store: store, users: []) }
    }

    #if Fleet
        @Suite(
            "A fleet with keys and permissions", .serialized,
            .enabled(if: NATSServer.program != nil, "`make fleet-server` gets a NATS server"))
        struct AtServer {
            private let folder: TemporaryFolder
            private let server: NATSServer
            private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

            init() async throws {
                folder = try TemporaryFolder()
                let configuration = try BrokerConfiguration(
                    host: "127.0.0.1", store: folder.url.appending(path: "store").path, users: BrokerConfigurationTests.users)
                // Variables come from the environment, or from the file itself.
                server = try await NATSServer.start(
                    "\(BrokerConfiguration.storeKeyVariable): \"k0123456789abcdef\"\n\(configuration.text)", keepsMessages: false)
            }

            private func connect(_ user: Int) async throws -> JetStream {
                let user = BrokerConfigurationTests.users[user]
                let seed = try folder.write(user.key.seed, to: "\(user.name).nk")
                let jetStream = JetStream(
                    try await NATSBus.connect(NATSOptions(
                        servers: [server.url], credentials: .key(seedFile: seed),
                        inboxPrefix: BrokerConfiguration.inboxPrefix(of: user.key))), timeout: .seconds(3))
                try await jetStream.checkServer()
                return jetStream
            }

            private func front() async throws -> JetStreamFrontDispatch {
                JetStreamFrontDispatch(try await connect(0), front: FleetFixtures.front(), logger: logger)
            }

            private func release() -> Release {
                let template = FleetFixtures.ticket()
                let ticket = Ticket(
                    id: template.id, front: template.front, jobs: template.jobs, requests: template.requests, model: template.model,
                    deadline: .now.addingTimeInterval(3600))
                return Release(ticket, .normal, FleetFixtures.group(1), oldest: FleetFixtures.start)
            }

            @Test("a ticket goes its whole way, and nothing on it is refused", .timeLimit(.minutes(1)))
            func wholeWay() async throws {
                let front = try await front()
                let worker = JetStreamWorkerDispatch(try await connect(1), worker: FleetFixtures.worker(1), logger: logger)
                let id = FleetFixtures.front(), release = release(), ticket = release.ticket
                let (heard, hear) = AsyncStream.makeStream(of: String.self)
                let listening = Task {
                    for await news in worker.news() {
                        switch news {
                        case .hint: hear.yield("hint")
                        case .group: hear.yield("group")
                        case .cancel(ticket.id): hear.yield("cancel")
                        default: break
                        }
                    }
                }
                let (told, tell) = AsyncStream.makeStream(of: FrontNews.self)
                let watching = Task { for await news in front.news() { tell.yield(news) } }
                var news = told.makeAsyncIterator()
                func wait(_ isWanted: (FrontNews) -> Bool) async { while let next = await news.next(), !isWanted(next) {} }
                await wait { if case .connection(true) = $0 { true } else { false } }

                // The worker begins to listen a moment after it is connected.
                let repeating = Task {
                    while !Task.isCancelled {
                        try await front.tell(FrontRecord(of: id))
                        try await front.tell(GroupRecord(release.group, model: ticket.model.sha256, shape: "any"))
                        await front.cancel(ticket.id)
                        await worker.hint(TicketHint(.normal, release.group, oldest: release.oldest), for: id)
                        try await Task.sleep(for: .milliseconds(50))
                    }
                }
                var missing: Set = ["hint", "group", "cancel"]
                for await word in heard {
                    missing.remove(word)
                    if missing.isEmpty { break }
                }
                repeating.cancel()
                while worker.fronts.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
                #expect(try await worker.groups().map(\.token) == [release.group])

                try await worker.tell(Presence(of: FleetFixtures.worker(1), machine: "here", slots: 1))
                await wait { if case .workers(let workers) = $0 { workers.count == 1 } else { false } }
                let place = try await front.release(release)
                #expect(try await front.isReleased(ticket.id, at: place))
                let delivery = try #require(try await worker.pull(.normal, release.group, waiting: .seconds(5)))
                await worker.working(delivery.receipt)
                await worker.nak(delivery.receipt, delay: .zero)
                let again = try #require(try await worker.pull(.normal, release.group, waiting: .seconds(5)))
                #expect(try Ticket(message: again.message).id == ticket.id)
                #expect(again.number == 2)
                await worker.tell(TicketEvent(.storing, of: ticket.id, by: FleetFixtures.worker(1)), to: id)
                await wait { if case .event = $0 { true } else { false } }
                #expect(try await worker.end(of: ticket.id, for: id) == nil)
                let end = FleetFixtures.end(of: ticket), file = try #require(end.pictures.first)
                #expect(await worker.commit(end, [[FleetFixtures.bytes[...]]], for: id) == .committed)
                #expect(await worker.commit(FleetFixtures.end(of: ticket), [[FleetFixtures.bytes[...]]], for: id) == .lost)
                try await worker.ack(again.receipt)
                var receipt: Receipt?
                await wait {
                    guard case .end(ticket.id, _, let itsReceipt) = $0 else { return false }
                    receipt = itsReceipt
                    return true
                }
                #expect(try await front.parts(of: file, in: ticket.id) == [FleetFixtures.bytes])
                #expect(try await front.released().ends.keys.sorted { "\($0)" < "\($1)" } == [ticket.id])
                let status = try await FleetStatus(of: connect(3))
                #expect(status.workers.count == 1 && status.fronts.count == 1 && status.results == 2)
                try await front.discardParts(of: ticket.id)
                try await front.ack(#require(receipt))
                let other = try await front.release(Release(
                    Ticket(
                        id: TicketID(ticket.id.job, run: 0, release: 2), front: id, jobs: ticket.jobs, requests: ticket.requests,
                        model: ticket.model, deadline: ticket.deadline), .urgent, release.group, oldest: release.oldest))
                try await front.withdraw(TicketID(ticket.id.job, run: 0, release: 2), at: other)
                await worker.leave()
                await wait { if case .workers(let workers) = $0 { workers.isEmpty } else { false } }
                listening.cancel()
                watching.cancel()
                _ = await (listening.value, watching.value)
                #expect(!server.log.contains("Violation"), "\(server.log.split(separator: "\n").filter { $0.contains("Violation") })")
                let store = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).filter { $0.hasSuffix(".blk") }
                #expect(!store.isEmpty)
                for file in store {
                    let bytes = try Data(contentsOf: folder.url.appending(path: file))
                    #expect(bytes.firstRange(of: Data("lighthouse".utf8)) == nil)
                }
            }

            @Test("a worker cannot submit tickets, make streams, fetch pictures or tickets, or speak for a front", .timeLimit(.minutes(1)))
            func forbiddenToWorkers() async throws {
                try await front().prepare()
                let worker = try await connect(1)
                let group = FleetFixtures.group(1), front = FleetFixtures.front(), id = FleetFixtures.ticket().id
                await expectRefusal(of: worker, [
                    Subjects.ticket(.normal, group, from: front), Subjects.control(of: id),
                    "$KV.EZ1_FRONTS.\(front)", "$KV.EZ1_GROUPS.\(group)",
                    "$JS.API.STREAM.CREATE.MINE", "$JS.API.STREAM.UPDATE.EZ1_TICKETS", "$JS.API.STREAM.DELETE.EZ1_TICKETS",
                    "$JS.API.STREAM.PURGE.EZ1_RESULTS", "$JS.API.STREAM.MSG.GET.EZ1_TICKETS", "$JS.API.STREAM.MSG.DELETE.EZ1_TICKETS",
                    "$JS.API.STREAM.INFO.EZ1_TICKETS", "$JS.API.STREAM.NAMES",
                    "$JS.API.CONSUMER.CREATE.EZ1_TICKETS.mine", "$JS.API.CONSUMER.CREATE.EZ1_RESULTS.mine",
                    "$JS.API.CONSUMER.DURABLE.CREATE.EZ1_TICKETS.mine", "$JS.API.CONSUMER.MSG.NEXT.EZ1_RESULTS.front_\(front)",
                    "$JS.API.DIRECT.GET.EZ1_TICKETS", "$JS.API.DIRECT.GET.EZ1_RESULTS",
                    "$JS.API.DIRECT.GET.EZ1_RESULTS." + Subjects.part(0, ofPicture: 0, of: id, for: front),
                    "$JS.API.DIRECT.GET.KV_EZ1_WORKERS", "$JS.ACK.EZ1_RESULTS.front_\(front).1.1.1.1.0",
                    BrokerConfiguration.inboxPrefix(of: BrokerConfigurationTests.users[0].key) + ".1", "other",
                ])
                for subject in [
                    BrokerConfiguration.inboxPrefix(of: BrokerConfigurationTests.users[2].key) + ".>", "_INBOX.>", ">", "ez1.>",
                    "ez1.ticket.>", "ez1.result.>", "ez1.event.*.*",
                ] {
                    let heard = try await worker.bus.messages(subject)
                    #expect(await heard.first { _ in true } == nil, "\(subject)")
                }
                #expect(server.log.contains("Violation"))
            }

            @Test("who may look at the state may look at nothing else; a front makes the fleet's streams only", .timeLimit(.minutes(1)))
            func forbiddenToOthers() async throws {
                try await front().prepare()
                await expectRefusal(of: try await connect(3), [
                    "$JS.API.DIRECT.GET.EZ1_TICKETS", "$JS.API.DIRECT.GET.EZ1_RESULTS", "$JS.API.STREAM.CREATE.EZ1_TICKETS",
                    "$JS.API.CONSUMER.CREATE.EZ1_RESULTS.mine", "$KV.EZ1_WORKERS.\(FleetFixtures.worker(1))",
                    Subjects.ticket(.normal, FleetFixtures.group(1), from: FleetFixtures.front()),
                ])
                await expectRefusal(of: try await connect(0), [
                    "$JS.API.STREAM.CREATE.MINE", "$JS.API.STREAM.DELETE.EZ1_TICKETS", "$JS.API.CONSUMER.MSG.NEXT.EZ1_TICKETS.n_x",
                    Subjects.end(of: FleetFixtures.ticket().id, for: FleetFixtures.front()),
                ])
            }

            private func expectRefusal(of user: JetStream, _ subjects: [String]) async {
                for subject in subjects {
                    await #expect(throws: BusError.notPermitted(subject: subject)) {
                        try await user.bus.request(BusMessage(subject), timeout: .seconds(3))
                    }
                }
            }

            @Test("an answer that a worker has sent to the tickets' subject becomes no ticket", .timeLimit(.minutes(1)))
            func answersAsTickets() async throws {
                let jetStream = try await connect(1), submitter = try await connect(0), id = FleetFixtures.front()
                try await JetStreamFrontDispatch(submitter, front: id, logger: logger).prepare()
                let worker = JetStreamWorkerDispatch(jetStream, worker: FleetFixtures.worker(1), logger: logger)
                let ticket = FleetFixtures.ticket(), end = FleetFixtures.end(of: ticket)
                #expect(await worker.commit(end, [[FleetFixtures.bytes[...]]], for: id) == .committed)
                let events = Subjects.events(of: ticket.id, for: id), heard = try await submitter.bus.messages(events)
                // Answered after the server has heard of the listener.
                try await submitter.checkServer()
                let question = "$JS.API.DIRECT.GET.EZ1_RESULTS." + Subjects.end(of: ticket.id, for: id)
                for answer in [Subjects.ticket(.normal, FleetFixtures.group(1), from: id), events] {
                    try await jetStream.bus.publish(BusMessage(question, replySubject: answer))
                }
                // The server answers in turn, so the first answer is out, too.
                for await message in heard {
                    #expect(message.body == (try end.message()))
                    break
                }
                #expect(try await FleetStatus(of: connect(3)).tickets == 0)
            }
        }
    #endif
}
