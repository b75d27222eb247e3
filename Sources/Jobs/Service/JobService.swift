public import FoundationEssentials
import Generation
public import Logging

/// Takes jobs, has them drawn, and tells what becomes of them.
///
/// A job is in the archive before `submit` returns, and its pictures are there before it is done: what was promised outlives the process.
/// A `Dispatcher` decides; this actor tells it what happens, and takes the steps that it answers.
public actor JobService {
    /// Time without anything to draw before a worker rests. A client that wants one picture after another asks again at once, and
    /// should not wait for a rest to be broken off.
    static let calm = Duration.seconds(1)
    /// Time between two rests of an idle worker.
    private static let pause = Duration.seconds(30)

    private let archive: any JobArchive
    private let painter: any Painting
    private let settings: @Sendable () -> QueueSettings
    private let logger: Logger
    private let logsPrompts: Bool
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void
    private let measure: @Sendable (JobMeasurement) -> Void
    /// Tells what happens to jobs.
    public nonisolated let events: JobEvents

    private var dispatcher = Dispatcher()
    private var recovery: Task<Void, any Error>?
    private var lastWrite: Task<Job, Never>?
    /// Tasks that store pictures of finished runs, by job.
    private var runStores: [JobID: Task<Void, Never>] = [:]
    private var pace = DrawingPace()
    /// Jobs that each worker draws, with their pictures.
    private var drawings: [Worker.ID: Drawing] = [:]
    /// A worker's present work: its order, or its rest.
    private var work: [Worker.ID: Task<Void, Never>] = [:]
    /// Limits of that work.
    private var timers: [Worker.ID: Task<Void, any Error>] = [:]
    private var graceTimer: Task<Void, any Error>?
    private var finished: CheckedContinuation<Void, Never>?

    /// - Parameters:
    ///   - archive: keeps jobs and pictures.
    ///   - painter: draws.
    ///   - settings: asked whenever they matter, so that changes count for the next job.
    ///   - logger: gets a line for each decision.
    ///   - logsPrompts: whether words of prompts may stand in the log, as warnings have them.
    ///   - now: time for everything that is written down.
    ///   - sleep: for limits of time; throws when the task is cancelled.
    ///   - events: where it tells what happens to jobs; others may tell there, too.
    ///   - onMeasure: should return at once.
    public init(
        archive: any JobArchive, painter: any Painting, settings: @escaping @Sendable () -> QueueSettings, logger: Logger,
        logsPrompts: Bool = false,
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

    /// Takes up what an earlier process has left, then draws until the task is cancelled.
    ///
    /// After the cancellation, jobs that are drawn may end within the grace period. Then they are broken off, and wait for the next start.
    /// All streams of events have ended when this returns.
    /// - Throws: what the archive throws when it cannot be read.
    public func run() async throws {
        try await recover()
        dispatcher.start()
        let workers = Task {
            for await present in await painter.workers() { follow { $0.setWorkers(present, at: $1) } }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { finished = $0 }
        } onCancel: {
            Task { await self.stop() }
        }
        workers.cancel()
        graceTimer?.cancel()
        events.close()
    }

    private func stop() { follow { dispatcher, _ in dispatcher.stop() } }

    /// Accepts a job.
    /// - Parameter idempotencyKey: with one that the same client has used before, nothing is done again.
    /// - Returns: the job, or the one that the key was first used for.
    /// - Throws: `InvalidRequest` for what cannot be drawn; `QueueFull`; `IdempotencyKeyReused`; what the archive throws. The job is not
    ///   accepted then.
    public func submit(_ request: JobRequest, idempotencyKey: IdempotencyKey? = nil) async throws -> Job {
        try request.validate()
        try await painter.validate(request)
        try await recover()
        dispatcher.settings = settings()
        try dispatcher.reserve()
        defer { dispatcher.unreserve() }
        let group = await painter.group(of: request)
        let new = Job(id: JobID(at: now()), request, submittedAt: now())
        // In a task of its own, which goes on when the client goes away: a job is in the archive and in the queue, or in neither.
        let job = try await Task { [archive] in try await archive.add(new, idempotencyKey: idempotencyKey) }.value
        guard job.id == new.id else { return job }
        logger.info("Job accepted", metadata: [
            "job": "\(job.id)", "client": "\(request.client)", "model": "\(request.model)", "pictures": "\(request.pictureCount)",
            "waiting": "\(dispatcher.waitingCount + 1)",
        ])
        follow { dispatcher, _ in dispatcher.submit(job, group: group) }
        return job
    }

    /// Ends a job that waits or is being drawn; its worker stops within one step. Pictures of runs that were finished are kept.
    /// - Returns: the job as it is then; nil when there is none. One that is over already is returned as it is.
    /// - Throws: `ServiceStopped`, `CancellationError`; what the archive throws.
    public func cancel(_ id: JobID) async throws -> Job? {
        try await recover()
        guard let steps = dispatcher.cancel(id, at: now()) else {
            // Over, or its pictures are on the way to the archive.
            return dispatcher.running.contains { $0.id == id } ? try await ended(id) : try await job(id)
        }
        return await carryOut(steps)[id]?.value
    }

    /// Ends all that is being drawn: A1111's interrupt.
    /// - Throws: as `cancel`.
    public func cancelRunning() async throws {
        for job in dispatcher.running { _ = try await cancel(job.id) }
    }

    /// Ends the run that is being drawn, and goes on with the next: A1111's skip. A job without any finished run is cancelled.
    public func skipRun() { follow { dispatcher, _ in dispatcher.skipRun() } }

    /// Changes when a job comes. Higher priorities come first.
    /// - Returns: nil when no such job waits.
    /// - Throws: what the archive throws when it cannot be read.
    public func prioritize(_ id: JobID, _ priority: Int) async throws -> Job? {
        try await recover()
        guard let steps = dispatcher.prioritize(id, priority) else { return nil }
        return await carryOut(steps)[id]?.value
    }

    /// Gives a job a place among those that wait. It and all jobs before it then come in that order, before all others, whatever their
    /// priorities and clients. Places are not kept over a restart.
    /// - Parameter place: 0 is next; one that is too large is the last.
    /// - Returns: the job; nil when there is none of that name.
    /// - Throws: `NotWaiting`; what the archive throws.
    public func move(_ id: JobID, to place: Int) async throws -> Job? {
        try await recover()
        if let steps = dispatcher.move(id, to: place) {
            carryOut(steps)
        } else if let job = try await job(id) {
            throw NotWaiting(job)
        }
        return dispatcher.job(id)
    }

    /// Ends all jobs that wait.
    /// - Returns: number of jobs that were ended.
    /// - Throws: what the archive throws when it cannot be read.
    public func cancelWaiting() async throws -> Int {
        try await recover()
        let (steps, jobs) = dispatcher.cancelWaiting(at: now())
        for write in carryOut(steps).values { _ = await write.value }
        return jobs.count
    }

    /// Begins no more jobs, or begins them again. What is drawn goes on to its end, and jobs are accepted meanwhile.
    public func pause(_ isPaused: Bool) {
        guard isPaused != dispatcher.isPaused else { return }
        logger.info(isPaused ? "The queue is paused" : "The queue goes on", metadata: ["waiting": "\(dispatcher.waitingCount)"])
        follow { dispatcher, _ in dispatcher.pause(isPaused) }
    }

    /// State of the queue as a whole.
    public var queueState: QueueState {
        let running = dispatcher.running
        let drawn = drawings.values.map(\.progress)
        // Jobs that are drawn together end together; one that is only about to be drawn takes as long as one that waits.
        let known = Set(drawn.flatMap { $0.running.map(\.id) })
        let times = drawn.filter { !$0.running.isEmpty }.map { $0.etaSeconds ?? $0.running.first.flatMap { pace.seconds(for: $0) } }
            + (running.filter { !known.contains($0.id) } + dispatcher.waiting).map { pace.seconds(for: $0) }
        // Workers draw side by side.
        let total = times.contains(nil) ? nil : times.reduce(0) { $0 + ($1 ?? 0) }
        return QueueState(
            isPaused: dispatcher.isPaused, waitingCount: dispatcher.waitingCount, runningCount: running.count,
            remainingSeconds: total.map { $0 / Double(max(1, min(dispatcher.workers.count, times.count))) })
    }

    /// Jobs that wait, and the time that they would take.
    public var demand: QueueDemand {
        dispatcher.waiting.reduce(into: QueueDemand()) { demand, job in
            if job.request.priority > 0 { demand.urgentCount += 1 } else { demand.normalCount += 1 }
            demand.seconds += pace.seconds(for: job) ?? QueueDemand.unknownSeconds
        }
    }

    /// - Returns: nil when there is none of that name.
    /// - Throws: what the archive throws.
    public func job(_ id: JobID) async throws -> Job? {
        if let known = dispatcher.job(id) { return known }
        return try await archive.job(id)
    }

    /// - Parameters:
    ///   - state: nil for all.
    ///   - before: only jobs that came before this one.
    /// - Returns: `limit` jobs at most, the newest first.
    /// - Throws: what the archive throws.
    public func jobs(in state: JobState?, before: JobID?, limit: Int) async throws -> [Job] {
        try await archive.jobs(in: state, before: before, limit: limit)
            .map { dispatcher.job($0.id) ?? $0 }
            .filter { state == nil || $0.state == state }
    }

    /// The jobs of a grid by cell, as far as they are there; empty when there is none of that name.
    /// - Throws: what the archive throws.
    public func jobs(ofGrid id: JobID) async throws -> [Job] {
        try await archive.jobs(ofGrid: id).map { dispatcher.job($0.id) ?? $0 }
    }

    /// Number of jobs that have their turn before each of these, as far as they wait.
    public func positions(of jobs: some Sequence<JobID>) -> [JobID: Int] {
        jobs.reduce(into: [:]) { positions, id in positions[id] = dispatcher.position(of: id) }
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

    /// Tells what has happened to a job as far as it is remembered, and what happens until it is over.
    /// - Parameter after: only events with higher numbers; the end is told in any case.
    /// - Returns: nil when there is no such job.
    /// - Throws: what the archive throws.
    public func story(of id: JobID, after: UInt64? = nil) async throws -> AsyncStream<NumberedJobEvent>? {
        // Listens before it looks, so that no end falls in between.
        let mailbox = events.mailbox(of: id, after: after)
        guard let job = try await job(id) else { return nil }
        if let outcome = job.outcome, !dispatcher.isEnding(id) { events.conclude(mailbox, id, outcome.event) }
        return mailbox.stream
    }

    /// State of the queue: the jobs that have been drawn longest, and how many wait and have ended.
    public var progress: QueueProgress {
        let drawn = drawings.values.map(\.progress).min { ($0.startedAt ?? .distantFuture) < ($1.startedAt ?? .distantFuture) }
        var progress = drawn ?? QueueProgress()
        progress.waitingCount = dispatcher.waitingCount
        progress.endedCounts = dispatcher.endedCounts
        return progress
    }

    /// Takes up what an earlier process has left. Once; whoever comes first waits for it.
    private func recover() async throws {
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
            guard dispatcher.job(job.id) == nil else { continue }
            for write in follow({ $0.recover(job, group: group, at: $1) }).values { _ = await write.value }
        }
        if !unfinished.isEmpty { logger.info("Jobs of an earlier run go on", metadata: ["jobs": "\(dispatcher.waitingCount)"]) }
    }
}

// The steps

extension JobService {
    /// Tells the dispatcher what has happened, and takes the steps that it answers.
    /// - Returns: what is being written or stored, by job; each with the job as it is then.
    @discardableResult
    private func follow(_ tell: (inout Dispatcher, Date) -> [Dispatcher.Step]) -> [JobID: Task<Job, Never>] {
        dispatcher.settings = settings()
        return carryOut(tell(&dispatcher, now()))
    }

    /// Begins all steps at once. How they end is told to the dispatcher when they do.
    @discardableResult
    private func carryOut(_ steps: [Dispatcher.Step]) -> [JobID: Task<Job, Never>] {
        var writing: [JobID: Task<Job, Never>] = [:]
        for step in steps {
            switch step {
            case .write(let job): writing[job.id] = write(job)
            case .store(let job, let worker): writing[job.id] = store(job, drawings[worker])
            case .storeRun(let job, let worker): if let drawing = drawings[worker] { storeRun(job, drawing) }
            case .tell(let event, let job): events.send(event, of: job)
            case .tellQueue(let isPaused, let waiting): events.send(.queue(isPaused: isPaused, waitingCount: waiting), of: nil)
            case .tellPosition(let position, let job): if events.isWatched(job) { events.send(.queued(position: position), of: job) }
            case .release(let job, let worker): drawings[worker]?.leave(job)
            case .measure(let measurement): measure(measurement)
            case .ask(let worker, let job): ask(worker, job)
            case .draw(let order): draw(order)
            case .cancel(let worker), .endRest(let worker): work[worker]?.cancel()
            case .limit(let worker, let batch, let limit, let jobs): self.limit(worker, batch, limit, jobs: jobs)
            case .complete(let worker):
                timers.removeValue(forKey: worker)?.cancel()
                drawings[worker]?.beginStoring()
            case .clear(let worker):
                timers.removeValue(forKey: worker)?.cancel()
                drawings[worker] = nil
            case .rest(let worker, let limit): rest(worker, atMost: limit)
            case .grace(let period):
                graceTimer = Task {
                    try await sleep(period)
                    follow { dispatcher, _ in dispatcher.graceEnded() }
                }
            case .finish:
                finished?.resume()
                finished = nil
            }
        }
        return writing
    }

    /// Writes down what has become of a job, after what was written before.
    private func write(_ job: Job) -> Task<Job, Never> {
        let previous = lastWrite
        let runs = runStores[job.id]
        if job.state != .running { runStores[job.id] = nil }
        // A task of its own: an archive may refuse to write for one that is cancelled.
        let write = Task {
            _ = await previous?.value
            await runs?.value
            var isWritten = true
            do {
                try await archive.update(job)
            } catch {
                isWritten = false
                logger.error("The archive could not write a job down", metadata: [
                    "job": "\(job.id)", "state": "\(job.state)", "error": "\(error)",
                ])
            }
            logEnd(of: job)
            follow { $0.wrote(job, isWritten: isWritten, at: $1) }
            return job
        }
        lastWrite = write
        return write
    }

    /// Writes the pictures of a run down, while the next one is drawn.
    private func storeRun(_ job: Job, _ drawing: Drawing) {
        let previous = runStores[job.id]
        runStores[job.id] = Task {
            await previous?.value
            guard drawing.storesRuns else { return }
            let pictures = drawing.unstoredPictures(of: job)
            let began = now()
            do {
                try await archive.storeRun(job, with: pictures)
            } catch {
                logger.error("The archive could not store the pictures of a run; they are stored with the end of the job", metadata: [
                    "job": "\(job.id)", "run": "\(job.finishedRuns)", "error": "\(error)",
                ])
                measure(.archiveFailed)
                return drawing.stopStoringRuns()
            }
            drawing.stored(pictures.count, of: job.id)
            measure(.stored(pictures: pictures.count, seconds: now().timeIntervalSince(began)))
            follow { dispatcher, _ in dispatcher.storedRun(job) }
        }
    }

    /// Writes the pictures of a job down that are not stored yet, and with them that it is over.
    /// - Returns: the job as it is then: failed when the archive could not store them.
    private func store(_ job: Job, _ drawing: Drawing?) -> Task<Job, Never> {
        let previous = lastWrite
        let runs = runStores.removeValue(forKey: job.id)
        return Task {
            // The archive must not hear later that the job was running.
            _ = await previous?.value
            await runs?.value
            let pictures = drawing?.unstoredPictures(of: job) ?? []
            let began = now()
            do {
                try await archive.finish(job, with: pictures)
            } catch {
                logger.error("The archive could not store the pictures of a job", metadata: ["job": "\(job.id)", "error": "\(error)"])
                return await follow { $0.couldNotStore(job, at: $1) }[job.id]?.value ?? job
            }
            measure(.stored(pictures: pictures.count, seconds: now().timeIntervalSince(began)))
            logEnd(of: job)
            follow { $0.stored(job, at: $1) }
            return job
        }
    }

    private func ask(_ worker: Worker.ID, _ job: Job) {
        Task {
            let pictureCount = await painter.usefulBatchSize(of: job.request)
            follow { $0.canDraw(pictureCount, together: worker, at: $1) }
        }
    }

    private func draw(_ order: DrawOrder) {
        guard let first = order.jobs.first else { return }
        let known = drawings[order.worker]
        let drawing = known ?? Drawing(order.jobs, events: events, now: now)
        drawings[order.worker] = drawing
        if known == nil {
            logger.info("Drawing", metadata: [
                "job": "\(first.id)", "model": "\(order.model)", "together": "\(order.jobs.count)", "waiting": "\(dispatcher.waitingCount)",
                "worker": "\(order.worker)",
            ])
        }
        drawing.beginRun(order.run)
        work[order.worker] = Task {
            do {
                try Task.checkCancellation()
                let painted = try await painter.draw(order) { drawing.report($0) }
                guard painted.map(\.pictures.count) == order.requests.map(\.batchSize) else {
                    throw IncompletePainting()
                }
                measureDrawing(painted)
                if let timings = painted.first?.timings { pace.measured(timings, order.requests, model: order.model) }
                drawing.finishRun(painted.map(\.pictures))
                let results = painted.map {
                    DrawnRequest(pictureCount: $0.pictures.count, warnings: $0.warnings.map { $0.mapTexts(PublicReason.withoutFolders) })
                }
                follow { $0.drew(order, results, at: $1) }
            } catch {
                // Cancelled on purpose, unless jobs are left that nobody gave up.
                if !Task.isCancelled {
                    let level: Logger.Level = order.jobs.count > 1 ? .warning : .error
                    logger.log(level: level, "Drawing failed", metadata: [
                        "job": "\(first.id)", "together": "\(order.jobs.count)", "run": "\(order.run + 1)", "error": "\(error)",
                    ])
                }
                follow { $0.failed(order, reason: PublicReason(error), at: $1) }
            }
        }
    }

    private func limit(_ worker: Worker.ID, _ batch: UInt64, _ limit: Duration, jobs: Int) {
        timers[worker]?.cancel()
        timers[worker] = Task {
            try await sleep(limit * jobs)
            follow { $0.timeRanOut(worker, batch: batch, limit, at: $1) }
        }
    }

    private func rest(_ worker: Worker.ID, atMost limit: Duration?) {
        let rest = Task {
            if limit != nil {
                await painter.rest(worker)
            } else {
                try? await sleep(Self.calm)
                // Work that is due by the clock comes while nothing else does.
                while !Task.isCancelled {
                    await painter.rest(worker)
                    if !Task.isCancelled { dispatcher.rested(worker) }
                    try? await sleep(Self.pause)
                }
            }
            timers.removeValue(forKey: worker)?.cancel()
            follow { $0.restEnded(worker, at: $1) }
        }
        work[worker] = rest
        guard let limit else { return }
        timers[worker] = Task {
            try await sleep(limit)
            rest.cancel()
        }
    }

    private func measureDrawing(_ painted: [GenerationResult]) {
        if let first = painted.first {
            let pictureCount = painted.reduce(0) { $0 + $1.pictures.count }
            measure(.drawn(jobs: painted.count, pictures: pictureCount, timings: first.timings, devices: first.places.map(\.device)))
        }
        // Requests that are drawn together move once, and each is told.
        for move in Set(painted.flatMap(\.moves)) { measure(.moved(move)) }
    }

    private func logEnd(of job: Job) {
        guard let endedAt = job.endedAt, job.state.isFinal else { return }
        var metadata: Logger.Metadata = ["job": "\(job.id)", "pictures": "\(job.pictures.count)"]
        if let startedAt = job.startedAt { metadata["seconds"] = "\(endedAt.timeIntervalSince(startedAt))" }
        if job.state == .failed, let failure = job.failure { metadata["reason"] = "\(failure)" }
        logger.log(level: job.state == .failed ? .error : .info, "Job \(job.state)", metadata: metadata)
        guard !job.warnings.isEmpty else { return }
        // Warnings repeat words of the prompt.
        let told = logsPrompts
            ? job.warnings.map(\.description).joined(separator: " ") : "\(job.warnings.count); the job's answer tells them"
        logger.warning("Job has warnings", metadata: ["job": "\(job.id)", "warnings": "\(told)"])
    }
}

/// The painter returned other pictures than were asked for: a mistake of ours.
private struct IncompletePainting: ReasonedError, CustomStringConvertible {
    let errorReason = ErrorReason(.internal)
    let description = "The pictures that were drawn are not those that were asked for. This is a mistake of Easel: please report it."
}
