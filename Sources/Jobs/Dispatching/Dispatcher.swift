import FoundationEssentials
import Generation

/// Decides what becomes of jobs, and what each worker does. A plain value: no clock, no tasks, no archive.
///
/// Its owner tells it what has happened, and when. It returns the steps to take. The owner begins all of them, in their order, before it
/// tells the next thing; how a step ended it tells later.
///
///     a worker:  idle → waking → choosing → beginning → drawing → storing → resting → choosing, idle or stopped
///     a job:     see `JobQueue`; once its pictures are on the way to the archive, nothing changes it any more
struct Dispatcher: Sendable {
    /// Something that the owner is to do.
    enum Step: Sendable {
        /// Write a job down, after everything that was to be written before. `wrote` is told how that ended.
        case write(Job)
        /// Store the pictures that a worker has drawn for a job, and with them the job, which is over then. `stored` or `couldNotStore`
        /// is told.
        case store(Job, drawnBy: Worker.ID)
        /// Store the pictures of a run, while the worker draws the next. The job has the names of its pictures so far. `storedRun` is told
        /// when that was done; otherwise they are stored with the end of the job.
        case storeRun(Job, drawnBy: Worker.ID)
        /// Tell those who watch a job.
        case tell(JobEvent, JobID)
        /// Tell that the queue was paused, resumed, put into another order or emptied.
        case tellQueue(isPaused: Bool, waitingCount: Int)
        /// Tell the place of a job that waits, if anybody watches it.
        case tellPosition(Int, JobID)
        /// Tell nothing more of a job that a worker draws: it is over.
        case release(JobID, Worker.ID)
        case measure(JobMeasurement)

        /// Ask a worker how many pictures of such a job it draws together. `canDraw` is told.
        case ask(Worker.ID, Job)
        /// Have a worker draw. `drew` or `failed` is told.
        case draw(DrawOrder)
        /// Stop what a worker draws, as soon as it can. It says as usual how that ended.
        case cancel(Worker.ID)
        /// Tell `timeRanOut` after `limit` for each of the jobs of a batch, unless `complete` or `clear` comes first.
        case limit(Worker.ID, batch: UInt64, Duration, jobs: Int)
        /// All of a worker's pictures are drawn, and are now stored.
        case complete(Worker.ID)
        /// Forget the pictures that a worker has drawn.
        case clear(Worker.ID)

        /// Let a worker look after its devices, for so long at most; nil: until `endRest`. `restEnded` is told.
        case rest(Worker.ID, atMost: Duration?)
        /// End a worker's rest as soon as it can.
        case endRest(Worker.ID)

        /// Tell `graceEnded` after this time.
        case grace(Duration)
        /// Nothing is drawn, stored or written any more, and the service can end.
        case finish
    }

    /// Number of jobs that may follow one another on a worker before it has come to the end of a rest.
    static let jobsWithoutRestAtMost = 20
    /// Time that such a rest may keep jobs from being drawn.
    static let restUnderLoad = Duration.seconds(120)
    /// Number of the first jobs in line whose places are told.
    static let toldPlaces = 20

    /// Current settings. May change at any time.
    var settings: QueueSettings

    private var queue = JobQueue()
    /// In the order in which they came.
    private(set) var workers: [WorkerState] = []
    /// Jobs that are on the way to the archive for the first time: each takes a place.
    private var arriving = 0
    /// Jobs as they are now, as long as the archive does not know.
    private var unwritten: [JobID: Job] = [:]
    /// Number of writes of each job that have not ended.
    private var writing: [JobID: Int] = [:]
    /// Jobs whose pictures are on the way to the archive.
    private var storing: Set<JobID> = []
    /// Jobs that are over, which has not been told yet.
    private var ending: Set<JobID> = []
    private var toldPositions: [JobID: Int] = [:]
    private var lastBatch: UInt64 = 0
    private var secondsPerJob = 5.0
    /// Whether no more jobs are begun until somebody says so.
    private(set) var isPaused = false
    /// True from `start` until `finish`.
    private var isRunning = false
    private var isStopping = false
    /// The grace period is over.
    private var isBrokenOff = false
    /// Jobs that ended, by their state.
    private(set) var endedCounts: [JobState: Int] = [:]

