import Foundation
import Generation
@testable import Jobs
import Testing
import TestSupport

@Suite("What the dispatcher decides")
struct DispatcherTests {
    /// No job is with two workers; each ends once; cancelled ones are never done; none is begun after the stop; turns, patience and
    /// priorities are kept: `DispatcherWorld` and `QueueModel` check after each operation.
    @Test("thousands of operations at random, on one to four workers, break no promise", arguments: 1...4, 0..<3)
    func randomOperations(workers: Int, seed: UInt64) throws {
        var random = SplitMix64(state: seed &* 4 &+ UInt64(workers))
        var settings = QueueSettings(capacity: 12)
        settings.patienceJobs = Int.random(in: 0...6, using: &random)
        settings.batchSize = Int.random(in: 1...4, using: &random)
        var world = DispatcherWorld(settings: settings, workers: workers)
        world.start()
        for _ in 0..<1000 {
            world.tick()
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<18: world.submit(Self.request(&random))
            case 18..<21: if let id = world.model.all.randomElement(using: &random) { world.cancel(id) }
            case 21..<23: if let job = world.model.running.randomElement(using: &random) { world.cancel(job.id) }
            case 23..<25:
                guard let entry = world.model.waiting.randomElement(using: &random) else { continue }
                world.prioritize(entry.job.id, .random(in: 0...2, using: &random))
            case 25: world.skipRun()
            case 28..<30:
                guard let entry = world.model.waiting.randomElement(using: &random) else { continue }
                world.move(entry.job.id, to: .random(in: 0...5, using: &random))
            case 30: world.pause(Bool.random(using: &random))
            case 31 where Int.random(in: 0..<8, using: &random) == 0: world.cancelWaiting()
            case 26: if let worker = world.limits.keys.sorted().randomElement(using: &random) { world.runOutOfTime(worker) }
            case 27 where Int.random(in: 0..<10, using: &random) == 0: world.crash()
            case 32, 33: world.setWorkers((0..<workers).filter { _ in Bool.random(using: &random) })
            default: Self.endSomething(in: &world, &random, failing: 12)
            }
            world.check()
        }
        world.pause(false)
        world.setWorkers(Array(0..<workers))
        try Self.drain(&world, &random)

