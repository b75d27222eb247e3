import Synchronization

/// Events that one listener has yet to read. Bounded: when it is full, it loses those that matter least.
final class EventMailbox: Sendable {
    static let capacity = 256
    /// Ends of jobs are not lost. A listener with so many of them unread is sent off.
    static let capacityForEnds = 4096

    fileprivate struct State {
        var unread: [NumberedJobEvent] = []
        var isClosed = false
        var reader: CheckedContinuation<NumberedJobEvent?, Never>?
    }

    private let job: JobID?
    private let state: Mutex<State>
    private let onEnd: @Sendable (ObjectIdentifier) -> Void

    /// - Parameters:
    ///   - job: closes with its end; nil for all jobs.
    ///   - remembered: what comes first, however much.
    ///   - onEnd: called when nobody can read from it any more.
    init(job: JobID?, remembered: [NumberedJobEvent], onEnd: @escaping @Sendable (ObjectIdentifier) -> Void) {
        self.job = job
        self.onEnd = onEnd
        state = Mutex(State(unread: remembered, isClosed: job != nil && remembered.contains(where: \.event.isFinal)))
    }

    deinit { onEnd(ObjectIdentifier(self)) }

    /// The events, for one reader.
    var stream: AsyncStream<NumberedJobEvent> {
        AsyncStream { await self.next() } onCancel: { self.close() }
    }

    func put(_ event: NumberedJobEvent) {
        let (reader, first) = state.withLock { state -> (CheckedContinuation<NumberedJobEvent?, Never>?, NumberedJobEvent?) in
            guard !state.isClosed else { return (nil, nil) }
            state.add(event)
            if job != nil, event.event.isFinal { state.isClosed = true }
            guard let reader = state.reader else { return (nil, nil) }
            state.reader = nil
            return (reader, state.takeFirst())
        }
        reader?.resume(returning: first)
    }

    /// Takes no more events. Those that are unread can be read still.
    func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    private func next() async -> NumberedJobEvent? {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> NumberedJobEvent?? in
                if let first = state.takeFirst() { return first }
                if state.isClosed { return .some(nil) }
                state.reader = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}

extension EventMailbox.State {
    fileprivate mutating func takeFirst() -> NumberedJobEvent? { unread.isEmpty ? nil : unread.removeFirst() }

    fileprivate mutating func add(_ event: NumberedJobEvent) {
        unread.append(event)
        guard unread.count > EventMailbox.capacity else { return }
        for worth in EventWorth.allCases where worth != .end {
            if let index = unread.firstIndex(where: { EventWorth($0.event) == worth }) {
                unread.remove(at: index)
                return
            }
        }
        if unread.count > EventMailbox.capacityForEnds { isClosed = true }
    }
}

/// Worth of an event, from least to most.
private enum EventWorth: CaseIterable {
    case preview, step, stage, end

    init(_ event: JobEvent) {
        switch event {
        case .preview: self = .preview
        case .step, .upscaling, .queued: self = .step
        case .download(let download): self = download.state == .fetching ? .step : .stage
        case .started, .compiling, .moved, .encoding, .encodingPictures, .decoding, .pictures, .warned, .queue, .fidelity, .model:
            self = .stage
        case .done, .failed, .cancelled: self = .end
        }
    }
}