    init(settings: QueueSettings = QueueSettings()) { self.settings = settings }

    // Asking

    /// A job that is not over, or whose end the archive does not know.
    func job(_ id: JobID) -> Job? { queue.job(id) ?? unwritten[id] }

    /// True when a job is over, which has not been told yet.
    func isEnding(_ id: JobID) -> Bool { ending.contains(id) }

    var waitingCount: Int { queue.waitingCount }
    var running: [Job] { queue.running }
    /// Jobs that wait, in the order of their turns.
    var waiting: [Job] { queue.inTurn(limit: .max).compactMap(queue.job) }

    /// Number of jobs that have their turn before one that waits.
    func position(of id: JobID) -> Int? { queue.position(of: id) }

    // Jobs

    /// Keeps a place for a job that is about to come, until `unreserve`.
    mutating func reserve() throws(QueueFull) {
        guard queue.waitingCount + arriving < settings.capacity else {
            throw QueueFull(capacity: settings.capacity, retryAfterSeconds: Int(min(max(1, secondsPerJob.rounded(.up)), 600)))
        }
        arriving += 1
    }

    mutating func unreserve() { arriving -= 1 }

    /// Takes a job that the archive has, whatever the capacity.
    mutating func submit(_ job: Job, group: CompileGroup) -> [Step] {
        queue.submit(job, group: group)
        let position = queue.position(of: job.id) ?? 0
        return [.tell(.queued(position: position), job.id), .measure(.queueLength(queue.waitingCount))] + wakeWorkers()
    }

    /// Takes up a job that an earlier process left.
    mutating func recover(_ job: Job, group: CompileGroup, at now: Date) -> [Step] {
        let recovered = queue.recover(job, group: group, at: now)
        var steps: [Step] = [.measure(.queueLength(queue.waitingCount))]
        if recovered.state.isFinal { ending.insert(job.id) }
        if recovered != job { steps.append(write(recovered)) }
        return steps + wakeWorkers()
    }

    /// Ends a job that waits or is drawn. Pictures of runs that were finished are kept.
    /// - Returns: nil when it is over, or its pictures are on the way to the archive.
    mutating func cancel(_ id: JobID, at now: Date) -> [Step]? { end(id, as: .cancelled, at: now) }

    /// - Returns: nil when no such job waits.
    mutating func prioritize(_ id: JobID, _ priority: Int) -> [Step]? {
        guard let job = queue.prioritize(id, priority) else { return nil }
        return [write(job)] + positions()
    }

    /// Gives a job a place among those that wait; see `JobQueue.move`.
    /// - Returns: nil when no such job waits.
    mutating func move(_ id: JobID, to place: Int) -> [Step]? {
        guard queue.move(id, to: place) != nil else { return nil }
        return positions() + [tellQueue]
    }

    /// Ends all jobs that wait.
    /// - Returns: the jobs that were ended with it.
    mutating func cancelWaiting(at now: Date) -> (steps: [Step], jobs: [JobID]) {
        let waiting = queue.inTurn(limit: .max)
        let steps = waiting.flatMap { end($0, as: .cancelled, at: now) ?? [] }
        return (steps + [tellQueue], waiting)
    }

    /// Begins no more jobs, or begins them again. What is drawn goes on.
    mutating func pause(_ isPaused: Bool) -> [Step] {
        guard isPaused != self.isPaused else { return [] }
        self.isPaused = isPaused
        return [tellQueue] + wakeWorkers()
    }

    private var tellQueue: Step { .tellQueue(isPaused: isPaused, waitingCount: queue.waitingCount) }

