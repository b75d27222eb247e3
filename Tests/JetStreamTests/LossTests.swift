import Bus
import Foundation
@testable import JetStream
import Synchronization
import TestSupport
import Testing

#if Fleet
    @Suite("JetStream at servers that die", .serialized, .enabled(if: NATSServer.program != nil, needsServer))
    struct LossTests {
        @Test("a server that is killed five times loses nothing that it acknowledged, and nothing comes back", .timeLimit(.minutes(1)))
        func killed() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream(timeout: .seconds(1))
            func make() async throws {
                try await jetStream.makeQueue(lease: .seconds(1))
                try await jetStream.makeEnds()
            }
            try await make()
            let workers = (1...3).map { number in Task { try await work(jetStream, name: "w\(number)") } }
            let isOver = Flag()
            let front = Task {
                var jobs = 0
                while !isOver.isRaised {
                    let job = BusMessage("q.\(jobs)", text: "\(jobs)")
                    try await untilDone { try await jetStream.publish(job, PublishOptions(id: job.subject)) }
                    jobs += 1
                    try await Task.sleep(for: .milliseconds(3))
                }
                return jobs
            }
            for _ in 1...5 {
                // The client needs a moment to find that the server is back.
                try await untilDone { try await jetStream.checkServer() }
                try await Task.sleep(for: .milliseconds(150))
                await server.kill()
                try await server.restart()
            }
            isOver.raise()
            let jobs = try await front.value
            try await untilDrained(jetStream, ends: jobs)
            // What was removed stays removed.
            await server.kill()
            try await server.restart()
            #expect(try await untilDone { try await jetStream.info(ofStream: "Q").state.messages } == 0)
            #expect(try await untilDone { try await jetStream.info(ofStream: "E").state.messages } == jobs)
            for worker in workers { worker.cancel() }
        }

        @Test("after the store was lost twice, a front that releases again ends every job once", .timeLimit(.minutes(1)))
        func wiped() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream(timeout: .seconds(1))
            var timesMade = 0
            func make() async throws {
                try await jetStream.makeQueue(lease: .seconds(1))
                if try await jetStream.makeEnds() { timesMade += 1 }
            }
            try await make()
            let jobs = 60, window = 6
            let workers = (1...2).map { number in Task { try await work(jetStream, name: "w\(number)", slowly: true) } }
            var waiting = Array(0..<jobs), released: Set<Int> = [], archived: Set<Int> = []
            var releasedAgain = 0, wipes = [10, 30]
            func release(_ job: Int) async {
                // A release that fails is repeated when its job is nowhere.
                _ = try? await jetStream.publish(BusMessage("q.\(job)", text: "\(job)"))
            }
            while archived.count < jobs {
                if let next = wipes.first, archived.count >= next {
                    wipes.removeFirst()
                    await server.kill()
                    try server.wipe()
                    try await server.restart()
                }
                while released.count < window, let job = waiting.first {
                    released.insert(waiting.removeFirst())
                    await release(job)
                }
                let isEmpty = try await untilDone(repair: make) { try await jetStream.info(ofStream: "Q").state.messages } == 0
                // Read after it: a job that has left the queue has its end.
                for end in try await untilDone(repair: make, { try await jetStream.lastOfEach(["e.*"], ofStream: "E") }) {
                    guard let job = Int(end.subject.dropFirst(2)), released.remove(job) != nil else { continue }
                    #expect(archived.insert(job).inserted)
                }
                guard isEmpty else { continue }
                for job in released {
                    await release(job)
                    releasedAgain += 1
                }
            }
            #expect(archived == Set(0..<jobs) && wipes.isEmpty)
            #expect(timesMade == 3 && (1...2 * window).contains(releasedAgain))
            for worker in workers { worker.cancel() }
        }

        @Test(
            "a server that is killed amid atomic batches has no part without its end, and all that it acknowledged",
            .timeLimit(.minutes(1)))
        func batches() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream(timeout: .seconds(1))
            try await jetStream.makeResults()
            let isOver = Flag()
            let writers = ["a", "b", "c"].map { name in
                Task {
                    var acknowledged: [String] = []
                    while !isOver.isRaised {
                        acknowledged += try await write(10, named: name + "\(acknowledged.count)x", to: jetStream)
                    }
                    return acknowledged
                }
            }
            for _ in 1...6 {
                try await untilDone { try await jetStream.checkServer() }
                try await Task.sleep(for: .milliseconds(150))
                await server.kill()
                try await server.restart()
            }
            isOver.raise()
            var acknowledged: [String] = []
            for writer in writers { acknowledged += try await writer.value }
            try await checkResults(jetStream, acknowledged: acknowledged)
        }

        @Test(
            "three servers go on when their leader is killed: no job is lost, no batch is torn",
            // Three servers beside builds and other tests on two cores may take longer to agree than any limit here.
            .enabled(if: ProcessInfo.processInfo.environment["EASEL_NATS_CLUSTER"] != nil, "make test-fleet tries three servers"),
            .timeLimit(.minutes(1)))
        func leader() async throws {
            let cluster = try await NATSCluster.start()
            let jetStream = try await cluster.jetStream(timeout: .seconds(1))
            try await untilDone { try await jetStream.makeQueue(lease: .seconds(2), replicas: 3) }
            try await untilDone { try await jetStream.makeEnds(replicas: 3) }
            try await untilDone { try await jetStream.makeResults(replicas: 3) }
            let jobs = 60
            let workers = (1...2).map { number in Task { try await work(jetStream, name: "w\(number)") } }
            let front = Task {
                for job in 0..<jobs {
                    let message = BusMessage("q.\(job)", text: "\(job)")
                    try await untilDone { try await jetStream.publish(message, PublishOptions(id: message.subject)) }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            let writer = Task { try await write(40, named: "n", to: jetStream) }
            try await Task.sleep(for: .milliseconds(300))
            let name = try #require(try await untilDone { try await jetStream.info(ofStream: "R").cluster?.leader })
            let leader = try #require(cluster.server(name))
            await leader.kill()
            let acknowledged = try await writer.value
            try await front.value
            try await leader.restart()
            try await untilDrained(jetStream, ends: jobs)
            try await checkResults(jetStream, acknowledged: acknowledged)
            for worker in workers { worker.cancel() }
        }

        @Test("a server that stands still lets questions time out, and answers again when it goes on")
        func paused() async throws {
            let server = try await NATSServer.start()
            let jetStream = try await server.jetStream(timeout: .milliseconds(200))
            try await jetStream.checkServer()
            server.pause()
            await #expect(throws: JetStreamError.bus(.timedOut(subject: "$JS.API.INFO"))) { try await jetStream.checkServer() }
            server.resume()
            try await untilDone { try await jetStream.checkServer() }
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isRaised: Bool { value.load(ordering: .relaxed) }
        func raise() { value.store(true, ordering: .relaxed) }
    }

    extension JetStream {
        /// A stream `E` of ends on `e.*`: one for each job.
        /// - Returns: whether it was made.
        @discardableResult
        fileprivate func makeEnds(replicas: Int = 1) async throws(JetStreamError) -> Bool {
            var settings = StreamSettings(name: "E", subjects: ["e.*"])
            settings.replicas = replicas
            return try await ensure(settings).wasMade
        }
    }

    /// Takes jobs and ends each, until the task is cancelled. What fails is left to the lease.
    private func work(_ jetStream: JetStream, name: String, slowly: Bool = false) async throws {
        while !Task.isCancelled {
            guard let delivery = try? await jetStream.pull(PullRequest(waiting: .upTo(.milliseconds(500))), from: "c", ofStream: "Q").first
            else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            if slowly { try await Task.sleep(for: .milliseconds(20)) }
            do {
                let end = BusMessage("e." + delivery.message.subject.dropFirst(2), text: name)
                try await jetStream.publish(end, PublishOptions(expectsNone: true))
            } catch JetStreamError.refused(JetStreamError.Code.wrongLastSequence, _) {
                // Ended before; only the acknowledgement was lost.
            } catch {
                continue
            }
            _ = try? await jetStream.acknowledge(delivery)
        }
    }

    private func untilDrained(_ jetStream: JetStream, ends: Int) async throws {
        var left = 0, ended = 0
        for _ in 1...250 {
            (left, ended) = try await untilDone {
                let ended = try await jetStream.info(ofStream: "E").state.messages
                return (try await jetStream.info(ofStream: "Q").state.messages, ended)
            }
            if left == 0, ended == ends { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let consumer = try await jetStream.info(ofConsumer: "c", ofStream: "Q")
        Issue.record("\(ended) of \(ends) jobs have ended, \(left) are in the queue; \(consumer)")
    }

    /// Writes results, one after another. Every other one is tried again after an error, under a new id.
    /// - Returns: the names of those that were acknowledged.
    private func write(_ count: Int, named prefix: String, to jetStream: JetStream) async throws -> [String] {
        var acknowledged: [String] = []
        for number in 0..<count {
            let name = "\(prefix)\(number)"
            var isDone = false, attempt = 0
            while !isDone, attempt < (number.isMultiple(of: 2) ? 200 : 1) {
                attempt += 1
                do {
                    switch try await jetStream.writeResult(name, run: name, id: "\(name)-\(attempt)", partSize: 100_000) {
                    case .committed: isDone = true
                    case .lost:
                        // The only writer of the name: the end is its own, from an attempt whose answer was lost.
                        let end = try await untilDone { try await jetStream.last("r.\(name).end", ofStream: "R") }
                        isDone = end.map { $0.body == Array(name.utf8) } ?? false
                    case .refused: break
                    }
                } catch is JetStreamError {}
                if isDone { acknowledged.append(name) } else { try await Task.sleep(for: .milliseconds(50)) }
            }
            if number.isMultiple(of: 2) { #expect(isDone) }
        }
        return acknowledged
    }

    private func checkResults(_ jetStream: JetStream, acknowledged: [String]) async throws {
        var stored: [StoredMessage] = []
        // One question may not have more than 1,024 answers.
        for part in ["0", "1", "2", "3", "end"] {
            stored += try await untilDone { try await jetStream.lastOfEach(["r.*.\(part)"], ofStream: "R") }
        }
        let byName = Dictionary(grouping: stored) { String($0.subject.split(separator: ".")[1]) }
        for (name, messages) in byName { #expect(messages.count == 5, "\(name)") }
        #expect(Set(acknowledged).isSubset(of: byName.keys))
    }
#endif
