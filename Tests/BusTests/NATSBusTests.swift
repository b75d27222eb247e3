import Bus
import Foundation
import TestSupport
import Testing

#if Fleet
    @Suite("a connection to NATS", .serialized, .enabled(if: NATSServer.program != nil, "`make fleet-server` gets a NATS server"))
    struct NATSBusTests {
        @Test("a message is published, heard, and answered; a hundred questions at once find their answers")
        func publishing() async throws {
            let server = try await NATSServer.start()
            let bus = try await NATSBus.connect(NATSOptions(servers: [server.url]))
            let heard = try await bus.messages("a.*")
            let question = BusMessage("a.b", headers: ["One": "1", "two": "zwei"], body: [0, 1, 255])
            try await bus.publish(question)
            #expect(await first(of: heard) == question)

            let questions = try await bus.messages("ask.>")
            let answering = Task {
                for await message in questions {
                    try await bus.publish(BusMessage(message.replySubject ?? "nobody", body: message.body.reversed()))
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let answer = try await bus.request(BusMessage("ask.\(number)", body: [UInt8(number), 7]), timeout: .seconds(10))
                        #expect(answer.body == [7, UInt8(number)])
                    }
                }
                try await group.waitForAll()
            }
            // All that listens ends with the connection.
            await bus.close()
            try? await answering.value
            await #expect(throws: BusError.closed(reason: "this program closed it")) { try await bus.publish(question) }
        }

        @Test("questions that cannot be answered fail, each with its reason")
        func failures() async throws {
            let server = try await NATSServer.start()
            let bus = try await NATSBus.connect(NATSOptions(servers: [server.url]))
            await #expect(throws: BusError.noResponders(subject: "nobody")) {
                try await bus.request(BusMessage("nobody"), timeout: .seconds(10))
            }
            let silent = try await bus.messages("silent")
            await #expect(throws: BusError.timedOut(subject: "silent")) {
                try await bus.request(BusMessage("silent"), timeout: .milliseconds(50))
            }
            let waiting = Task { try await bus.request(BusMessage("silent"), timeout: .seconds(10)) }
            var questions = silent.makeAsyncIterator()
            for _ in 1...2 { _ = await questions.next() }
            waiting.cancel()
            await #expect(throws: BusError.cancelled) { try await waiting.value }
            await #expect(throws: BusError.tooLarge(subject: "a", bytes: 2 << 20)) {
                try await bus.publish(BusMessage("a", body: [UInt8](repeating: 0, count: 2 << 20)))
            }
            await #expect(throws: BusError.invalidSubject("a b")) { try await bus.publish(BusMessage("a b")) }
            await #expect(throws: BusError.invalidSubject("a b")) { try await bus.messages("a b") }
        }

        @Test("who does not read keeps the newest 1,024 messages")
        func newest() async throws {
            let server = try await NATSServer.start()
            let bus = try await NATSBus.connect(NATSOptions(servers: [server.url]))
            let unread = try await bus.messages("n")
            // Two threads hand on messages, in turn: the next but one shares the thread, so its messages come later.
            _ = try await bus.messages("spare")
            let end = try await bus.messages("end")
            for number in 0..<1500 { try await bus.publish(BusMessage("n", text: "\(number)")) }
            try await bus.publish(BusMessage("end"))
            _ = await first(of: end)
            var messages = unread.makeAsyncIterator(), read: [String] = []
            while read.last != "1499", let message = await messages.next() { read.append(String(decoding: message.body, as: UTF8.self)) }
            #expect(read == (1500 - 1024..<1500).map { "\($0)" })
        }

        @Test("a server that dies fails what waits; when it is back, listening goes on")
        func reconnecting() async throws {
            let server = try await NATSServer.start()
            let bus = try await NATSBus.connect(NATSOptions(servers: [server.url]))
            var status = bus.status.makeAsyncIterator()
            #expect(await status.next() == .connected(server: server.url))
            let heard = try await bus.messages("a"), silent = try await bus.messages("silent")
            let waiting = Task { try await bus.request(BusMessage("silent"), timeout: .seconds(10)) }
            let answers = try await bus.replies(to: BusMessage("silent"), for: .seconds(60))
            _ = await first(of: silent)
            await server.kill()
            await #expect { try await waiting.value } throws: { if case BusError.disconnected = $0 { true } else { false } }
            #expect(await first(of: answers) == nil)
            guard case .disconnected? = await status.next() else { throw BusError.library("connected to a dead server") }
            await #expect { try await bus.publish(BusMessage("a")) } throws: { if case BusError.disconnected = $0 { true } else { false } }
            try await server.restart()
            #expect(await status.next() == .connected(server: server.url))
            try await bus.publish(BusMessage("a", text: "again"))
            #expect(await first(of: heard)?.body == Array("again".utf8))
        }

        @Test("a server that is not there is an error, or is waited for")
        func missing() async throws {
            let server = try await NATSServer.start()
            await server.kill()
            var options = NATSOptions(servers: [server.url])
            await #expect { try await NATSBus.connect(options) } throws: {
                "\($0)".hasPrefix("NATS cannot be reached at \(server.url): ")
            }
            options.waitsForServer = true
            let bus = try await NATSBus.connect(options)
            var status = bus.status.makeAsyncIterator()
            #expect(await status.next() == .disconnected(reason: "NATS cannot be reached at \(server.url)"))
            try await server.restart()
            #expect(await status.next() == .connected(server: server.url))
            await #expect(throws: BusError.noResponders(subject: "a")) { try await bus.request(BusMessage("a"), timeout: .seconds(10)) }
        }

        @Test("a wrong password is told; a subject that a user may not use fails at once, and the rest goes on")
        func permissions() async throws {
            let server = try await NATSServer.start(
                """
                authorization { users: [{ user: ann, password: right, permissions: {
                    publish: ["open", "_INBOX.>"], subscribe: ["open", "_INBOX.ann.>"] } }] }
                """)
            var options = NATSOptions(servers: [server.url], credentials: .user("ann", password: "wrong"), waitsForServer: true)
            await #expect(throws: BusError.notAccepted(servers: [server.url])) { try await NATSBus.connect(options) }
            options.credentials = .user("ann", password: "right")
            options.inboxPrefix = "_INBOX.ann"
            let bus = try await NATSBus.connect(options)
            var status = bus.status.makeAsyncIterator()
            _ = await status.next()
            await #expect(throws: BusError.notPermitted(subject: "shut")) {
                try await bus.request(BusMessage("shut"), timeout: .seconds(10))
            }
            guard case .warning(let reason)? = await status.next() else { throw BusError.library("no news of the refusal") }
            #expect(reason.contains("Permissions Violation for Publish to \"shut\""))
            // What others are answered cannot be listened to.
            #expect(await first(of: try await bus.messages("_INBOX.>")) == nil)
            let heard = try await bus.messages("open")
            try await bus.publish(BusMessage("open"))
            #expect(await first(of: heard) != nil)
        }

        @Test("TLS: a server is trusted by its authority and its name, and a user by a key")
        func encryption() async throws {
            func path(_ name: String) -> String { Fixture.url("nats/\(name)").path }
            let folder = try TemporaryFolder()
            let seed = try folder.write("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n", to: "seed")
            let server = try await NATSServer.start(
                """
                tls { cert_file: "\(path("server.pem"))", key_file: "\(path("server-key.pem"))" }
                authorization { users: [{ nkey: "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4" }] }
                """)
            let address = "tls://localhost:\(server.port)"
            var options = NATSOptions(servers: [address], credentials: .key(seedFile: seed), caFile: path("ca.pem"))
            let bus = try await NATSBus.connect(options)
            let heard = try await bus.messages("a"), large = [UInt8](repeating: 5, count: 900_000)
            try await bus.publish(BusMessage("a", body: large))
            #expect(await first(of: heard)?.body == large)
            await server.kill()
            try await server.restart()
            for await status in bus.status { if case .connected = status { break } }
            try await bus.publish(BusMessage("a", text: "again"))
            #expect(await first(of: heard) != nil)

            func fails(_ text: String) async {
                await #expect { try await NATSBus.connect(options) } throws: { "\($0)".contains(text) }
            }
            options.hostName = "nats.example.com"
            await fails("There is no trusted connection to NATS at \(address)")
            options.hostName = nil
            options.caFile = path("other-ca.pem")
            await fails("There is no trusted connection to NATS at \(address)")
            options.caFile = path("server-key.pem")
            await fails("has no certificates in PEM form")
            options.caFile = path("ca.pem")
            options.credentials = .none
            await fails("does not accept this user")
            options.credentials = .credentials(file: path("none.creds"))
            await fails("It cannot be read.")
            options = NATSOptions(servers: ["nats://localhost:\(server.port)"], credentials: .key(seedFile: seed))
            await fails("There is no trusted connection to NATS at nats://localhost")
        }

        @Test("a user of an account comes with a file of credentials")
        func credentials() async throws {
            let accounts = try String(contentsOf: Fixture.url("nats/accounts.conf"), encoding: .utf8)
            let server = try await NATSServer.start(accounts, keepsMessages: false)
            var options = NATSOptions(servers: [server.url], credentials: .credentials(file: Fixture.url("nats/user.creds").path))
            let bus = try await NATSBus.connect(options)
            await #expect(throws: BusError.noResponders(subject: "a")) { try await bus.request(BusMessage("a"), timeout: .seconds(10)) }
            let folder = try TemporaryFolder()
            options.credentials = .credentials(file: try folder.write("nothing", to: "empty.creds"))
            await #expect(throws: BusError.self) { try await NATSBus.connect(options) }
            options.credentials = .none
            await #expect(throws: BusError.notAccepted(servers: [server.url])) { try await NATSBus.connect(options) }
        }

        @Test("a name that is not in the certificate is refused though no name was asked for")
        func wrongName() async throws {
            func path(_ name: String) -> String { Fixture.url("nats/\(name)").path }
            let server = try await NATSServer.start("tls { cert_file: \"\(path("server.pem"))\", key_file: \"\(path("server-key.pem"))\" }")
            let address = "tls://127.0.0.1:\(server.port)"
            var options = NATSOptions(servers: [address], caFile: path("ca.pem"))
            await #expect { try await NATSBus.connect(options) } throws: {
                "\($0)".hasPrefix("There is no trusted connection to NATS at \(address)")
            }
            options.hostName = "localhost"
            _ = try await NATSBus.connect(options)
        }
    }

    private func first<Element: Sendable>(of stream: AsyncStream<Element>) async -> Element? {
        for await element in stream { return element }
        return nil
    }
#else
    @Test("a connection to NATS", .enabled(if: false, "needs the trait Fleet: `make test-fleet`"))
    func needsTrait() {}
#endif
