#if Fleet
    internal import Synchronization

    /// A connection to NATS, over the C client `libnats`. It connects again by itself, for ever.
    ///
    /// Blocking calls of the library run on a queue of the connection's own. Waiting for an answer blocks no thread.
    public final class NATSBus: Bus {
        private let state: NATSState
        private let connection: NATSConnection
        private let inboxes: Inboxes

        /// Connects.
        /// - Throws: `invalidAddress`, `invalidFile`; `notAccepted` and `untrusted` when the server refuses; `notConnected` when no server
        ///   answers, unless the options say to wait.
        public static func connect(_ options: NATSOptions) async throws(BusError) -> NATSBus {
            guard options.inboxPrefix.isSubject, !options.inboxPrefix.contains(where: { "*>".contains($0) }) else {
                throw .invalidSubject(options.inboxPrefix)
            }
            let bus = NATSBus(prefix: options.inboxPrefix)
            try await bus.connection.connect(options)
            try await bus.listenForAnswers()
            return bus
        }

        private init(prefix: String) {
            state = NATSState()
            connection = NATSConnection(state: state)
            inboxes = Inboxes(prefix: prefix)
        }

        deinit { state.close(reason: "it is no longer needed") }

        /// Sends what was published, and ends the connection.
        public func close() async {
            state.close(reason: "this program closed it")
            await connection.close()
        }

        public func publish(_ message: BusMessage) async throws(BusError) {
            try message.checkWords()
            try await connection.publish(message)
        }

        public func request(_ message: BusMessage, timeout: Duration) async throws(BusError) -> BusMessage {
            let number = inboxes.nextNumber()
            var message = message
            message.replySubject = inboxes.answerSubject(number)
            try message.checkWords()
            let answers = state.answers(to: number, subject: message.subject)
            defer { state.forget(number) }
            try await connection.publish(message)

            let subject = message.subject
            let clock = Task { [state] in
                try await Task.sleep(for: min(timeout, .seconds(10)))
                state.answer(number, .failure(.timedOut(subject: subject)))
            }
            defer { clock.cancel() }
            for await answer in answers {
                let answer = try answer.get()
                if answer.status == 503, answer.body.isEmpty { throw .noResponders(subject: subject) }
                return answer
            }
            throw .cancelled
        }

        public func replies(to message: BusMessage, for duration: Duration) async throws(BusError) -> AsyncStream<BusMessage> {
            var message = message
            let inbox = inboxes.ownSubject()
            message.replySubject = inbox
            try message.checkWords()
            let (stream, continuation) = AsyncStream.makeStream(of: BusMessage.self)
            let clock = Task {
                try await Task.sleep(for: duration)
                continuation.finish()
            }
            try await subscribe(inbox, continuation, question: message.subject) { clock.cancel() }
            do {
                try await connection.publish(message)
            } catch {
                continuation.finish()
                throw error
            }
            return stream
        }

        public func messages(_ subject: String) async throws(BusError) -> AsyncStream<BusMessage> {
            guard subject.isSubject else { throw .invalidSubject(subject) }
            let (stream, continuation) = AsyncStream.makeStream(of: BusMessage.self, bufferingPolicy: .bufferingNewest(1024))
            try await subscribe(subject, continuation, question: nil) {}
            return stream
        }

        public var status: AsyncStream<BusStatus> { state.statuses() }

        private func listenForAnswers() async throws(BusError) {
            let inboxes = inboxes
            _ = try await connection.subscribe(inboxes.answerSubjects) { [weak state] message in
                guard let number = inboxes.number(of: message.subject) else { return }
                state?.answer(number, .success(message))
            }
        }

        /// - Parameter question: the subject of the message that is answered; nil for a stream that outlives the connection.
        private func subscribe(
            _ subject: String, _ continuation: AsyncStream<BusMessage>.Continuation, question: String?,
            onEnd: @escaping @Sendable () -> Void
        ) async throws(BusError) {
            let reader = state.addReader(continuation, subject: subject, question: question)
            continuation.onTermination = { [state, connection] _ in
                onEnd()
                guard let subscription = state.removeReader(reader) else { return }
                Task { await connection.end(subscription) }
            }
            do {
                let subscription = try await connection.subscribe(subject) { continuation.yield($0) }
                if !state.keep(subscription, of: reader) { await connection.end(subscription) }
            } catch {
                continuation.finish()
                throw error
            }
        }
    }

    /// The subjects of one connection that answers come to. They cannot be guessed.
    private final class Inboxes: Sendable {
        private let prefix: String
        private let last = Atomic<UInt64>(0)

        init(prefix: String) { self.prefix = "\(prefix).\(String(UInt64.random(in: 0 ... .max), radix: 36))" }

        var answerSubjects: String { "\(prefix).a.*" }

        func nextNumber() -> UInt64 { last.add(1, ordering: .relaxed).newValue }

        func answerSubject(_ number: UInt64) -> String { "\(prefix).a.\(number)" }

        func number(of subject: String) -> UInt64? { subject.split(separator: ".").last.flatMap { UInt64($0) } }

        func ownSubject() -> String { "\(prefix).o.\(nextNumber())" }
    }
#endif
