import Foundation
import Generation
@testable import Jobs
import Testing
import TestSupport

/// Everything around a `Dispatcher` as a test wants it: an archive, workers and clients whose answers come in any order, or fail.
///
/// It takes the steps, keeps the promises of the service as invariants, and records an issue for each that is broken.
struct DispatcherWorld {
    /// Something that was begun and has not ended yet.
    enum Pending {
        case write(Job)
        case store(Job, pictures: Int)
        case storeRun(Job)
        case ask(Worker.ID)
        case draw(DrawOrder)
        case rest(Worker.ID)
    }

    var dispatcher: Dispatcher
    private(set) var model = QueueModel()
    private(set) var pending: [Pending] = []
    /// Jobs as the archive has them.
    private(set) var archive: [JobID: Job] = [:]
    /// The last event of each job that is over.
    private(set) var ends: [JobID: JobEvent] = [:]
    /// Jobs that were cancelled, as far as the dispatcher agreed.
    private(set) var cancelled: Set<JobID> = []
    private(set) var finishes = 0
    /// How often something happened, to see that the test reaches it.
    private(set) var counts: [String: Int] = [:]
    private var cancelledWork: Set<Worker.ID> = []
    /// Batches that have a limit of time, by worker.
    private(set) var limits: [Worker.ID: (batch: UInt64, limit: Duration)] = [:]
    private var toldRunning: Set<JobID> = []
    /// Jobs whose running state the archive refused to write: they are drawn all the same.
    private var refusedWrites: Set<JobID> = []
    /// Jobs of which a run could not be stored: the rest comes with the end.
    private var failedRuns: Set<JobID> = []
    private var isStopped = false
    private(set) var isBrokenOff = false
    private(set) var now = noon
    private let workerCount: Int

    init(settings: QueueSettings, workers: Int) {
        dispatcher = Dispatcher(settings: settings)
        workerCount = workers
    }

    // What happens

    mutating func tick() { now += 0.001 }

    mutating func start() {
        isStopped = false
        isBrokenOff = false
        dispatcher.start()
        take(dispatcher.setWorkers((0..<workerCount).map { Worker("\($0)") }, at: now))
    }

    mutating func submit(_ request: JobRequest) {
        // Names that are made in one millisecond are in no order.
        tick()
        let isFull = model.waiting.count >= dispatcher.settings.capacity
        do throws(QueueFull) {
            try dispatcher.reserve()
            expect(!isFull, "no more wait than may")
        } catch {
            expect(isFull, "a place that is free is given")
            return
        }
        let job = Job(id: JobID(at: now), request, submittedAt: now)
        archive[job.id] = job
        model.wait(job)
        take(dispatcher.submit(job, group: FakePainter.group(of: request)))
        dispatcher.unreserve()
    }

    mutating func cancel(_ id: JobID) {
        let isStoring = pending.contains { if case .store(let job, _) = $0 { job.id == id } else { false } }
        guard let steps = dispatcher.cancel(id, at: now) else { return }
        expect(!isStoring && ends[id] == nil, "what is over or being stored stays as it is")
        cancelled.insert(id)
        count("cancelled")
        take(steps)
    }

    mutating func prioritize(_ id: JobID, _ priority: Int) {
        guard let steps = dispatcher.prioritize(id, priority) else { return }
        if let job = dispatcher.job(id) { model.prioritize(job) }
        take(steps)
    }

    mutating func move(_ id: JobID, to place: Int) {
        guard let steps = dispatcher.move(id, to: place) else { return }
        model.move(id, to: place)
        expect(dispatcher.position(of: id) == min(place, model.waiting.count - 1), "a moved job has its place")
        count("moved")
        take(steps)
    }

    mutating func pause(_ isPaused: Bool) {
        if isPaused { count("paused") }
        take(dispatcher.pause(isPaused))
    }

    mutating func cancelWaiting() {
        let (steps, jobs) = dispatcher.cancelWaiting(at: now)
        expect(Set(jobs) == Set(model.waiting.map(\.job.id)), "all that wait are cancelled")
        cancelled.formUnion(jobs)
        count("emptied")
        take(steps)
    }

    /// Lets workers come and go.
    mutating func setWorkers(_ numbers: [Int]) {
        for state in dispatcher.workers where !numbers.contains(where: { "\($0)" == state.worker.id }) {
            count(state.activity.batch == nil ? "a worker left" : "a worker left amid its work")
        }
        take(dispatcher.setWorkers(numbers.map { Worker("\($0)") }, at: now))
    }

    mutating func skipRun() { take(dispatcher.skipRun()) }

    mutating func stop() {
        take(dispatcher.stop())
        isStopped = true
    }

    mutating func endGrace() {
        isBrokenOff = true
        take(dispatcher.graceEnded())
    }

    mutating func runOutOfTime(_ worker: Worker.ID) {
        guard let limit = limits[worker] else { return }
        count("ran out of time")
        take(dispatcher.timeRanOut(worker, batch: limit.batch, limit.limit, at: now))
    }

