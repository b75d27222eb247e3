public import FoundationEssentials
public import Logging

/// Takes jobs, has them drawn one after another, and tells what becomes of them.
///
/// A job is in the archive before `submit` returns, and its pictures are there before it is done: what was promised outlives the process.
public actor JobService {
    let archive: any JobArchive
    let painter: any Painting
    let settings: @Sendable () -> QueueSettings
    let logger: Logger
    let logsPrompts: Bool
    let now: @Sendable () -> Date
    let sleep: @Sendable (Duration) async throws -> Void
    let measure: @Sendable (JobMeasurement) -> Void
    /// What happens to jobs.
    public nonisolated let events: JobEvents

    var queue = JobQueue()
    /// Submitted, and on the way to the archive.
    private var arriving = 0
    /// As they are now, while the archive does not know it yet.
    private var unwritten: [JobID: Job] = [:]
    /// Over, and not told yet.
    private var ending: Set<JobID> = []
    private var lastWrite: Task<Void, Never>?
    private var recovery: Task<Void, any Error>?
    /// Done, with pictures on the way to the archive: nothing can be changed any more.
    var storing: Set<JobID> = []
    var drawing: Drawing?
    /// The painter's work on `drawing`.
    var painting: Task<Void, any Error>?
    /// Its present run.
    var round: Task<[PaintedRequest], any Error>?
    var isStopping = false
    var graceTimer: Task<Void, any Error>?
    /// The grace period is over.
    var isBrokenOff = false
    var idler: CheckedContinuation<Void, Never>?
    /// The painter's rest under load.
    var resting: Task<Void, Never>?
    /// Jobs drawn since the painter last came to the end of a rest.
    var jobsWithoutRest = 0
    var secondsPerJob = 5.0
    private var endedCounts: [JobState: Int] = [:]
    private var toldPositions: [JobID: Int] = [:]

    /// - Parameters:
    ///   - settings: asked whenever they matter, so that changes count for the next job.
    ///   - logsPrompts: whether words of prompts may stand in the log, as warnings have them.
    ///   - now: for what is written down.
    ///   - sleep: for limits of time; throws when the task is cancelled.
    ///   - events: where it tells what happens to jobs; others may tell there, too.
    ///   - onMeasure: should return at once.
    public init(
        archive: any JobArchive, painter: any Painting, settings: @escaping @Sendable () -> QueueSettings, logger: Logger, logsPrompts: Bool = false,
        now: @escaping @Sendable () -> Date = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }, events: JobEvents? = nil,
        onMeasure: @escaping @Sendable (JobMeasurement) -> Void = { _ in }
    ) {
        self.archive = archive
        self.painter = painter
        self.settings = settings
        self.logger = logger
        self.logsPrompts = logsPrompts
        self.now = now
        self.sleep = sleep
        measure = onMeasure
        self.events = events ?? JobEvents(now: now)
    }

    /// Accepts a job.
    /// - Parameter idempotencyKey: with one that the same client has used before, nothing is done again.
    /// - Returns: the job, or the one that the key was first used for.
    /// - Throws: `InvalidRequest` for what cannot be drawn; `QueueFull`; `IdempotencyKeyReused`; what the archive throws, and then the job is not accepted.
    public func submit(_ request: JobRequest, idempotencyKey: IdempotencyKey? = nil) async throws -> Job {
        try request.validate()
        try await painter.validate(request)
        try await recover()
        let capacity = settings().capacity
        guard queue.waitingCount + arriving < capacity else {
            throw QueueFull(capacity: capacity, retryAfterSeconds: Int(min(max(1, secondsPerJob.rounded(.up)), 600)))
        }
        arriving += 1
        defer { arriving -= 1 }
        let group = await painter.group(of: request)
        let new = Job(id: JobID(at: now()), request, submittedAt: now())
        let archive = archive
        let job = try await uncancelled { try await archive.add(new, idempotencyKey: idempotencyKey) }
        guard job.id == new.id else { return job }

        // Its place is kept by `arriving`.
        try queue.submit(job, group: group, capacity: .max)
        logger.info("Job accepted", metadata: [
            "job": "\(job.id)", "client": "\(request.client)", "model": "\(request.model)", "pictures": "\(request.pictureCount)", "waiting": "\(queue.waitingCount)",
        ])
        events.send(.queued(position: queue.position(of: job.id) ?? 0), of: job.id)
        measure(.queueLength(queue.waitingCount))
        wake()
        return job
    }

    /// Ends a job that waits or is being drawn; the painter stops within one step. Pictures of runs that were finished are kept.
    /// - Returns: the job as it is then; nil when there is none. One that is over already is returned as it is.
    public func cancel(_ id: JobID) async throws -> Job? {
        try await recover()
        if let job = await end(id, as: .cancelled) { return job }
        return storing.contains(id) ? try await ended(id) : try await job(id)
    }

    /// Ends what is being drawn: A1111's interrupt.
    public func cancelRunning() async throws {
        for job in queue.running { _ = try await cancel(job.id) }
    }

    /// Ends the run that is being drawn, and goes on with the next: A1111's skip. A job without any finished run is cancelled.
    public func skipRun() {
        drawing?.skipRun()
        round?.cancel()
    }

    /// Changes when a job comes. Higher priorities come first.
    /// - Returns: nil when no such job waits.
    public func prioritize(_ id: JobID, _ priority: Int) async throws -> Job? {
        try await recover()
        guard let job = queue.prioritize(id, priority) else { return nil }
        await write(job)
        tellPositions()
        return job
    }

    /// - Returns: nil when there is none of that name.
    public func job(_ id: JobID) async throws -> Job? {
        if let known = queue.job(id) ?? unwritten[id] { return known }
        return try await archive.job(id)
    }

    /// - Parameters:
    ///   - state: nil for all.
    ///   - before: only jobs that came before this one.
    /// - Returns: `limit` jobs at most, the newest first.
    public func jobs(in state: JobState?, before: JobID?, limit: Int) async throws -> [Job] {
        try await archive.jobs(in: state, before: before, limit: limit)
            .map { queue.job($0.id) ?? unwritten[$0.id] ?? $0 }
            .filter { state == nil || $0.state == state }
    }

    /// How many have their turn before each of these jobs, as far as they wait.
    public func positions(of jobs: some Sequence<JobID>) -> [JobID: Int] {
        jobs.reduce(into: [:]) { positions, id in positions[id] = queue.position(of: id) }
    }

    /// Waits until a job is over. Cancelling the task that waits only stops the waiting.
    /// - Throws: `UnknownJob`, `ServiceStopped`, `CancellationError`; what the archive throws.
    public func ended(_ id: JobID) async throws -> Job {
        guard let stream = try await story(of: id) else { throw UnknownJob(id) }
        for await event in stream where event.event.isFinal {
            guard let job = try await job(id) else { throw UnknownJob(id) }
            return job
        }
        try Task.checkCancellation()
        throw ServiceStopped()
    }

    /// What has happened to a job as far as it is remembered, and goes on to happen, until it is over.
    /// - Parameter after: only events with higher numbers; the end is told in any case.
    /// - Returns: nil when there is no such job.
    public func story(of id: JobID, after: UInt64? = nil) async throws -> AsyncStream<NumberedJobEvent>? {
        // Listens before it looks, so that no end falls in between.
        let mailbox = events.mailbox(of: id, after: after)
        guard let job = try await job(id) else { return nil }
        if let outcome = job.outcome, !ending.contains(id) { events.conclude(mailbox, id, outcome.event) }
        return mailbox.stream
    }

    /// What the queue is at.
    public var progress: QueueProgress {
        var progress = drawing?.progress ?? QueueProgress()
        progress.waitingCount = queue.waitingCount
        progress.endedCounts = endedCounts
        return progress
    }
}

