import FoundationEssentials
import Generation
import Synchronization

/// Jobs that are drawn together: how far they are, and their pictures so far.
///
/// A worker reports from its own tasks, so that neither it nor those who ask for the progress wait for one another.
final class Drawing: Sendable {
    fileprivate struct State {
        /// Jobs that are not over.
        var active: [JobID]
        var progress: QueueProgress
        /// Pictures of each of `jobs` that are not stored yet, run after run.
        var pictures: [[Picture<RGBImage>]]
        /// Number of pictures of each of `jobs` that are stored.
        var storedCounts: [Int]
        /// False once a run could not be stored: the rest is stored with the end.
        var storesRuns = true
        var stepsOfEarlierRuns = 0
        /// Steps of runs that an earlier attempt has finished.
        let stepsBefore: Int
        var firstStepAt: Date?
        /// Whether nothing is drawn, and upscalers' tiles are what is counted.
        let countsTiles: Bool
    }

    let jobs: [Job]
    private let events: JobEvents
    private let now: @Sendable () -> Date
    private let state: Mutex<State>

    init(_ jobs: [Job], events: JobEvents, now: @escaping @Sendable () -> Date) {
        self.jobs = jobs
        self.events = events
        self.now = now
        var progress = QueueProgress()
        progress.stage = .starting
        progress.startedAt = now()
        if let request = jobs.first?.request {
            progress.runCount = request.runs
            progress.stepCount = request.generation.steps * request.runs
            progress.runStepCount = request.generation.steps
        }
        progress.step = jobs.first.map { $0.request.generation.steps * $0.firstRun } ?? 0
        state = Mutex(State(
            active: jobs.map(\.id), progress: progress, pictures: jobs.map { _ in [] }, storedCounts: jobs.map(\.pictures.count),
            stepsBefore: progress.step, countsTiles: jobs.first?.request.generation.upscaling.mode == .plain))
    }

    var progress: QueueProgress {
        var (progress, active) = state.withLock { ($0.progress, $0.active) }
        progress.running = jobs.filter { active.contains($0.id) }
        return progress
    }

    /// Tells no more of a job.
    func leave(_ job: JobID) { state.withLock { $0.active.removeAll { $0 == job } } }

    func beginRun(_ run: Int) {
        state.withLock { state in
            state.progress.run = run
            state.progress.runStep = 0
            state.stepsOfEarlierRuns = state.progress.step
            state.progress.previews = []
        }
    }

    /// - Parameter pictures: those of each job, in the order of `jobs`.
    func finishRun(_ pictures: [[Picture<RGBImage>]]) {
        state.withLock { state in
            for index in pictures.indices { state.pictures[index] += pictures[index] }
        }
    }

    /// The pictures that a job names and that are not stored yet: the last ones.
    func unstoredPictures(of job: Job) -> [Picture<RGBImage>] {
        guard let index = jobs.firstIndex(where: { $0.id == job.id }) else { return [] }
        // A run may have come to its end after the job did.
        return state.withLock { Array($0.pictures[index].prefix(max(0, job.pictures.count - $0.storedCounts[index]))) }
    }

    /// Forgets pictures that are stored: the first `count`.
    func stored(_ count: Int, of job: JobID) {
        guard let index = jobs.firstIndex(where: { $0.id == job }) else { return }
        state.withLock { state in
            state.pictures[index].removeFirst(min(count, state.pictures[index].count))
            state.storedCounts[index] += count
        }
    }

    /// Whether runs are stored one by one.
    var storesRuns: Bool { state.withLock(\.storesRuns) }

    /// Leaves the pictures that are not stored yet, and those to come, to the end of the job.
    func stopStoringRuns() { state.withLock { $0.storesRuns = false } }

    func beginStoring() { state.withLock { $0.progress.stage = .storing } }

    /// Takes an event of the worker in, and passes it on to those who watch the jobs.
    func report(_ event: GenerationEvent) {
        let now = now()
        // Told under the lock, so that nothing of a job is told after `leave`.
        state.withLock { state in
            state.take(event, at: now)
            for job in jobs where state.active.contains(job.id) {
                if let told = self.event(event, for: job, state) { events.send(told, of: job.id) }
            }
        }
    }

    private func event(_ event: GenerationEvent, for job: Job, _ state: State) -> JobEvent? {
        switch event {
        case .compiling(let compile): return .compiling(compile)
        case .moved(let move): return .moved(move)
        case .encoding: return .encoding
        case .encodingPictures(let tile): return .encodingPictures(tile: tile)
        case .upscaling(let tile, let count): return .upscaling(tile: tile, of: count)
        case .denoising:
            return .step(done: state.progress.step, total: state.progress.stepCount, state.progress.runProgress)
        case .preview(let images):
            guard job.request.previews.includes(step: state.progress.step - state.stepsOfEarlierRuns) else { return nil }
            return .preview(images.count == pictureCount ? Array(images[pictures(of: job)]) : images)
        case .decoding(let index, let total, let tile):
            guard total == pictureCount else { return .decoding(index: index, total: total, tile: tile) }
            let own = pictures(of: job)
            return own.contains(index) ? .decoding(index: index - own.lowerBound, total: own.count, tile: tile) : nil
        }
    }

    /// Pictures of one round.
    private var pictureCount: Int { jobs.reduce(0) { $0 + $1.request.generation.batchSize } }

    /// Which of them are the job's.
    private func pictures(of job: Job) -> Range<Int> {
        let before = jobs.prefix { $0.id != job.id }.reduce(0) { $0 + $1.request.generation.batchSize }
        return before..<before + job.request.generation.batchSize
    }
}

extension Drawing.State {
    fileprivate mutating func take(_ event: GenerationEvent, at now: Date) {
        switch event {
        case .compiling(let compile): progress.stage = .compiling(compile)
        case .moved: break
        case .encoding: progress.stage = .encoding
        case .encodingPictures(let tile): progress.stage = .encodingPictures(tile: tile)
        case .upscaling(let tile, let count):
            progress.stage = .upscaling(tile: tile, of: count)
            // Where nothing is drawn, tiles are the steps.
            if countsTiles { take(step: tile, of: count, at: now) }
        case .denoising(let done, let total):
            progress.stage = .denoising
            take(step: done, of: total, at: now)
        case .preview(let images): progress.previews = images
        case .decoding(_, _, let tile): progress.stage = .decoding(tile: tile)
        }
    }

    /// - Parameters:
    ///   - done: steps of the run that are done.
    ///   - total: steps of the run.
    private mutating func take(step done: Int, of total: Int, at now: Date) {
        progress.step = stepsOfEarlierRuns + done
        (progress.runStep, progress.runStepCount) = (done, total)
        // A sampler may need other steps than were asked for.
        progress.stepCount = stepsOfEarlierRuns + total * max(1, progress.runCount - progress.run)
        let began = firstStepAt ?? now
        firstStepAt = began
        let steps = progress.step - stepsBefore
        if steps > 0 {
            progress.etaSeconds = now.timeIntervalSince(began) / Double(steps) * Double(progress.stepCount - progress.step)
        }
    }
}