    /// The process dies, and another takes up what the archive knows.
    mutating func crash() {
        dispatcher = Dispatcher(settings: dispatcher.settings)
        model = QueueModel()
        pending = []
        limits = [:]
        cancelledWork = []
        refusedWrites = []
        failedRuns = []
        // What the archive does not know was not promised.
        cancelled = cancelled.filter { archive[$0]?.state == .cancelled }
        ends = archive.compactMapValues { $0.outcome?.event }
        toldRunning = []
        for job in archive.values.filter({ !$0.state.isFinal }).sorted(by: { $0.id < $1.id }) {
            let steps = dispatcher.recover(job, group: FakePainter.group(of: job.request), at: now)
            if let recovered = dispatcher.job(job.id), recovered.state == .queued { model.wait(recovered) } else { count("gave up") }
            take(steps)
        }
        start()
    }

    /// Ends something that is pending.
    /// - Parameter fails: whether a write, a store or a draw fails.
    mutating func end(_ index: Int, pictureCount: Int, fails: Bool) {
        switch pending[index] {
        case .write(let job):
            guard job.state == .running || !isStoringRun(of: job.id) else { return }
            // One job's writes come to the archive in order.
            let first = pending.firstIndex { if case .write(let other) = $0 { other.id == job.id } else { false } } ?? index
            guard case .write(let job) = pending.remove(at: first) else { return }
            if !fails { write(job) }
            if fails, job.state == .running { refusedWrites.insert(job.id) }
            take(dispatcher.wrote(job, isWritten: !fails, at: now))
        case .storeRun(let job):
            let first = pending.firstIndex { if case .storeRun(let other) = $0 { other.id == job.id } else { false } } ?? index
            guard case .storeRun(let job) = pending.remove(at: first) else { return }
            if fails { failedRuns.insert(job.id) }
            if failedRuns.contains(job.id) { return count("could not store a run") }
            expect(archive[job.id]?.state.isFinal != true, "a run is stored before the end")
            expect(archive[job.id].map { $0.finishedRuns < job.finishedRuns } == true, "a run is stored once")
            archive[job.id] = job
            count("stored a run")
            take(dispatcher.storedRun(job))
            model.keep(job)
        case .store(let job, let pictures):
            // … and its pictures after them.
            guard !isStoringRun(of: job.id) else { return }
            guard !pending.contains(where: { if case .write(let other) = $0 { other.id == job.id } else { false } }) else { return }
            pending.remove(at: index)
            expect(job.pictures.count == pictures && pictures > 0, "pictures are named")
            if fails {
                count("could not store")
                cancelled.remove(job.id)
            } else {
                write(job)
            }
            take(fails ? dispatcher.couldNotStore(job, at: now) : dispatcher.stored(job, at: now))
        case .ask(let worker):
            pending.remove(at: index)
            take(dispatcher.canDraw(pictureCount, together: worker, at: now))
        case .draw(let order):
            pending.remove(at: index)
            let isCancelled = cancelledWork.remove(order.worker) != nil
            if isCancelled || fails { count(order.jobs.count > 1 ? "failed together" : "failed") }
            // A worker may end well in spite of being cancelled.
            take(
                fails || isCancelled && pictureCount.isMultiple(of: 2) ? dispatcher.failed(order, reason: "No.", at: now)
                    : dispatcher.drew(order, order.requests.map { DrawnRequest(pictureCount: $0.batchSize) }, at: now))
        case .rest(let worker):
            let isAsked = cancelledWork.contains(worker)
            let isUnderLoad = dispatcher.workers.contains { if case .resting = $0.activity { $0.worker.id == worker } else { false } }
            // An idle worker rests until it is told not to.
            guard isAsked || isUnderLoad else { return dispatcher.rested(worker) }
            pending.remove(at: index)
            cancelledWork.remove(worker)
            take(dispatcher.restEnded(worker, at: now))
        }
    }

    private func isStoringRun(of job: JobID) -> Bool {
        pending.contains { if case .storeRun(let other) = $0 { other.id == job } else { false } }
    }

    private mutating func write(_ job: Job) {
        var job = job
        // Pictures of runs are told with `storeRun`, and all others with the end.
        if let known = archive[job.id], !job.state.isFinal { (job.pictures, job.finishedRuns) = (known.pictures, known.finishedRuns) }
        expect(archive[job.id]?.state.isFinal != true || archive[job.id] == job, "what is over stays as it is")
        archive[job.id] = job
    }

    private mutating func count(_ name: String) { counts[name, default: 0] += 1 }

    // The steps

    private mutating func take(_ steps: [Dispatcher.Step]) {
        let begun = steps.compactMap { if case .tell(.started, let id) = $0 { dispatcher.job(id) } else { nil } }
        if !begun.isEmpty {
            expect(!isStopped && !dispatcher.isPaused, "nothing is begun after the stop, nor in a pause")
            let worker = dispatcher.workers.first { $0.activity.batch?.jobs.contains(begun[0].id) == true }?.worker
            model.take(begun, dispatcher.settings, pictureCount: worker?.usefulBatchSize ?? 0)
            if begun.count > 1 { count("begun together") }
        }
        for step in steps { take(step) }
    }

