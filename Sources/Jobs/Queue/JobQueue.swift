public import FoundationEssentials

/// Jobs that are not yet over, and what may become of them.
///
///     queued ⇄ running → done, failed, cancelled
///     queued → cancelled, failed
///
/// A plain value: time is passed in, and whoever owns it writes down and tells what it returns.
public struct JobQueue: Sendable {
    /// How often a job is begun that the process does not survive.
    public static let attempts = 3

    private struct Entry: Sendable {
        var job: Job
        let group: CompileGroup
        /// Rises with each that came.
        let number: UInt64
    }

    private var entries: [JobID: Entry] = [:]
    private var line = WaitingLine()
    /// Those being drawn, in the order in which they were taken.
    private var taken: [JobID] = []
    /// Of the job that was taken last.
    private var current: CompileGroup?
    private var lastNumber: UInt64 = 0

    public init() {}

    public var waitingCount: Int { line.count }
    public var running: [Job] { taken.compactMap { entries[$0]?.job } }

    /// - Returns: nil for one that is over, or was never here.
    public func job(_ id: JobID) -> Job? { entries[id]?.job }

    /// How many have their turn before a job that waits: 0 is next. Those that need no compile may still go before it.
    public func position(of id: JobID) -> Int? { line.position(of: id) }

    /// The first that wait, in the order of their turns.
    public func inTurn(limit: Int) -> [JobID] { line.inTurn(limit: limit) }

    /// Lets a new job wait.
    /// - Parameter group: what must be compiled for it.
    /// - Throws: `QueueFull` when as many wait as may.
    public mutating func submit(_ job: Job, group: CompileGroup, capacity: Int) throws(QueueFull) {
        precondition(job.state == .queued && entries[job.id] == nil, "only a new job is submitted, and once")
        guard line.count < capacity else { throw QueueFull(capacity: capacity) }
        enter(job, group: group)
    }

    /// Takes up a job that an earlier process left queued or running, whatever the capacity: it was accepted.
    /// - Returns: what has become of it: queued again; failed when it has been running at the end of too many processes.
    public mutating func recover(_ job: Job, group: CompileGroup, at now: Date) -> Job {
        precondition(!job.state.isFinal && entries[job.id] == nil, "only a job that is not over is recovered, and once")
        var job = job
        if job.state == .running, job.attempts >= Self.attempts {
            return job.ended(
                .failed("It was begun \(job.attempts) times, and each time the server ended before it was done. Try a smaller picture, or see the server's log."),
                at: now)
        }
        job.state = .queued
        job.startedAt = nil
        enter(job, group: group)
        return job
    }

    /// Which job would be taken first.
    public func next(at now: Date, _ settings: QueueSettings) -> Job? {
        line.next(after: current, at: now, settings).flatMap { entries[$0.job]?.job }
    }

    /// Begins the next job, and those that are drawn together with it.
    /// - Parameter pictureCount: most pictures that are drawn together.
    /// - Returns: jobs that are running now; none when none waits.
    public mutating func take(at now: Date, _ settings: QueueSettings, pictureCount: Int) -> [Job] {
        let tickets = line.take(after: current, at: now, settings, pictureCount: pictureCount)
        if let first = tickets.first { current = first.group }
        return tickets.compactMap { ticket in
            entries[ticket.job]?.job.state = .running
            entries[ticket.job]?.job.attempts += 1
            entries[ticket.job]?.job.startedAt = now
            taken.append(ticket.job)
            return entries[ticket.job]?.job
        }
    }

    /// - Returns: the job as it is now that it is over; nil when it is not here, or waits and so cannot be done.
    public mutating func end(_ id: JobID, as outcome: JobOutcome, at now: Date) -> Job? {
        guard let job = entries[id]?.job else { return nil }
        if case .done = outcome, job.state != .running { return nil }
        entries[id] = nil
        line.remove(id)
        taken.removeAll { $0 == id }
        return job.ended(outcome, at: now)
    }

    /// Lets a running job wait again, with its place among those of its client, as if it had not been begun.
    /// - Returns: nil when it is not running.
    public mutating func putBack(_ id: JobID) -> Job? {
        guard var entry = entries[id], entry.job.state == .running else { return nil }
        taken.removeAll { $0 == id }
        entry.job.state = .queued
        entry.job.startedAt = nil
        // It was told to stop; that is not a try that went wrong.
        entry.job.attempts -= 1
        entries[id] = entry
        wait(entry)
        return entry.job
    }

    /// Changes when a job comes.
    /// - Returns: nil when it does not wait.
    public mutating func prioritize(_ id: JobID, _ priority: Int) -> Job? {
        guard var entry = entries[id], line.remove(id) != nil else { return nil }
        entry.job.request.priority = priority
        entries[id] = entry
        wait(entry)
        return entry.job
    }

    private mutating func enter(_ job: Job, group: CompileGroup) {
        lastNumber += 1
        let entry = Entry(job: job, group: group, number: lastNumber)
        entries[job.id] = entry
        wait(entry)
    }

    private mutating func wait(_ entry: Entry) {
        let request = entry.job.request
        line.add(.init(
            job: entry.job.id, client: request.client, priority: request.priority, group: entry.group, batchKey: BatchKey(request),
            pictureCount: request.pictureCount, number: entry.number))
    }
}