    /// Gives up the run that each worker draws, and goes on with the next.
    mutating func skipRun() -> [Step] {
        workers.indices.compactMap { index in
            guard case .drawing(let batch) = workers[index].activity, batch.isOrdered else { return nil }
            workers[index].activity.batch?.isSkipping = true
            return .cancel(workers[index].worker.id)
        }
    }

    // The archive

    /// - Parameters:
    ///   - job: as it was to be written.
    ///   - isWritten: false when the archive could not. It is tried again when the next job is over; until then `job` knows it.
    mutating func wrote(_ job: Job, isWritten: Bool, at now: Date) -> [Step] {
        if let count = writing[job.id] { writing[job.id] = count > 1 ? count - 1 : nil }
        var steps: [Step] = []
        if !isWritten {
            steps.append(.measure(.archiveFailed))
        } else if unwritten[job.id] == job {
            unwritten[job.id] = nil
        }
        if job.state.isFinal, ending.contains(job.id) { steps += tellEnd(of: job, at: now) }
        if job.state == .running, let index = workers.firstIndex(where: { $0.activity.batch?.unwritten.contains(job.id) == true }) {
            workers[index].activity.batch?.unwritten.remove(job.id)
            if workers[index].activity.batch?.unwritten.isEmpty == true { steps += draw(index, at: now) }
        }
        return steps + finishIfDone()
    }

    /// - Parameter job: as it was to be stored, and now is.
    mutating func stored(_ job: Job, at now: Date) -> [Step] {
        guard storing.remove(job.id) != nil, let outcome = job.outcome else { return [] }
        _ = queue.end(job.id, as: outcome, at: now)
        unwritten[job.id] = nil
        let worker = leave(job.id)
        let steps = (worker.map { [.release(job.id, $0.id)] } ?? []) + tellEnd(of: job, at: now) + storeNext(after: job.id, at: now)
        return steps + finishIfDone()
    }

    /// - Parameter job: as it was to be stored after a run, and now is.
    mutating func storedRun(_ job: Job) -> [Step] {
        // It may be over by now, and tells all of its pictures then.
        guard queue.job(job.id) != nil else { return [] }
        queue.keep(job)
        let run = job.finishedRuns - 1
        let pictures = job.request.places(ofRun: run).map { PictureID(job.id, $0) }
        return [.tell(.pictures(pictures, run: run, runCount: job.request.runs), job.id)]
    }

    mutating func couldNotStore(_ job: Job, at now: Date) -> [Step] {
        guard storing.remove(job.id) != nil else { return [] }
        let reason = PublicReason(
            ErrorReason(.notStored),
            "The pictures were drawn, but the server could not store them. Its disk may be full; the reason is in its log.")
        let steps = end(job.id, as: .failed(reason), keepsPictures: false, at: now) ?? []
        return [.measure(.archiveFailed)] + steps + storeNext(after: job.id, at: now)
    }

    // Workers

    /// Lets workers come, until `finish`.
    mutating func start() {
        isRunning = true
        isStopping = false
        isBrokenOff = false
    }

    /// Gives work to these workers from now on. Others get nothing more: each goes when it has drawn what it has begun.
    /// - Parameter present: what each draws together and has compiled counts for those that are new.
    mutating func setWorkers(_ present: [Worker], at now: Date) -> [Step] {
        guard isRunning, !isStopping else { return [] }
        var steps: [Step] = []
        for index in workers.indices {
            workers[index].isLeaving = !present.contains { $0.id == workers[index].worker.id }
            guard workers[index].isLeaving else { continue }
            switch workers[index].activity {
            case .idle:
                workers[index].activity = .waking
                steps.append(.endRest(workers[index].worker.id))
            case .resting: steps.append(.endRest(workers[index].worker.id))
            case .waking, .choosing, .beginning, .drawing, .storing, .stopped: break
            }
        }
        for worker in present where index(of: worker.id) == nil {
            workers.append(WorkerState(worker: worker, activity: .waking))
            steps += free(workers.count - 1, at: now)
        }
        return steps + wakeWorkers()
    }