        let runCount = world.finishes
        for _ in 0..<8 { world.submit(Self.request(&random)) }
        for _ in 0..<Int.random(in: 0..<30, using: &random) { Self.endSomething(in: &world, &random, failing: 12) }
        world.stop()
        for operation in 0..<2000 where world.finishes == runCount {
            world.tick()
            if operation == 15 { world.endGrace() }
            if operation < 15, Bool.random(using: &random) { world.submit(Self.request(&random)) }
            Self.endSomething(in: &world, &random, failing: 12)
        }
        #expect(world.finishes == runCount + 1, "a stop comes to its end, once")
        #expect(world.pending.isEmpty)
        #expect(world.dispatcher.running.isEmpty)
    }

    /// Whatever is pending ends well until nothing waits.
    private static func drain(_ world: inout DispatcherWorld, _ random: inout SplitMix64) throws {
        for _ in 0..<5000 where !world.model.waiting.isEmpty || !world.model.running.isEmpty {
            world.tick()
            endSomething(in: &world, &random, failing: 0)
            world.check()
        }
        #expect(world.model.waiting.isEmpty && world.model.running.isEmpty, "what waits is drawn to the last job")
        for _ in 0..<200 { endSomething(in: &world, &random, failing: 0) }
        #expect(Set(world.ends.keys) == Set(world.archive.keys), "each job's end is told")
        for (id, end) in world.ends {
            // Not written yet, if the archive refused: the next time that something ends, it is tried again.
            guard let job = world.archive[id], job.state.isFinal else { continue }
            #expect(job.outcome?.event == end)
        }
    }

    private static func endSomething(in world: inout DispatcherWorld, _ random: inout SplitMix64, failing percent: Int) {
        guard let index = world.pending.indices.randomElement(using: &random) else { return }
        world.end(index, pictureCount: .random(in: 1...6, using: &random), fails: .random(in: 0..<100, using: &random) < percent)
    }

    private static func request(_ random: inout SplitMix64) -> JobRequest {
        .with(
            model: ["a", "b"].randomElement(using: &random) ?? "a", size: [64, 128].randomElement(using: &random) ?? 64,
            pictures: Int.random(in: 1...3, using: &random), runs: Int.random(in: 0..<4, using: &random) == 0 ? 3 : 1,
            priority: Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0, client: "\(Int.random(in: 0..<4, using: &random))")
    }

    @Test("the operations at random reach everything that may happen")
    func reach() {
        var counts: [String: Int] = [:]
        for workers in 1...4 {
            var random = SplitMix64(state: UInt64(workers))
            var world = DispatcherWorld(settings: QueueSettings(capacity: 12, batchSize: 4), workers: workers)
            world.start()
            for operation in 0..<2000 {
                world.tick()
                switch Int.random(in: 0..<100, using: &random) {
                case 0..<20: world.submit(Self.request(&random))
                case 20..<22: if let job = world.model.running.randomElement(using: &random) { world.cancel(job.id) }
                case 22: world.skipRun()
                case 23: if let worker = world.limits.keys.sorted().randomElement(using: &random) { world.runOutOfTime(worker) }
                case 24: world.pause(true)
                case 25, 26: world.pause(false)
                case 27: if let entry = world.model.waiting.randomElement(using: &random) { world.move(entry.job.id, to: 1) }
                case 28 where operation.isMultiple(of: 7): world.cancelWaiting()
                case 29: world.setWorkers((0..<workers).filter { _ in Bool.random(using: &random) })
                case 30, 31: world.setWorkers(Array(0..<workers))
                default: Self.endSomething(in: &world, &random, failing: 5)
                }
                if operation % 500 > 400, operation.isMultiple(of: 10) { world.crash() }
            }
            counts.merge(world.counts, uniquingKeysWith: +)
        }
        let names = [
            "begun together", "cancelled", "could not store", "done", "drawn", "failed", "failed together", "further run", "gave up",
            "ran out of time", "rested under load", "moved", "paused", "emptied", "stored a run", "could not store a run",
            "went on after a crash", "a worker left", "a worker left amid its work",
        ]
        for name in names { #expect(counts[name, default: 0] > 0, "\(name)") }
    }

    @Test("a queue that is full refuses another, and says so; jobs that run take no place")
    func capacity() throws {
        var dispatcher = Dispatcher(settings: QueueSettings(capacity: 2))
        for _ in 0..<2 {
            try dispatcher.reserve()
            _ = dispatcher.submit(Job(.with()), group: FakePainter.group(of: .with()))
            dispatcher.unreserve()
        }
        let refusal = #expect(throws: QueueFull.self) { try dispatcher.reserve() }
        #expect(refusal?.description == "The queue is full: 2 jobs wait, which is the limit (setting queue_capacity). Try again in 5 seconds.")
        dispatcher.start()
        _ = dispatcher.setWorkers([Worker("w")], at: noon)
        _ = dispatcher.canDraw(1, together: "w", at: noon)
        #expect(dispatcher.running.count == 1)
        try dispatcher.reserve()
        #expect(throws: QueueFull.self) { try dispatcher.reserve() }
        dispatcher.unreserve()
        try dispatcher.reserve()
    }

    @Test("of two idle workers, the one that needs no compile is woken")
    func readyWorker() {
        var dispatcher = Dispatcher()
        let group = FakePainter.group(of: .with())
        dispatcher.start()
        _ = dispatcher.setWorkers([Worker("other"), Worker("ready", group: group)], at: noon)
        let woken = dispatcher.submit(Job(.with()), group: group).compactMap { if case .endRest(let worker) = $0 { worker } else { nil } }
        #expect(woken == ["ready"])
    }

    @Test("orders, reports and outcomes cross a wire as JSON")
    func coding() throws {
        let job = Job(id: JobID(at: noon), .with(seed: 5, pictures: 2, runs: 3), submittedAt: noon)
        let order = DrawOrder(worker: "w", batch: 7, run: 1, jobs: [job])
        #expect(order.requests.map(\.seed) == [7])
        #expect(try JSONDecoder().decode(DrawOrder.self, from: JSONEncoder().encode(order)) == order)
        let report = DrawnRequest(pictureCount: 2, warnings: [Notice(.vaeTiles, ["count": 9], "Odd.")])
        #expect(try JSONDecoder().decode(DrawnRequest.self, from: JSONEncoder().encode(report)) == report)
        let outcomes = [JobOutcome.done([PictureID(JobID(at: noon), 0)]), .failed("No."), .cancelled]
        #expect(try JSONDecoder().decode([JobOutcome].self, from: JSONEncoder().encode(outcomes)) == outcomes)
    }
}
