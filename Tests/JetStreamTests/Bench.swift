import Bus
import Foundation
@testable import JetStream
import TestSupport
import Testing

let needsServer: Comment = "`make fleet-server` gets a NATS server"

/// A bus whose server gives prepared answers.
struct FakeBus: Bus {
    var answer: @Sendable (BusMessage) throws(BusError) -> BusMessage

    func publish(_ message: BusMessage) async throws(BusError) {}
    func request(_ message: BusMessage, timeout: Duration) async throws(BusError) -> BusMessage { try answer(message) }
    func replies(to message: BusMessage, for duration: Duration) async throws(BusError) -> AsyncStream<BusMessage> {
        let answer = try answer(message)
        return AsyncStream { continuation in
            continuation.yield(answer)
            continuation.finish()
        }
    }
    func messages(_ subject: String) async throws(BusError) -> AsyncStream<BusMessage> { AsyncStream { $0.finish() } }
    var status: AsyncStream<BusStatus> { AsyncStream { $0.finish() } }
}

#if Fleet
    extension NATSServer {
        func jetStream(_ credentials: NATSOptions.Credentials = .none, inboxPrefix: String = "_INBOX", timeout: Duration = .seconds(5))
            async throws -> JetStream
        {
            JetStream(
                try await NATSBus.connect(NATSOptions(servers: [url], credentials: credentials, inboxPrefix: inboxPrefix)),
                timeout: timeout)
        }
    }

    extension NATSCluster {
        func jetStream(timeout: Duration = .seconds(5)) async throws -> JetStream {
            let jetStream = JetStream(try await NATSBus.connect(NATSOptions(servers: servers.map(\.url))), timeout: timeout)
            try await untilDone { try await jetStream.checkServer() }
            return jetStream
        }
    }

    /// Tries again as long as the server cannot be asked, or has lost what is asked for.
    /// - Parameter repair: runs before each further try.
    @discardableResult
    func untilDone<Value: Sendable>(
        repair: () async throws -> Void = {}, _ work: () async throws -> Value
    ) async throws -> Value {
        for _ in 1...400 {
            do {
                return try await work()
            } catch let error as JetStreamError where error.isPassing {
                try await Task.sleep(for: .milliseconds(50))
                try? await repair()
            }
        }
        return try await work()
    }

    extension JetStreamError {
        /// Whether a later try may succeed.
        var isPassing: Bool {
            switch self {
            case .bus(.disconnected), .bus(.timedOut), .bus(.noResponders), .notEnabled: true
            // "JetStream system temporarily unavailable", "no suitable peers", "stream is offline"
            case .refused(10008, _), .refused(10005, _), .refused(10118, _), .refused(10074, _), .refused(10023, _), .refused(503, _): true
            case .refused(409, _): true
            default: isMissing
            }
        }
    }

    extension JetStream {
        /// A work queue `Q` on `q.>`, with the consumer `c`.
        func makeQueue(lease: Duration = .seconds(30), replicas: Int = 1, mostDeliveries: Int? = nil, mostWaiting: Int? = nil)
            async throws(JetStreamError)
        {
            var settings = StreamSettings(name: "Q", subjects: ["q.>"])
            settings.retention = .workQueue
            settings.discard = .new
            settings.replicas = replicas
            settings.allowsLifetimes = true
            _ = try await ensure(settings)
            var consumer = ConsumerSettings(name: "c", subject: "q.>")
            consumer.lease = lease
            consumer.mostDeliveries = mostDeliveries
            consumer.mostWaiting = mostWaiting
            consumer.mostLeased = 20_000
            try await ensure(consumer, ofStream: "Q")
        }

        /// A stream `R` on `r.>` for atomic batches.
        func makeResults(replicas: Int = 1) async throws(JetStreamError) {
            var settings = StreamSettings(name: "R", subjects: ["r.>"])
            settings.allowsAtomicBatches = true
            settings.mostMessagesPerSubject = 1
            settings.discard = .new
            settings.replicas = replicas
            _ = try await ensure(settings)
        }

        /// Four parts and an end that only one can write.
        func writeResult(_ name: String, run: String, id: String, partSize: Int = 100) async throws(JetStreamError) -> BatchOutcome {
            var messages = (0..<4).map {
                (message: BusMessage("r.\(name).\($0)", body: [UInt8](repeating: UInt8($0), count: partSize)), options: PublishOptions())
            }
            messages.append((BusMessage("r.\(name).end", text: run), PublishOptions(expectsNone: true)))
            return try await publishAtomically(messages, id: id)
        }
    }
#else
    @Test("JetStream with a server", .enabled(if: false, "needs the trait Fleet: `make test-fleet`"))
    func needsTrait() {}
#endif