    /// - Parameter pictureCount: number of pictures that the worker draws together for the job that it was asked about.
    mutating func canDraw(_ pictureCount: Int, together worker: Worker.ID, at now: Date) -> [Step] {
        guard let index = index(of: worker), case .choosing(let asked) = workers[index].activity else { return [] }
        workers[index].worker.usefulBatchSize = max(1, pictureCount)
        // Another may come first by now.
        guard !isStopping, !isPaused, !workers[index].isLeaving,
            queue.next(for: workers[index].worker, at: now, settings)?.id == asked
        else { return free(index, at: now) }
        return take(index, at: now)
    }

    /// - Parameter results: one for each request of the order.
    mutating func drew(_ order: DrawOrder, _ results: [DrawnRequest], at now: Date) -> [Step] {
        guard let index = reported(order) else { return [] }
        workers[index].activity.batch?.take(results)
        return finishRun(index, at: now)
    }

    mutating func failed(_ order: DrawOrder, reason: PublicReason, at now: Date) -> [Step] {
        guard let index = reported(order), let batch = workers[index].activity.batch else { return [] }
        let left = batch.wanted.map(\.job)
        guard let first = left.first else { return drawNext(index, at: now) }
        if isBrokenOff { return putBack(left) + drawNext(index, at: now) }
        if batch.isSkipping {
            workers[index].activity.batch?.isSkipping = false
            workers[index].activity.batch?.skippedRuns.append(batch.run)
            return finishRun(index, at: now)
        }
        if batch.members.count > 1 {
            // Only one may be at fault.
            workers[index].activity.batch?.members = []
            workers[index].activity.batch?.alone = left
            return drawNext(index, at: now)
        }
        return (end(first.id, as: .failed(reason), at: now) ?? []) + drawNext(index, at: now)
    }

    /// - Parameter limit: time that each job may take.
    mutating func timeRanOut(_ worker: Worker.ID, batch number: UInt64, _ limit: Duration, at now: Date) -> [Step] {
        guard let index = index(of: worker), case .drawing(let batch) = workers[index].activity, batch.number == number else { return [] }
        let tenths = (limit / .seconds(6)).rounded()
        let minutes = tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
        let reason = PublicReason(
            ErrorReason(.tookTooLong, ["minutes": .init(tenths / 10), "setting": "job_minutes"]),
            "The job took longer than \(minutes) minutes, the limit for a job (setting job_minutes). Ask for less, or raise the limit.")
        return batch.wanted.flatMap { end($0.job.id, as: .failed(reason), at: now) ?? [] }
    }

    /// A worker came to the end of a rest by itself.
    mutating func rested(_ worker: Worker.ID) {
        if let index = index(of: worker) { workers[index].jobsWithoutRest = 0 }
    }

    /// A worker rests no more, and is free.
    mutating func restEnded(_ worker: Worker.ID, at now: Date) -> [Step] {
        guard let index = index(of: worker) else { return [] }
        switch workers[index].activity {
        case .resting: workers[index].jobsWithoutRest = 0
        case .idle, .waking: break
        case .choosing, .beginning, .drawing, .storing, .stopped: return []
        }
        return writeAgain() + free(index, at: now)
    }

    // Stopping

    /// Begins no more jobs. Those that were begun may end within the grace period.
    mutating func stop() -> [Step] {
        isStopping = true
        var steps: [Step] = [.grace(settings.gracePeriod)]
        for index in workers.indices {
            switch workers[index].activity {
            case .idle:
                workers[index].activity = .waking
                steps.append(.endRest(workers[index].worker.id))
            case .resting: steps.append(.endRest(workers[index].worker.id))
            case .waking, .choosing, .beginning, .drawing, .storing, .stopped: break
            }
        }
        return steps + finishIfDone()
    }

