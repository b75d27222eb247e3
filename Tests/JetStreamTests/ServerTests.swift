import Bus
import Files
import Foundation
@testable import JetStream
import TestSupport
import Testing

#if Fleet
    @Suite("JetStream at a server", .serialized, .enabled(if: NATSServer.program != nil, needsServer))
    struct ServerTests {
        @Test("a stream is made once, and used as it is when its settings are others")
        func streams() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            try await jetStream.checkServer()
            var settings = StreamSettings(name: "A", subjects: ["a.>"])
            settings.retention = .workQueue
            settings.discard = .new
            settings.mostMessages = 100_000
            settings.mostMessagesPerSubject = 1000
            settings.mostBytes = 1 << 30
            settings.mostBytesPerMessage = 512 << 10
            settings.maxAge = .seconds(7 * 86_400)
            settings.duplicateWindow = .seconds(600)
            settings.allowsLifetimes = true
            settings.republishing = .init(source: "a.>", destination: "hint.a.>", headersOnly: true)
            let made = try await jetStream.ensure(settings)
            #expect(made.wasMade && made.warnings == [])
            #expect(try #require(made.info.serverVersion) >= .oldestTried)
            let again = try await jetStream.ensure(settings)
            #expect(!again.wasMade && again.warnings == [])
            settings.mostMessages = 7
            settings.allowsAtomicBatches = true
            #expect(
                try await jetStream.ensure(settings).warnings == [
                    "The stream A at NATS has allow_atomic not set, where true is asked for. It is used as it is; `nats stream edit` "
                        + "changes it.",
                    "The stream A at NATS has max_msgs 100000, where 7 is asked for. It is used as it is; `nats stream edit` changes it.",
                ])

            let hints = try await jetStream.bus.messages("hint.a.>")
            let ack = try await jetStream.publish(BusMessage("a.1", headers: ["Ez-A": "b"], body: [1, 2]), PublishOptions(id: "x"))
            #expect(ack == PublishAck(stream: "A", seq: 1, duplicate: nil))
            #expect(try await jetStream.publish(BusMessage("a.1"), PublishOptions(id: "x")).duplicate == true)
            for await hint in hints {
                #expect(hint.subject == "hint.a.1" && hint.body.isEmpty && hint.headers["Ez-A"] == "b")
                break
            }
            await #expect(throws: JetStreamError.bus(.noResponders(subject: "other"))) { try await jetStream.publish(BusMessage("other")) }
            await #expect(throws: JetStreamError.refused(code: 10059, description: "stream not found")) {
                try await jetStream.info(ofStream: "B")
            }
        }

        @Test("a server without JetStream is told of in a sentence")
        func noJetStream() async throws {
            let server = try await NATSServer.start(keepsMessages: false)
            await #expect(throws: JetStreamError.notEnabled) { try await server.jetStream().checkServer() }
        }

        @Test("a stream that is full refuses what comes")
        func fullStream() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            var settings = StreamSettings(name: "A", subjects: ["a.>"])
            settings.discard = .new
            settings.mostMessages = 1
            _ = try await jetStream.ensure(settings)
            try await jetStream.publish(BusMessage("a.1"))
            await #expect(throws: JetStreamError.refused(code: JetStreamError.Code.storeFailed, description: "maximum messages exceeded")) {
                try await jetStream.publish(BusMessage("a.2"))
            }
        }

        @Test("messages are leased, acknowledged, given back, ended, and delivered again when the lease ends")
        func leases() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            try await jetStream.makeQueue(lease: .seconds(1))
            #expect(try await jetStream.pull(from: "c", ofStream: "Q") == [])
            for number in 1...5 { try await jetStream.publish(BusMessage("q.\(number)", text: "\(number)")) }
            let all = try await jetStream.pull(PullRequest(batch: 5), from: "c", ofStream: "Q")
            #expect(all.map(\.sequence) == [1, 2, 3, 4, 5])
            #expect(all.allSatisfy { $0.delivery == 1 && $0.stream == "Q" && $0.consumer == "c" })
            #expect(all.map(\.pending) == [4, 3, 2, 1, 0])
            let leased = ContinuousClock.now
            #expect(try await jetStream.acknowledge(all[0]))
            try await jetStream.giveBack(all[1])
            try await jetStream.giveBack(all[2], after: .milliseconds(300))
            try await jetStream.terminate(all[3])
            let wait = PullRequest(waiting: .upTo(.seconds(5)))
            let second = try await jetStream.pull(wait, from: "c", ofStream: "Q")
            #expect(second.first?.sequence == 2 && second.first?.delivery == 2)
            let third = try await jetStream.pull(wait, from: "c", ofStream: "Q")
            #expect(third.first?.sequence == 3 && third.first?.delivery == 2 && .now - leased >= .milliseconds(300))
            // A lease that is extended lasts; the others end.
            for _ in 1...4 {
                try await jetStream.extendLease(all[4])
                try await jetStream.extendLease(second[0])
                try await Task.sleep(for: .milliseconds(300))
            }
            let fourth = try await jetStream.pull(wait, from: "c", ofStream: "Q")
            #expect(fourth.first?.sequence == 3 && fourth.first?.delivery == 3)
            let fifth = try await jetStream.pull(PullRequest(batch: 2, waiting: .upTo(.seconds(5))), from: "c", ofStream: "Q")
            #expect(Set(fifth.map(\.sequence)).isSubset(of: [2, 3, 5]) && fifth.count == 2)
            for delivery in [all[4], second[0], fourth[0]] { #expect(try await jetStream.acknowledge(delivery)) }
            #expect(try await jetStream.info(ofStream: "Q").state.messages == 0)
            // Acknowledged before: the server says nothing new, and nothing is left.
            _ = try await jetStream.acknowledge(all[0])
        }

        @Test("a message that is delivered too often stays in the stream until it is deleted")
        func poison() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            try await jetStream.makeQueue(mostDeliveries: 2)
            let lost = try await jetStream.bus.messages("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.Q.c")
            try await jetStream.publish(BusMessage("q.1"))
            for number in 1...2 {
                let pull = PullRequest(waiting: .upTo(.seconds(5)))
                let delivery = try #require(try await jetStream.pull(pull, from: "c", ofStream: "Q").first)
                #expect(delivery.delivery == number)
                try await jetStream.giveBack(delivery)
            }
            #expect(try await jetStream.pull(PullRequest(waiting: .upTo(.milliseconds(300))), from: "c", ofStream: "Q") == [])
            for await advisory in lost {
                #expect(try JSONValue(parsing: advisory.body)["stream_seq"] == .integer(1))
                break
            }
            #expect(try await jetStream.info(ofStream: "Q").state.messages == 1)
            #expect(try await jetStream.delete(sequence: 1, ofStream: "Q"))
            #expect(try await !jetStream.delete(sequence: 1, ofStream: "Q"))
            #expect(try await !jetStream.delete(sequence: 99, ofStream: "Q"))
            #expect(try await jetStream.info(ofStream: "Q").state.messages == 0)
        }

        @Test("500 pulls that wait at once each get a message")
        func manyPulls() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream(timeout: .seconds(10))
            try await jetStream.makeQueue(mostWaiting: 8192)
            try await withThrowingTaskGroup(of: UInt64.self) { group in
                for _ in 0..<500 {
                    group.addTask {
                        let pull = PullRequest(waiting: .upTo(.seconds(20)))
                        let delivery = try #require(try await jetStream.pull(pull, from: "c", ofStream: "Q").first)
                        #expect(delivery.delivery == 1)
                        #expect(try await jetStream.acknowledge(delivery))
                        return delivery.sequence
                    }
                }
                while try await jetStream.info(ofConsumer: "c", ofStream: "Q").num_waiting != 500 {
                    try await Task.sleep(for: .milliseconds(20))
                }
                for number in 0..<500 { try await jetStream.publish(BusMessage("q.\(number)")) }
                var sequences: Set<UInt64> = []
                for try await sequence in group { sequences.insert(sequence) }
                #expect(sequences.count == 500)
            }
            #expect(try await jetStream.info(ofStream: "Q").state.messages == 0)
        }

        @Test("pulls of a consumer that is not there, and pulls that nothing fits, are errors")
        func wrongPulls() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            await #expect { try await jetStream.pull(from: "c", ofStream: "Q") } throws: { ($0 as? JetStreamError)?.isMissing == true }
            try await jetStream.makeQueue()
            try await jetStream.publish(BusMessage("q.1", body: [UInt8](repeating: 0, count: 10_000)))
            await #expect { try await jetStream.pull(PullRequest(mostBytes: 100), from: "c", ofStream: "Q") } throws: {
                if case JetStreamError.refused(code: 409, _) = $0 { true } else { false }
            }
            let waiting = Task { try await jetStream.pull(PullRequest(batch: 2, waiting: .upTo(.seconds(20))), from: "c", ofStream: "Q") }
            while try await jetStream.info(ofConsumer: "c", ofStream: "Q").num_ack_pending == 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await jetStream.deleteConsumer("c", ofStream: "Q"))
            #expect(try await !jetStream.deleteConsumer("c", ofStream: "Q"))
            // The message that had come before is handed over.
            #expect(try await waiting.value.count == 1)
        }

        @Test("a batch is stored whole or not at all; who is second has lost, and can tell by the run")
        func batches() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            try await jetStream.makeResults()
            #expect(try await jetStream.writeResult("a", run: "one", id: "1") == .committed(sequence: 5))
            // The own run, its answer lost, looks like another's.
            for run in ["one", "two"] { #expect(try await jetStream.writeResult("a", run: run, id: run) == .lost) }
            #expect(try await jetStream.last("r.a.end", ofStream: "R")?.body == Array("one".utf8))
            #expect(try await jetStream.info(ofStream: "R").state.messages == 5)
            // An end without parts.
            let alone = [(message: BusMessage("r.b.end", text: "x"), options: PublishOptions(expectsNone: true))]
            #expect(try await jetStream.publishAtomically(alone, id: "3") == .committed(sequence: 6))
            #expect(try await jetStream.publishAtomically(alone, id: "4") == .lost)
            // A gap, as a lost message leaves it.
            var gap = try await jetStream.bus.request(
                BusMessage("r.c.0", headers: ["Nats-Batch-Id": "5", "Nats-Batch-Sequence": "1"]), timeout: .seconds(5))
            #expect(gap.body.isEmpty)
            gap = try await jetStream.bus.request(
                BusMessage("r.c.2", headers: ["Nats-Batch-Id": "5", "Nats-Batch-Sequence": "3", "Nats-Batch-Commit": "1"]),
                timeout: .seconds(5))
            #expect(throws: JetStreamError.self) { let _: PublishAck = try JetStream.read(gap, about: "r.c.2") }
            #expect(try await jetStream.info(ofStream: "R").state.messages == 6)
            // A stream that allows no batches.
            try await jetStream.makeQueue()
            let elsewhere = [BusMessage("q.1"), BusMessage("q.2")].map { (message: $0, options: PublishOptions()) }
            guard case .refused(let code, let description) = try await jetStream.publishAtomically(elsewhere, id: "6") else {
                throw JetStreamError.notEnabled
            }
            #expect(code > 10_000 && !description.isEmpty)
            guard case .refused = try await jetStream.publishAtomically([], id: "7") else { throw JetStreamError.notEnabled }
        }

        @Test("the last messages of many subjects come in pages, and a purge takes the subjects that fit")
        func reading() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            try await jetStream.makeResults()
            #expect(try await jetStream.last("r.none", ofStream: "R") == nil)
            #expect(try await jetStream.lastOfEach(["r.>"], ofStream: "R") == [])
            for name in ["a", "b", "c"] { _ = try await jetStream.writeResult(name, run: name, id: name) }
            let ends = try await jetStream.lastOfEach(["r.*.end"], ofStream: "R")
            #expect(ends.map(\.subject) == ["r.a.end", "r.b.end", "r.c.end"] && ends.map(\.sequence) == [5, 10, 15])
            #expect(ends.map { String(decoding: $0.body, as: UTF8.self) } == ["a", "b", "c"])
            for count in [1, 2, 15, 16] {
                let pages = try await jetStream.lastOfEach(["r.>"], ofStream: "R", atOnce: count)
                #expect(pages.map(\.sequence) == (1...15).map { UInt64($0) })
            }
            for count in [1, 2, 3, 1000] {
                let pages = try await jetStream.all("r.*.end", ofStream: "R", atOnce: count)
                #expect(pages.map(\.sequence) == [5, 10, 15])
            }
            #expect(try await jetStream.all("r.none.*", ofStream: "R") == [])
            #expect(try await jetStream.message(at: 10, ofStream: "R").map { [$0.subject, "\($0.sequence)"] } == ["r.b.end", "10"])
            #expect(try await jetStream.purge("r.a.*", ofStream: "R") == 5)
            // Not the one after it.
            #expect(try await jetStream.message(at: 5, ofStream: "R") == nil)
            #expect(try await jetStream.message(at: 99, ofStream: "R") == nil)
            #expect(try await jetStream.purge("r.*.0", ofStream: "R") == 2)
            #expect(try await jetStream.lastOfEach(["r.>"], ofStream: "R").map(\.sequence) == [7, 8, 9, 10, 12, 13, 14, 15])
            await #expect { try await jetStream.last("r.a", ofStream: "X") } throws: { ($0 as? JetStreamError)?.isMissing == true }
        }

        @Test("a message goes when its lifetime ends, waiting or leased, and is not delivered again", .timeLimit(.minutes(1)))
        func lifetimes() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            try await jetStream.makeQueue(lease: .seconds(1))
            for name in ["waiting", "leased"] {
                try await jetStream.publish(BusMessage("q.\(name)"), PublishOptions(lifetime: .seconds(2)))
            }
            let leased = try #require(try await jetStream.pull(PullRequest(batch: 2), from: "c", ofStream: "Q").last)
            let extending = Task {
                while !Task.isCancelled {
                    try await jetStream.extendLease(leased)
                    try await Task.sleep(for: .milliseconds(300))
                }
            }
            // The first lease ends unheeded; its message is back until its lifetime ends.
            while try await jetStream.info(ofStream: "Q").state.messages > 0 { try await Task.sleep(for: .milliseconds(50)) }
            extending.cancel()
            #expect(try await jetStream.pull(PullRequest(waiting: .upTo(.milliseconds(1200))), from: "c", ofStream: "Q") == [])
            _ = try await jetStream.acknowledge(leased)
            #expect(try await jetStream.info(ofConsumer: "c", ofStream: "Q").num_ack_pending == 0)
        }

        @Test("a user may ask what its permissions name, and nothing else")
        func permissions() async throws {
            let server = try await NATSServer.start(
                """
                authorization { users: [
                    { user: front, password: f },
                    { user: worker, password: w, permissions: {
                        publish: ["$JS.API.CONSUMER.MSG.NEXT.Q.*", "$JS.ACK.Q.>", "$JS.API.DIRECT.GET.R.r.*.end", "r.>"],
                        subscribe: ["_INBOX.w1.>"] } }] }
                """)
            let front = try await server.jetStream(.user("front", password: "f"))
            try await front.makeQueue()
            try await front.makeResults()
            try await front.publish(BusMessage("q.1", text: "work"))
            let worker = try await server.jetStream(.user("worker", password: "w"), inboxPrefix: "_INBOX.w1", timeout: .seconds(2))
            let delivery = try #require(try await worker.pull(from: "c", ofStream: "Q").first)
            #expect(try await worker.writeResult("a", run: "x", id: "x") == .committed(sequence: 5))
            #expect(try await worker.last("r.a.end", ofStream: "R")?.body == Array("x".utf8))
            #expect(try await worker.acknowledge(delivery))
            func isForbidden(_ subject: String, _ work: () async throws -> Void) async {
                await #expect(throws: JetStreamError.bus(.notPermitted(subject: subject))) { try await work() }
            }
            await isForbidden("q.2") { try await worker.publish(BusMessage("q.2")) }
            await isForbidden("$JS.API.STREAM.INFO.Q") { _ = try await worker.info(ofStream: "Q") }
            await isForbidden("$JS.API.STREAM.PURGE.R") { try await worker.purge("r.>", ofStream: "R") }
            await isForbidden("$JS.API.STREAM.MSG.DELETE.R") { try await worker.delete(sequence: 1, ofStream: "R") }
            await isForbidden("$JS.API.CONSUMER.CREATE.R.x") { try await worker.ensure(ConsumerSettings(name: "x"), ofStream: "R") }
            await isForbidden("$JS.API.DIRECT.GET.R.r.a.0") { _ = try await worker.last("r.a.0", ofStream: "R") }
            #expect(try await front.info(ofStream: "R").state.messages == 5)
        }
    }

    @Suite("values by key at a server", .serialized, .enabled(if: NATSServer.program != nil, needsServer))
    struct KeyValueTests {
        @Test("values are written, read and deleted")
        func values() async throws {
            let server = try await NATSServer.start()
            let values = KeyValues("B", of: try await server.jetStream())
            #expect(try await values.ensure().warnings == [])
            #expect(try await values.get("a") == nil)
            #expect(try await values.all() == [])
            #expect(try await values.put("a", [1]) == 1)
            #expect(try await values.put("a", [2]) == 2)
            #expect(try await values.put("b", []) == 3)
            #expect(try await values.get("a") == KeyValues.Entry(key: "a", value: [2], revision: 2))
            try await values.delete("b")
            #expect(try await values.get("b") == nil)
            #expect(try await values.all() == [KeyValues.Entry(key: "a", value: [2], revision: 2)])
        }

        @Test("more values than one answer has are read all the same")
        func many() async throws {
            let server = try await NATSServer.start()
            let values = KeyValues("B", of: try await server.jetStream())
            _ = try await values.ensure(storage: .memory)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1100 { group.addTask { try await values.put("k\(number)", []) } }
                try await group.waitForAll()
            }
            #expect(try await Set(values.all().map(\.key)) == Set((0..<1100).map { "k\($0)" }))
            #expect(try await values.jetStream.info(ofStream: "KV_B").state.consumer_count == 0)
        }

        @Test("who watches is told of all values, of changes, and of values that expire; a lost store begins anew")
        func watching() async throws {
            let server = try await NATSServer.start()
            let values = KeyValues("B", of: try await server.jetStream())
            func make() async throws { _ = try await values.ensure(maxAge: .seconds(2), markerLifetime: .seconds(60)) }
            try await make()
            #expect(try await values.ensure(maxAge: .seconds(2), markerLifetime: .seconds(60)).warnings == [])
            try await values.put("a", [1])
            var changes = values.changes().makeAsyncIterator()
            #expect(await changes.next() == .begins)
            #expect(await changes.next() == .put(.init(key: "a", value: [1], revision: 1)))
            #expect(await changes.next() == .isComplete)
            try await values.put("b", [2])
            #expect(await changes.next() == .put(.init(key: "b", value: [2], revision: 2)))
            try await values.delete("b")
            #expect(await changes.next() == .removed(key: "b", because: .deleted, revision: 3))
            // The key that nobody writes any more.
            let last = await changes.next()
            let isExpired = if case .removed(key: "a", because: .expired, _)? = last { true } else { false }
            #expect(isExpired, "\(String(describing: last))")
            #expect(try await values.get("a") == nil)

            await server.kill()
            try server.wipe()
            try await server.restart()
            try await untilDone { try await make() }
            try await untilDone { try await values.put("c", [3]) }
            var seen: [KeyChange] = []
            while seen.last != .put(.init(key: "c", value: [3], revision: 1)), let change = await changes.next() { seen.append(change) }
            #expect(seen.contains(.begins))
        }

        @Test("a watch ends with its reader, and leaves nothing at the server")
        func ending() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream()
            let values = KeyValues("B", of: jetStream)
            _ = try await values.ensure()
            for await change in values.changes() where change == .isComplete { break }
            while try await jetStream.info(ofStream: "KV_B").state.consumer_count != 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }
#endif