// What the consumer needs too

extension JobService {
    /// Takes up what an earlier process has left. Once; whoever comes first waits for it.
    func recover() async throws {
        let recovery = recovery ?? Task { try await takeUpUnfinished() }
        self.recovery = recovery
        do {
            try await recovery.value
        } catch {
            // The next one tries again.
            if self.recovery == recovery { self.recovery = nil }
            throw error
        }
    }

    private func takeUpUnfinished() async throws {
        let unfinished = try await archive.unfinishedJobs()
        for job in unfinished {
            let group = await painter.group(of: job.request)
            guard queue.job(job.id) == nil else { continue }
            let recovered = queue.recover(job, group: group, at: now())
            if recovered != job { await write(recovered) }
            if let outcome = recovered.outcome {
                logger.error("Job failed", metadata: ["job": "\(job.id)", "attempts": "\(job.attempts)"])
                tellEnd(of: recovered, outcome)
            }
        }
        guard !unfinished.isEmpty else { return }
        logger.info("Jobs of an earlier run go on", metadata: ["jobs": "\(queue.waitingCount)"])
        measure(.queueLength(queue.waitingCount))
        wake()
    }

    /// Ends a job at once, then writes it down and tells.
    /// - Returns: nil when it is over already, or its pictures are on the way to the archive.
    func end(_ id: JobID, as outcome: JobOutcome) async -> Job? {
        guard !storing.contains(id), let known = queue.job(id) else { return nil }
        if let drawing, drawing.jobs.contains(where: { $0.id == id }) {
            let isLast = !drawing.leave(id)
            if isLast { painting?.cancel() }
            let painted = drawing.painted(for: id)
            if !painted.isEmpty { return await store(painted, of: known, as: outcome, warnings: drawing.warnings(for: id)) }
        }
        return await endWithoutPictures(id, as: outcome)
    }

