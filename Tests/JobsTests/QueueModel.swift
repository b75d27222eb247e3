import Foundation
import Generation
import Jobs
import Testing

/// A queue as simple as can be, and slow: what `JobQueue` promises, kept beside it and compared after each operation.
struct QueueModel {
    struct Entry {
        var job: Job
        var passedBy = 0
    }

    /// In the order in which they came.
    private(set) var waiting: [Entry] = []
    /// Jobs with fixed places, in their order; they wait as well.
    private var fixed: [JobID] = []
    private(set) var running: [Job] = []
    private(set) var ended: [JobID: Job] = [:]
    /// When each client that waits had its turn, or came; by priority.
    private var turns: [Line: Int] = [:]
    private var clock = 0

    private struct Line: Hashable {
        let priority: Int
        let client: String

        init(_ job: Job) { (priority, client) = (job.request.priority, job.request.client) }
    }

    var all: Set<JobID> { Set(waiting.map(\.job.id)).union(running.map(\.id)).union(ended.keys) }

    /// The job whose turn it is.
    var turn: Job? {
        if let first = fixed.first { return waiting.first { $0.job.id == first }?.job }
        guard let highest = waiting.map(\.job.request.priority).max() else { return nil }
        let level = waiting.map(\.job).filter { $0.request.priority == highest }
        let client = level.min { turns[Line($0), default: 0] < turns[Line($1), default: 0] }?.request.client
        return level.first { $0.request.client == client }
    }

    /// Jobs in the order of their turns, as if nobody was passed and nobody came.
    var order: [JobID] {
        var copy = self
        var order: [JobID] = []
        while let next = copy.turn {
            order.append(next.id)
            copy.serve(next)
        }
        return order
    }

    private mutating func serve(_ job: Job) {
        let hasFixedPlace = fixed.contains(job.id)
        waiting.removeAll { $0.job.id == job.id }
        fixed.removeAll { $0 == job.id }
        // It is no turn of its client.
        if hasFixedPlace { return }
        clock += 1
        turns[Line(job)] = clock
    }

    /// A moved job has its place, and all before it keep theirs.
    mutating func move(_ job: JobID, to place: Int) {
        let others = order.filter { $0 != job }
        let place = min(place, others.count)
        fixed.removeAll { $0 == job }
        fixed = Array(others.prefix(max(place, fixed.count)))
        fixed.insert(job, at: place)
    }

    /// A run's pictures were stored.
    mutating func keep(_ job: Job) {
        for index in waiting.indices where waiting[index].job.id == job.id {
            waiting[index].job.pictures = job.pictures
            waiting[index].job.finishedRuns = job.finishedRuns
            waiting[index].job.warnings = job.warnings
        }
    }

    mutating func wait(_ job: Job) {
        clock += 1
        if !waiting.contains(where: { Line($0.job) == Line(job) && !fixed.contains($0.job.id) }) { turns[Line(job)] = clock }
        // Jobs are named in the order in which they came.
        waiting.insert(Entry(job: job), at: waiting.firstIndex { job.id < $0.job.id } ?? waiting.count)
    }

    /// Takes jobs, in order; complains about those that should not have been taken.
    mutating func take(_ taken: [Job], _ settings: QueueSettings, pictureCount: Int) {
        #expect(taken.isEmpty == waiting.isEmpty, "something is taken as long as something waits")
        guard let first = taken.first else { return }
        #expect(
            first.id == fixed.first || first.request.priority == waiting.map(\.job.request.priority).max(), "priorities come first")
        #expect(taken.count <= max(1, settings.batchSize))
        #expect(taken.count == 1 || taken.reduce(0) { $0 + $1.request.pictureCount } <= pictureCount)
        for job in taken {
            expect(Self.key(job) == Self.key(first), "what is drawn together is alike")
            if let next = fixed.first {
                expect(job.id == next, "jobs with fixed places come first, in their order")
            } else {
                expect(job.request.priority == waiting.map(\.job.request.priority).max(), "priorities come first")
            }
            expect(taken.count == 1 || job.request.runs == 1, "several runs are drawn by themselves")
            expect(job.state == .running && job.startedAt != nil, "taken jobs run")
            if let turn, turn.id != job.id, let index = waiting.firstIndex(where: { $0.job.id == turn.id }) {
                waiting[index].passedBy += 1
                expect(waiting[index].passedBy <= settings.patienceJobs, "patience has an end")
            }
            guard let index = waiting.firstIndex(where: { $0.job.id == job.id }) else {
                Issue.record("a job was taken that does not wait")
                continue
            }
            #expect(job.attempts == waiting[index].job.attempts + 1)
            serve(job)
            running.append(job)
        }
    }

    mutating func end(_ job: Job) {
        #expect(ended[job.id] == nil, "a job is over once")
        waiting.removeAll { $0.job.id == job.id }
        fixed.removeAll { $0 == job.id }
        running.removeAll { $0.id == job.id }
        ended[job.id] = job
    }

    mutating func putBack(_ job: Job) {
        running.removeAll { $0.id == job.id }
        wait(job)
    }

    mutating func prioritize(_ job: Job) {
        waiting.removeAll { $0.job.id == job.id }
        fixed.removeAll { $0 == job.id }
        wait(job)
    }

    /// The process ends, and another takes up what is left.
    mutating func crash() -> [Job] {
        let left = (waiting.map(\.job) + running).sorted { $0.id < $1.id }
        waiting = []
        running = []
        fixed = []
        turns = [:]
        return left
    }

    private static func key(_ job: Job) -> String {
        let generation = job.request.generation
        return "\(job.request.model) \(generation.width) \(generation.steps) \(generation.cfgScale)"
    }

    func compare(with queue: JobQueue) {
        expect(queue.waitingCount == waiting.count, "as many wait")
        expect(queue.running == running, "the same run")
        expect(waiting.allSatisfy { queue.job($0.job.id) == $0.job }, "jobs that wait are as they came")
        expect(ended.keys.allSatisfy { queue.job($0) == nil }, "those that are over are not there")
        let order = queue.inTurn(limit: .max)
        expect(Set(order) == Set(waiting.map(\.job.id)) && order.count == waiting.count, "each job that waits has its turn")
        expect(order == self.order, "the same order")
        expect(order.indices.allSatisfy { queue.position(of: order[$0]) == $0 }, "places are those of the order")
    }

    /// Quicker than `#expect`, which looks into each part of a condition.
    private func expect(_ isTrue: Bool, _ promise: String) {
        if !isTrue { Issue.record("broken: \(promise)") }
    }
}
