public import FoundationEssentials
import Generation

/// Jobs that are not yet over, and how each may go on.
///
///     queued ⇄ running → done, failed, cancelled
///     queued → cancelled, failed
///
/// A plain value: time is passed in, and its owner writes down and tells the jobs that it returns.
public struct JobQueue: Sendable {
    /// Number of times that a job is begun which the process does not survive.
    public static let attempts = 3

    private struct Entry: Sendable {
        var job: Job
        let group: CompileGroup
        /// Rises with each that came.
        let number: UInt64
    }

    private var entries: [JobID: Entry] = [:]
    private var line = WaitingLine()
    /// Jobs that are drawn, in the order in which they were taken.
    private var taken: [JobID] = []
    private var lastNumber: UInt64 = 0

    public init() {}

    /// Number of jobs that wait.
    public var waitingCount: Int { line.count }
    /// Compile group of the job whose turn it is; nil when none waits.
    var nextGroup: CompileGroup? { line.inTurn(limit: 1).first.flatMap { entries[$0]?.group } }
    /// Jobs that are drawn, in the order in which they were taken.
    public var running: [Job] { taken.compactMap { entries[$0]?.job } }

    /// - Returns: nil for one that is over, or was never here.
    public func job(_ id: JobID) -> Job? { entries[id]?.job }

    /// Number of jobs that have their turn before one that waits: 0 is next. Those that need no compile may still go before it.
    public func position(of id: JobID) -> Int? { line.position(of: id) }

    /// The first that wait, in the order of their turns.
    public func inTurn(limit: Int) -> [JobID] { line.inTurn(limit: limit) }

    /// Lets a new job wait.
    /// - Parameter group: what must be compiled for it.
    public mutating func submit(_ job: Job, group: CompileGroup) {
        precondition(job.state == .queued && entries[job.id] == nil, "only a new job is submitted, and once")
        enter(job, group: group)
    }

    /// Takes up a job that an earlier process left queued or running.
    /// - Returns: the job, queued again; failed when it has been running at the end of too many processes.
    public mutating func recover(_ job: Job, group: CompileGroup, at now: Date) -> Job {
        precondition(!job.state.isFinal && entries[job.id] == nil, "only a job that is not over is recovered, and once")
        var job = job
        if job.state == .running, job.attempts >= Self.attempts {
            let reason = PublicReason(ErrorReason(.interrupted, ["attempts": .init(job.attempts)]), """
                It was begun \(job.attempts) times, and each time the server ended before it was done. \
                Try a smaller picture, or see the server's log.
                """)
            return job.ended(.failed(reason), at: now, keeping: job.pictures)
        }
        job.state = .queued
        job.startedAt = nil
        enter(job, group: group)
        return job
    }

    /// The job that a worker would take first; nil when none waits.
    public func next(for worker: Worker, at now: Date, _ settings: QueueSettings) -> Job? {
        line.next(after: worker.group, at: now, settings).flatMap { entries[$0.job]?.job }
    }

    /// Begins the next job, and those that are drawn together with it.
    /// - Parameter worker: takes the jobs, no more pictures than it usefully draws together, and has their compile group from then on.
    /// - Returns: jobs that are running now; none when none waits.
    public mutating func take(for worker: inout Worker, at now: Date, _ settings: QueueSettings) -> [Job] {
        let tickets = line.take(after: worker.group, at: now, settings, pictureCount: worker.usefulBatchSize)
        if let first = tickets.first { worker.group = first.group }
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
        return job.ended(outcome, at: now, keeping: job.pictures)
    }

    /// Notes that the pictures of a run are stored.
    /// - Parameter job: with all of its pictures that are stored.
    mutating func keep(_ job: Job) {
        entries[job.id]?.job.pictures = job.pictures
        entries[job.id]?.job.finishedRuns = job.finishedRuns
        entries[job.id]?.job.warnings = job.warnings
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

    /// Gives a job a place among those that wait.
    /// - Parameter place: 0 is next; one that is too large is the last.
    /// - Returns: the job; nil when it does not wait.
    public mutating func move(_ id: JobID, to place: Int) -> Job? {
        guard line.move(id, to: place) else { return nil }
        return entries[id]?.job
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
            job: entry.job.id, client: request.client, priority: request.priority, group: entry.group,
            // Several runs follow one another, so such a job is drawn by itself.
            batch: request.runs == 1 ? .init(model: request.model, recipe: request.generation.recipe) : nil,
            pictureCount: request.pictureCount, number: entry.number))
    }
}