    func endWithoutPictures(_ id: JobID, as outcome: JobOutcome) async -> Job? {
        guard let job = queue.end(id, as: outcome, at: now()) else { return nil }
        ending.insert(id)
        measure(.queueLength(queue.waitingCount))
        await write(job)
        tellEnd(of: job, outcome)
        return job
    }

    func tellEnd(of job: Job, _ outcome: JobOutcome) {
        ending.remove(job.id)
        endedCounts[job.state, default: 0] += 1
        toldPositions[job.id] = nil
        measure(.ended(job.state, seconds: max(0, (job.endedAt ?? now()).timeIntervalSince(job.submittedAt))))
        if !job.warnings.isEmpty { events.send(.warned(job.warnings), of: job.id) }
        events.send(outcome.event, of: job.id)
    }

    /// Tells those who watch one of the first jobs in line of a place that has changed.
    func tellPositions() {
        var positions: [JobID: Int] = [:]
        for (position, id) in queue.inTurn(limit: 20).enumerated() {
            positions[id] = position
            if toldPositions[id] != position, events.isWatched(id) { events.send(.queued(position: position), of: id) }
        }
        toldPositions = positions
    }

    /// Writes down what has become of a job, after what was written before. What fails is tried again when the next job is over; until
    /// then this process knows it.
    func write(_ job: Job) async {
        unwritten[job.id] = job
        let previous = lastWrite
        let write = Task {
            await previous?.value
            do {
                try await archive.update(job)
                if unwritten[job.id] == job { unwritten[job.id] = nil }
            } catch {
                logger.error("The archive could not write a job down", metadata: ["job": "\(job.id)", "state": "\(job.state)", "error": "\(error)"])
                measure(.archiveFailed)
            }
        }
        lastWrite = write
        await write.value
    }

    func writeAgain() async {
        for id in Array(unwritten.keys) {
            // As it is by now.
            if let job = unwritten[id] { await write(job) }
        }
    }

    /// The archive knows better.
    func forgetUnwritten(_ id: JobID) { unwritten[id] = nil }

    func wake() {
        idler?.resume()
        idler = nil
    }

    /// Runs to its end, whatever happens to the task that waits for it: a client that goes away leaves nothing half done.
    func uncancelled<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(operation: work).value
    }
}
