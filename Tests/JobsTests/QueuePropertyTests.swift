import Foundation
import Generation
import Jobs
import Testing
import TestSupport

@Suite("Thousands of operations at random")
struct QueuePropertyTests {
    @Test("no job is lost, none doubled; patience and priorities are kept; states move only as they may", arguments: 0..<10)
    func randomOperations(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var queue = JobQueue()
        var model = QueueModel()
        var accepted: Set<JobID> = []
        let settings = QueueSettings(patienceJobs: Int.random(in: 0...6, using: &random), batchSize: Int.random(in: 1...5, using: &random))
        // Workers have different groups ready, and take by turns.
        var workers = (0...seed % 4).map { Worker("\($0)") }
        var now = noon

        for operation in 0..<1000 {
            now += 0.001
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45 where model.waiting.count < 25:
                let job = Job(id: JobID(at: now), Self.request(&random), submittedAt: now)
                queue.submit(job, group: FakePainter.group(of: job.request))
                model.wait(job)
                accepted.insert(job.id)
            case 45..<65:
                let index = workers.indices.randomElement(using: &random) ?? 0
                workers[index].usefulBatchSize = Int.random(in: 1...6, using: &random)
                let next = queue.next(for: workers[index], at: now, settings)
                let taken = queue.take(for: &workers[index], at: now, settings)
                #expect(taken.first?.id == next?.id)
                model.take(taken, settings, pictureCount: workers[index].usefulBatchSize)
            case 65..<80:
                guard let job = model.running.randomElement(using: &random) else { continue }
                let outcomes = [JobOutcome.done([PictureID(job.id, 0)]), .failed("No."), .cancelled]
                let outcome = outcomes.randomElement(using: &random) ?? .cancelled
                let result = queue.end(job.id, as: outcome, at: now)
                let ended = try #require(result)
                #expect(ended.state.isFinal && ended.endedAt == now && ended.request == job.request)
                model.end(ended)
            case 80..<86:
                guard let job = model.waiting.randomElement(using: &random)?.job else { continue }
                #expect(queue.end(job.id, as: .done([]), at: now) == nil)
                let cancelled = queue.end(job.id, as: .cancelled, at: now)
                model.end(try #require(cancelled))
            case 86..<90:
                guard let job = model.ended.keys.randomElement(using: &random) else { continue }
                #expect(queue.end(job, as: .cancelled, at: now) == nil && queue.putBack(job) == nil)
                #expect(queue.prioritize(job, 3) == nil && queue.move(job, to: 0) == nil)
            case 90..<94:
                guard let job = model.running.randomElement(using: &random) else { continue }
                let back = queue.putBack(job.id)
                model.putBack(try #require(back))
            case 94..<97:
                guard let job = model.waiting.randomElement(using: &random)?.job else { continue }
                let place = Int.random(in: 0...6, using: &random)
                let moved = queue.move(job.id, to: place)
                #expect(moved?.id == job.id)
                model.move(job.id, to: place)
                #expect(queue.position(of: job.id) == min(place, model.waiting.count - 1))
            case 97..<99:
                guard let job = model.waiting.randomElement(using: &random)?.job else { continue }
                let changed = queue.prioritize(job.id, Int.random(in: 0...2, using: &random))
                model.prioritize(try #require(changed))
            default:
                queue = JobQueue()
                for job in model.crash() {
                    let recovered = queue.recover(job, group: FakePainter.group(of: job.request), at: now)
                    #expect(recovered.state == (job.state == .running && job.attempts >= 3 ? .failed : .queued))
                    if recovered.state.isFinal { model.end(recovered) } else { model.wait(recovered) }
                }
            }
            model.compare(with: queue)
            #expect(model.all == accepted, "after operation \(operation)")
        }
    }

    @Test("what waits is drawn to the last job, each once", arguments: 0..<3)
    func draining(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var queue = JobQueue()
        var worker = Worker("worker", usefulBatchSize: 4)
        var waiting: Set<JobID> = []
        for _ in 0..<300 {
            let job = Job(Self.request(&random), submittedAt: noon)
            queue.submit(job, group: FakePainter.group(of: job.request))
            waiting.insert(job.id)
        }
        while queue.waitingCount > 0 {
            for job in queue.take(for: &worker, at: noon, QueueSettings()) {
                #expect(waiting.remove(job.id) != nil)
                #expect(queue.end(job.id, as: .done([]), at: noon) != nil)
            }
        }
        #expect(waiting.isEmpty)
    }

    private static func request(_ random: inout SplitMix64) -> JobRequest {
        .with(
            model: ["a", "b"].randomElement(using: &random) ?? "a", size: [64, 128].randomElement(using: &random) ?? 64,
            steps: Int.random(in: 4...5, using: &random), pictures: Int.random(in: 1...3, using: &random),
            runs: Int.random(in: 0..<6, using: &random) == 0 ? 2 : 1, priority: Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0,
            client: "\(Int.random(in: 0..<4, using: &random))")
    }
}