    /// Breaks off what is drawn: the jobs wait for the next start, as if they had not been begun.
    mutating func graceEnded() -> [Step] {
        guard isStopping else { return [] }
        isBrokenOff = true
        return workers.compactMap { state in
            if case .drawing(let batch) = state.activity, batch.isOrdered { .cancel(state.worker.id) } else { nil }
        }
    }
}

// How a worker goes on

extension Dispatcher {
    private func index(of worker: Worker.ID) -> Int? { workers.firstIndex { $0.worker.id == worker } }

    /// Ends the rest of as many workers as jobs wait, first of those that need no compile.
    private mutating func wakeWorkers() -> [Step] {
        guard !isStopping, !isPaused else { return [] }
        var wanted = queue.waitingCount - workers.count { state in
            switch state.activity {
            case .waking, .choosing: !state.isLeaving
            default: false
            }
        }
        var steps: [Step] = []
        while wanted > 0 {
            let idle = workers.indices.filter {
                if case .idle = workers[$0].activity { !workers[$0].isLeaving } else { false }
            }
            let group = idle.count > 1 ? queue.nextGroup : nil
            guard let index = idle.first(where: { group != nil && workers[$0].worker.group == group }) ?? idle.first else { break }
            workers[index].activity = .waking
            steps.append(.endRest(workers[index].worker.id))
            wanted -= 1
        }
        return steps
    }

    /// Finds something for a worker that does nothing.
    private mutating func free(_ index: Int, at now: Date) -> [Step] {
        let worker = workers[index].worker
        if isStopping {
            workers[index].activity = .stopped
            return finishIfDone()
        }
        if workers[index].isLeaving {
            workers.remove(at: index)
            // It may have been woken for a job that another is to draw now.
            return wakeWorkers()
        }
        guard !isPaused, let next = queue.next(for: worker, at: now, settings) else {
            workers[index].activity = .idle
            return [.rest(worker.id, atMost: nil)]
        }
        // A single job has nobody to be drawn with.
        if queue.waitingCount == 1 { return take(index, at: now) }
        workers[index].activity = .choosing(next.id)
        return [.ask(worker.id, next)]
    }

    private mutating func take(_ index: Int, at now: Date) -> [Step] {
        let jobs = queue.take(for: &workers[index].worker, at: now, settings)
        lastBatch += 1
        workers[index].activity = .beginning(Batch(number: lastBatch, jobs, at: now))
        var steps: [Step] = [.measure(.queueLength(queue.waitingCount))]
        for job in jobs {
            steps.append(.measure(.waited(seconds: max(0, now.timeIntervalSince(job.submittedAt)))))
            steps.append(.tell(.started(attempt: job.attempts), job.id))
        }
        return steps + positions() + jobs.map { write($0) }
    }

    /// Has the members of a batch drawn together, as far as they are wanted still.
    private mutating func draw(_ index: Int, at now: Date) -> [Step] {
        guard var batch = workers[index].activity.batch else { return [] }
        let jobs = batch.wanted.map(\.job)
        if jobs.isEmpty { return drawNext(index, at: now) }
        if isBrokenOff { return putBack(jobs) + drawNext(index, at: now) }
        batch.members = batch.wanted
        batch.isOrdered = true
        workers[index].activity = .drawing(batch)
        let worker = workers[index].worker.id
        // Together they may take as long as one after another.
        return [
            .limit(worker, batch: batch.number, settings.jobTimeout, jobs: jobs.count),
            .draw(DrawOrder(worker: worker, batch: batch.number, run: batch.run, jobs: jobs)),
        ]
    }

    /// - Returns: the worker that had this order; nil when it has it no more.
    private mutating func reported(_ order: DrawOrder) -> Int? {
        guard let index = index(of: order.worker), case .drawing(var batch) = workers[index].activity, batch.isOrdered,
            batch.number == order.batch, batch.run == order.run
        else { return nil }
        batch.isOrdered = false
        workers[index].activity = .drawing(batch)
        return index
    }

