#if Fleet
    internal import Synchronization

    /// State of a connection, with those who wait for answers. The library's threads change it.
    final class NATSState: Sendable {
        typealias Answer = Result<BusMessage, BusError>

        private struct Reader {
            let continuation: AsyncStream<BusMessage>.Continuation
            let subject: String
            /// The subject of the message that is answered; nil for a stream that outlives the connection.
            let question: String?
            /// nil until it is made.
            var subscription: NATSConnection.Subscription?
        }

        private struct Waiting {
            let continuation: AsyncStream<Answer>.Continuation
            let subject: String
        }

        private struct Values {
            var status = BusStatus.disconnected(reason: "it was never made")
            var watchers: [UInt64: AsyncStream<BusStatus>.Continuation] = [:]
            var waiting: [UInt64: Waiting] = [:]
            var readers: [UInt64: Reader] = [:]
            var lastNumber: UInt64 = 0

            mutating func add<Value>(_ value: Value, to list: WritableKeyPath<Self, [UInt64: Value]>) -> UInt64 {
                lastNumber += 1
                self[keyPath: list][lastNumber] = value
                return lastNumber
            }
        }

        private let values = Mutex(Values())

        /// The reason why nothing can be sent now; nil when it can.
        var obstacle: BusError? {
            switch values.withLock(\.status) {
            case .connected, .warning: nil
            case .disconnected(let reason): .disconnected(reason: reason)
            case .closed(let reason): .closed(reason: reason)
            }
        }

        func statuses() -> AsyncStream<BusStatus> {
            let (stream, continuation) = AsyncStream.makeStream(of: BusStatus.self, bufferingPolicy: .bufferingNewest(64))
            let number = values.withLock { values in
                continuation.yield(values.status)
                if case .closed = values.status { continuation.finish() }
                return values.add(continuation, to: \.watchers)
            }
            continuation.onTermination = { [weak self] _ in self?.values.withLock { _ = $0.watchers.removeValue(forKey: number) } }
            return stream
        }

        func answers(to number: UInt64, subject: String) -> AsyncStream<Answer> {
            let (stream, continuation) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingOldest(1))
            values.withLock { $0.waiting[number] = Waiting(continuation: continuation, subject: subject) }
            return stream
        }

        func answer(_ number: UInt64, _ answer: Answer) { values.withLock(\.waiting)[number]?.continuation.yield(answer) }

        func forget(_ number: UInt64) { values.withLock { _ = $0.waiting.removeValue(forKey: number) } }

        func addReader(_ continuation: AsyncStream<BusMessage>.Continuation, subject: String, question: String?) -> UInt64 {
            values.withLock { $0.add(Reader(continuation: continuation, subject: subject, question: question), to: \.readers) }
        }

        /// - Returns: the subscription that is to be ended.
        func removeReader(_ number: UInt64) -> NATSConnection.Subscription? {
            values.withLock { $0.readers.removeValue(forKey: number)?.subscription }
        }

        /// - Returns: false when the reader has gone meanwhile.
        func keep(_ subscription: NATSConnection.Subscription, of number: UInt64) -> Bool {
            values.withLock { values in
                values.readers[number]?.subscription = subscription
                return values.readers[number] != nil
            }
        }

        func connected(server: String) { tell(.connected(server: server)) }

        /// Fails what waits: the answer may have been lost with the connection.
        func disconnected(reason: String) {
            tell(.disconnected(reason: reason))
            let (waiting, readers) = values.withLock { ($0.waiting, $0.readers) }
            for entry in waiting.values { entry.continuation.yield(.failure(.disconnected(reason: reason))) }
            for reader in readers.values where reader.question != nil { reader.continuation.finish() }
        }

        func close(reason: String) {
            tell(.closed(reason: reason))
            let (waiting, readers, watchers) = values.withLock { ($0.waiting, $0.readers, $0.watchers) }
            for entry in waiting.values { entry.continuation.yield(.failure(.closed(reason: reason))) }
            for reader in readers.values { reader.continuation.finish() }
            for watcher in watchers.values { watcher.finish() }
        }

        /// Fails what waits for an answer to the subject, or listens to it.
        /// - Parameter subject: the one that the user may not use; nil when something else failed.
        func warned(subject: String?, reason: String) {
            let (waiting, readers, watchers) = values.withLock { ($0.waiting, $0.readers, $0.watchers) }
            for watcher in watchers.values { watcher.yield(.warning(reason: reason)) }
            guard let subject else { return }
            for entry in waiting.values where entry.subject == subject {
                entry.continuation.yield(.failure(.notPermitted(subject: subject)))
            }
            for reader in readers.values where reader.subject == subject || reader.question == subject { reader.continuation.finish() }
        }

        /// Nothing follows the news that the connection is closed.
        private func tell(_ status: BusStatus) {
            values.withLock { values in
                if case .closed = values.status { return }
                values.status = status
                for watcher in values.watchers.values { watcher.yield(status) }
            }
        }
    }
#endif