    private mutating func take(_ step: Dispatcher.Step) {
        switch step {
        case .write(let job):
            pending.append(.write(job))
            // Before the grace period is over, it is only written again.
            if isBrokenOff, job.state == .queued, model.running.contains(where: { $0.id == job.id }) { model.putBack(job) }
            if job.state.isFinal, model.ended[job.id] == nil { model.end(job) }
        case .store(let job, _):
            expect(job.state.isFinal, "pictures are stored with the end")
            pending.append(.store(job, pictures: job.pictures.count))
        case .storeRun(let job, _):
            expect(job.state == .running && job.finishedRuns > 0, "a run is stored while the job goes on")
            expect(job.pictures.count <= job.finishedRuns * job.request.generation.batchSize, "pictures of finished runs are named")
            pending.append(.storeRun(job))
        case .tell(let event, let job):
            expect(ends[job] == nil, "nothing is told of a job after its end")
            guard event.isFinal else { return }
            ends[job] = event
            count("\(archive[job]?.state ?? .queued)")
            // Told as it was written, or as it was to be written.
            if cancelled.contains(job) { expect(event == .cancelled, "a job that was cancelled is not done") }
            if model.ended[job] == nil, let over = archive[job] { model.end(over) }
        case .ask(let worker, let job):
            expect(job.state == .queued, "only a job that waits is chosen")
            isFree(worker)
            pending.append(.ask(worker))
        case .draw(let order):
            isFree(order.worker)
            expect(!isBrokenOff, "nothing is drawn after the grace period")
            expect(!order.jobs.isEmpty && order.jobs.count == order.requests.count, "each job has a request")
            for job in order.jobs where !refusedWrites.contains(job.id) {
                let known = archive[job.id]
                expect(known?.state == .running || known?.state.isFinal == true, "a job is drawn when the archive knows that it runs")
                expect(known?.attempts == job.attempts, "attempts are counted before they begin")
            }
            pending.append(.draw(order))
            count(order.run > 0 ? "further run" : "drawn")
            if order.jobs.contains(where: { $0.attempts > 1 && $0.finishedRuns > 0 }) { count("went on after a crash") }
        case .cancel(let worker), .endRest(let worker): cancelledWork.insert(worker)
        case .limit(let worker, let batch, let limit, let jobs):
            expect(jobs > 0, "a limit is for jobs")
            limits[worker] = (batch, limit)
        case .complete(let worker), .clear(let worker): limits[worker] = nil
        case .rest(let worker, let limit):
            isFree(worker)
            if limit != nil { count("rested under load") }
            pending.append(.rest(worker))
        case .finish:
            finishes += 1
            expect(isStopped && pending.isEmpty, "everything has ended when the service ends")
        case .tellPosition, .tellQueue, .release, .measure, .grace: break
        }
    }

    private func isFree(_ worker: Worker.ID) {
        let has = pending.contains { pending in
            switch pending {
            case .ask(let other), .rest(let other): other == worker
            case .draw(let order): order.worker == worker
            case .write, .store, .storeRun: false
            }
        }
        expect(!has, "a worker does one thing at a time")
    }

    // What is always so

    func check() {
        let taken = dispatcher.workers.flatMap { $0.activity.batch?.jobs ?? [] }
        let running = Set(dispatcher.running.map(\.id))
        let stored = pending.compactMap { if case .store(let job, _) = $0 { job.id } else { nil } }
        expect(Set(taken).count == taken.count, "no job is with two workers")
        expect(running == Set(stored + taken), "each running job is with a worker, or on the way to the archive")
        expect(running == Set(model.running.map(\.id)), "running are those that were begun")
        expect(dispatcher.waitingCount == model.waiting.count, "all others wait")
        expect(model.waiting.allSatisfy { dispatcher.job($0.job.id) == $0.job }, "jobs that wait are as they came")
        expect(Set(archive.keys) == model.all.union(ends.keys), "no job is lost")
        let idle = dispatcher.workers.contains { if case .idle = $0.activity { true } else { false } }
        let coming = dispatcher.workers.count { state in
            switch state.activity {
            case .waking, .choosing: !state.isLeaving
            default: false
            }
        }
        let staying = dispatcher.workers.allSatisfy { if $0.isLeaving, case .idle = $0.activity { false } else { true } }
        expect(staying, "a worker that leaves goes")
        expect(!idle || dispatcher.isPaused || dispatcher.waitingCount <= coming, "no worker is idle while jobs wait, but in a pause")
    }

    /// Quicker than `#expect`, which looks into each part of a condition.
    private func expect(_ isTrue: Bool, _ promise: String) {
        if !isTrue { Issue.record("broken: \(promise)") }
    }
}