    /// Goes on with the next run, or has the pictures of all runs stored.
    private mutating func finishRun(_ index: Int, at now: Date) -> [Step] {
        guard var batch = workers[index].activity.batch else { return [] }
        let left = batch.wanted
        if left.isEmpty { return drawNext(index, at: now) }
        let worker = workers[index].worker.id
        if batch.run + 1 < batch.runCount {
            let stores = storeRun(of: batch, drawnBy: worker)
            if isBrokenOff { return stores + putBack(left.map(\.job)) + drawNext(index, at: now) }
            batch.run += 1
            batch.isOrdered = true
            workers[index].activity = .drawing(batch)
            return stores + [.draw(DrawOrder(worker: worker, batch: batch.number, run: batch.run, jobs: batch.members.map(\.job)))]
        }
        workers[index].activity = .storing(batch)
        var steps: [Step] = [.complete(worker)]
        for member in left {
            if !member.pictures.isEmpty {
                storing.insert(member.job.id)
            } else {
                // Each of its runs was skipped.
                steps += end(member.job.id, as: .cancelled, at: now) ?? []
            }
        }
        return steps + storeNext(index, at: now)
    }

    /// Has the pictures stored that the present run has given.
    private func storeRun(of batch: Batch, drawnBy worker: Worker.ID) -> [Step] {
        if batch.skippedRuns.last == batch.run { return [] }
        return batch.wanted.map { member in
            var job = member.job
            job.pictures = member.pictures
            job.finishedRuns = batch.run + 1
            job.warnings = batch.warnings(for: member)
            return .storeRun(job, drawnBy: worker)
        }
    }

    private mutating func storeNext(after job: JobID, at now: Date) -> [Step] {
        guard let index = workers.firstIndex(where: { $0.activity.batch?.storing == job }) else { return [] }
        return storeNext(index, at: now)
    }

    /// Has the pictures of a batch stored, job after job.
    private mutating func storeNext(_ index: Int, at now: Date) -> [Step] {
        guard let batch = workers[index].activity.batch else { return [] }
        guard let next = batch.wanted.first else { return drawNext(index, at: now) }
        workers[index].activity.batch?.storing = next.job.id
        var job = next.job.ended(.done(next.pictures), at: now)
        job.warnings = batch.warnings(for: next)
        return [.store(job, drawnBy: workers[index].worker.id)]
    }

    /// Goes on with the jobs that could not be drawn together, each by itself; with none left, the worker is free.
    private mutating func drawNext(_ index: Int, at now: Date) -> [Step] {
        guard var batch = workers[index].activity.batch else { return [] }
        let alone = isBrokenOff ? [] : batch.alone
        var steps = isBrokenOff ? putBack(batch.alone) : []
        guard let next = alone.first else {
            steps += endTurn(index, batch, at: now)
            return steps
        }
        lastBatch += 1
        batch.number = lastBatch
        batch.members = [Batch.Member(next)]
        batch.alone = Array(alone.dropFirst())
        batch.run = next.firstRun
        batch.skippedRuns = []
        batch.isSkipping = false
        batch.storing = nil
        workers[index].activity = .beginning(batch)
        return [.clear(workers[index].worker.id)] + draw(index, at: now)
    }

    private mutating func endTurn(_ index: Int, _ batch: Batch, at now: Date) -> [Step] {
        secondsPerJob += (now.timeIntervalSince(batch.beganAt) / Double(batch.jobCount) - secondsPerJob) / 4
        workers[index].jobsWithoutRest += batch.jobCount
        let worker = workers[index].worker.id
        let steps = [.clear(worker)] + writeAgain()
        // Without this, a worker that is hardly ever idle would never look after its devices.
        if workers[index].jobsWithoutRest >= Self.jobsWithoutRestAtMost, !isStopping {
            workers[index].activity = .resting
            return steps + [.rest(worker, atMost: Self.restUnderLoad)]
        }
        workers[index].activity = .waking
        return steps + free(index, at: now)
    }

