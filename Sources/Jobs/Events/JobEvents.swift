public import FoundationEssentials
import Synchronization

/// An event with its number, as streams carry it.
public struct NumberedJobEvent: Sendable, Equatable {
    /// Rises strictly, across restarts too.
    public let number: UInt64
    /// The job that it happened to; nil for none.
    public let job: JobID?
    /// The event itself.
    public let event: JobEvent
    /// Time at which it was told.
    public let time: Date

    public init(number: UInt64, job: JobID?, event: JobEvent, time: Date) {
        self.number = number
        self.job = job
        self.event = event
        self.time = time
    }
}

/// Tells listeners what happens, and remembers the latest events for those who come back.
public final class JobEvents: Sendable {
    private struct State {
        var lastNumber: UInt64
        var remembered = EventMemory()
        /// Mailboxes by the job that they are for; nil: all.
        var mailboxes: [JobID?: [ObjectIdentifier: WeakMailbox]] = [:]
        var isClosed = false
    }

    private struct WeakMailbox { weak var mailbox: EventMailbox? }

    private let state: Mutex<State>
    private let now: @Sendable () -> Date

    /// - Parameter now: numbers start from the milliseconds at the start, times 1000, so that they are above those of earlier processes.
    public init(now: @escaping @Sendable () -> Date = { .now }) {
        self.now = now
        state = Mutex(State(lastNumber: UInt64(max(0, now().timeIntervalSince1970 * 1000)) * 1000))
    }

    /// Tells what happens from now on to a job, or to all, after what is remembered from before.
    ///
    /// A reader who is slow misses previews first, then steps, then whatever else is not the end of a job. One who misses so many ends
    /// that they fill its mailbox is sent off: the stream ends, and it may come back with the last number that it has seen.
    /// - Parameters:
    ///   - job: nil for all jobs, and what happens to none; else the stream ends with the job.
    ///   - after: only events with higher numbers. When nil, all that is remembered of `job`, or only what is new of all jobs.
    public func stream(of job: JobID? = nil, after: UInt64? = nil) -> AsyncStream<NumberedJobEvent> {
        mailbox(of: job, after: after).stream
    }

    /// True when somebody would hear of the job.
    public func isWatched(_ job: JobID) -> Bool { state.withLock { $0.mailboxes[job] != nil || $0.mailboxes[nil] != nil } }

    /// Tells an event to all who listen.
    /// - Parameter job: the job that it happened to; nil for none.
    public func send(_ event: JobEvent, of job: JobID?) {
        // Released after the lock: a mailbox that goes away asks for the lock itself.
        var listeners: [EventMailbox] = []
        state.withLock { state in
            state.lastNumber += 1
            let event = NumberedJobEvent(number: state.lastNumber, job: job, event: event, time: now())
            state.remembered.add(event)
            listeners = Set([job, nil]).flatMap { (state.mailboxes[$0] ?? [:]).values.compactMap(\.mailbox) }
            for listener in listeners { listener.put(event) }
        }
    }

    /// Ends all streams; those to come end after what is remembered.
    public func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            return state.mailboxes.values.flatMap { $0.values.compactMap(\.mailbox) }
        }
        for listener in listeners { listener.close() }
    }

    func mailbox(of job: JobID?, after: UInt64?) -> EventMailbox {
        state.withLock { state in
            let mailbox = EventMailbox(job: job, remembered: state.remembered.events(of: job, after: after)) { [weak self] in
                self?.remove($0, of: job)
            }
            if state.isClosed {
                mailbox.close()
            } else {
                state.mailboxes[job, default: [:]][ObjectIdentifier(mailbox)] = WeakMailbox(mailbox: mailbox)
            }
            return mailbox
        }
    }

    /// Tells one listener how its job ended, in case that is remembered no more.
    func conclude(_ mailbox: EventMailbox, _ job: JobID, _ event: JobEvent) {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        mailbox.put(NumberedJobEvent(number: number, job: job, event: event, time: now()))
    }

    private func remove(_ mailbox: ObjectIdentifier, of job: JobID?) {
        state.withLock { state in
            state.mailboxes[job]?[mailbox] = nil
            if state.mailboxes[job]?.isEmpty == true { state.mailboxes[job] = nil }
        }
    }
}