    private mutating func finishIfDone() -> [Step] {
        guard isRunning, isStopping, storing.isEmpty, writing.isEmpty else { return [] }
        guard workers.allSatisfy({ if case .stopped = $0.activity { true } else { false } }) else { return [] }
        workers = []
        isRunning = false
        return [.finish]
    }
}

// How a job goes on

extension Dispatcher {
    /// Ends a job that is not over and whose pictures are not on the way to the archive.
    /// - Parameter keepsPictures: whether pictures that were finished are stored with it.
    private mutating func end(_ id: JobID, as outcome: JobOutcome, keepsPictures: Bool = true, at now: Date) -> [Step]? {
        guard !storing.contains(id), queue.job(id) != nil else { return nil }
        var steps: [Step] = []
        let index = workers.firstIndex { $0.activity.batch?.jobs.contains(id) == true }
        if let index, let batch = workers[index].activity.batch {
            let worker = workers[index].worker.id
            let member = workers[index].activity.batch?.leave(id) ?? nil
            steps.append(.release(id, worker))
            if let member, !member.pictures.isEmpty, keepsPictures {
                var job = member.job.ended(outcome, at: now, keeping: member.pictures)
                job.warnings = batch.warnings(for: member)
                storing.insert(id)
                steps.append(.store(job, drawnBy: worker))
            }
            if batch.isOrdered, workers[index].activity.batch?.wanted.isEmpty == true { steps.append(.cancel(worker)) }
        }
        if storing.contains(id) { return steps }
        guard let job = queue.end(id, as: outcome, at: now) else { return nil }
        ending.insert(id)
        return steps + [.measure(.queueLength(queue.waitingCount)), write(job)]
    }

    /// - Returns: the worker that had the job.
    private mutating func leave(_ id: JobID) -> Worker? {
        guard let index = workers.firstIndex(where: { $0.activity.batch?.jobs.contains(id) == true }) else { return nil }
        _ = workers[index].activity.batch?.leave(id)
        return workers[index].worker
    }

    private mutating func putBack(_ jobs: [Job]) -> [Step] {
        jobs.flatMap { job -> [Step] in
            guard let waiting = queue.putBack(job.id) else { return [] }
            let released = leave(job.id).map { [Step.release(job.id, $0.id)] } ?? []
            return released + [write(waiting), .tell(.queued(position: queue.position(of: job.id) ?? 0), job.id)]
        }
    }

    private mutating func tellEnd(of job: Job, at now: Date) -> [Step] {
        ending.remove(job.id)
        endedCounts[job.state, default: 0] += 1
        toldPositions[job.id] = nil
        var steps: [Step] = [.measure(.ended(job.state, seconds: max(0, (job.endedAt ?? now).timeIntervalSince(job.submittedAt))))]
        if !job.warnings.isEmpty { steps.append(.tell(.warned(job.warnings), job.id)) }
        if let outcome = job.outcome { steps.append(.tell(outcome.event, job.id)) }
        return steps
    }

    /// Tells the places of the first jobs in line, as far as they have changed.
    private mutating func positions() -> [Step] {
        var steps: [Step] = []
        var positions: [JobID: Int] = [:]
        for (position, id) in queue.inTurn(limit: Self.toldPlaces).enumerated() {
            positions[id] = position
            if toldPositions[id] != position { steps.append(.tellPosition(position, id)) }
        }
        toldPositions = positions
        return steps
    }

    private mutating func write(_ job: Job) -> Step {
        unwritten[job.id] = job
        writing[job.id, default: 0] += 1
        return .write(job)
    }

    /// Writes what the archive could not write before.
    private mutating func writeAgain() -> [Step] {
        unwritten.values.filter { writing[$0.id] == nil && !storing.contains($0.id) }.sorted { $0.id < $1.id }.map { write($0) }
    }
}
