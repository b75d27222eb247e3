import Foundation
import Generation
import Jobs
import Testing
import TestSupport

/// A queue whose jobs are told apart by their prompts.
struct NamedQueue {
    var queue = JobQueue()
    var settings = QueueSettings(patienceJobs: 8, batchSize: 1)
    var worker = Worker("worker")
    var now = noon
    private var made = 0

    init(patienceJobs: Int = 8, patience: Duration = .seconds(300), batchSize: Int = 1) {
        settings.patienceJobs = patienceJobs
        settings.patience = patience
        settings.batchSize = batchSize
    }

    @discardableResult
    mutating func submit(_ name: String, _ request: JobRequest = .with()) -> JobID {
        var request = request
        request.generation.prompt = name
        made += 1
        let job = Job(id: JobID(at: noon.addingTimeInterval(Double(made))), request, submittedAt: now)
        queue.submit(job, group: FakePainter.group(of: request))
        return job.id
    }

    /// Takes what comes next, and has it done.
    mutating func take(pictureCount: Int = 1) -> [String] {
        worker.usefulBatchSize = pictureCount
        let jobs = queue.take(for: &worker, at: now, settings)
        for job in jobs { _ = queue.end(job.id, as: .done([]), at: now) }
        return jobs.map(\.request.generation.prompt)
    }

    mutating func takeAll() -> [String] {
        var all: [String] = []
        while queue.waitingCount > 0 { all += take() }
        return all
    }
}

@Suite("Which job comes next")
struct QueueOrderTests {
    @Test("with nothing to choose between them, jobs come in the order in which they were submitted")
    func firstComeFirstServed() {
        var line = NamedQueue()
        let names = (0..<20).map { "job \($0)" }
        for name in names { line.submit(name) }
        #expect(line.takeAll() == names)
    }

    // Groups

    @Test("jobs that need no compile come first")
    func groups() {
        var line = NamedQueue()
        let sizes = [("a1", 64), ("b1", 128), ("a2", 64), ("c1", 192), ("b2", 128), ("a3", 64)]
        for (name, size) in sizes { line.submit(name, .with(size: size)) }
        #expect(line.takeAll() == ["a1", "a2", "a3", "b1", "b2", "c1"])
    }

    @Test("another model is another group")
    func models() {
        var line = NamedQueue()
        for (name, model) in [("a1", "a"), ("b1", "b"), ("a2", "a")] { line.submit(name, .with(model: model)) }
        #expect(line.takeAll() == ["a1", "a2", "b1"])
    }

    @Test("the group stays current while nothing waits")
    func groupAfterIdling() {
        var line = NamedQueue()
        line.submit("a1", .with(size: 64))
        #expect(line.takeAll() == ["a1"])
        line.submit("b1", .with(size: 128))
        line.submit("a2", .with(size: 64))
        #expect(line.takeAll() == ["a2", "b1"])
    }

    @Test("no more jobs than patience allows go before one whose turn it is", arguments: [0, 1, 3, 8])
    func patience(jobs: Int) {
        var line = NamedQueue(patienceJobs: jobs)
        line.submit("first", .with(size: 64))
        line.submit("passed", .with(size: 128))
        for index in 0..<20 { line.submit("a\(index)", .with(size: 64)) }
        #expect(line.takeAll().firstIndex(of: "passed") == 1 + jobs)
    }

    @Test("jobs that keep coming do not make another wait longer than patience allows")
    func patienceUnderLoad() {
        var line = NamedQueue()
        line.submit("first", .with(size: 64))
        _ = line.take()
        line.submit("passed", .with(size: 128))
        for index in 0..<8 {
            line.submit("a\(index)", .with(size: 64))
            #expect(line.take() == ["a\(index)"])
        }
        line.submit("a8", .with(size: 64))
        #expect(line.take() == ["passed"])
    }

    @Test("once its time is over, a job goes next, however few went before it")
    func patienceInTime() {
        var line = NamedQueue(patience: .seconds(60))
        for (name, size) in [("a1", 64), ("passed", 128), ("a2", 64), ("a3", 64), ("a4", 64)] { line.submit(name, .with(size: size)) }
        line.now += 1000
        #expect(line.take() == ["a1"])
        #expect(line.take() == ["a2"], "its turn has only come now")
        line.now += 59
        #expect(line.take() == ["a3"])
        line.now += 1
        #expect(line.take() == ["passed"])
    }

    @Test("no time at all is first come, first served")
    func noPatience() {
        var line = NamedQueue(patience: .zero)
        let sizes = [64, 128, 64, 128]
        for (index, size) in sizes.enumerated() { line.submit("\(index)", .with(size: size)) }
        #expect(line.takeAll() == ["0", "1", "2", "3"])
    }

    @Test("groups follow one another: with three models, each waits for its turn and then runs on")
    func threeGroups() {
        var line = NamedQueue(patienceJobs: 2)
        for index in 0..<4 { for model in ["a", "b", "c"] { line.submit("\(model)\(index)", .with(model: model)) } }
        #expect(line.takeAll() == ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2", "c3", "a3", "b3"])
    }

    // Priorities

    @Test("higher priorities come first, even when they need a compile")
    func priorities() {
        var line = NamedQueue()
        line.submit("a1", .with(size: 64))
        _ = line.take()
        line.submit("low", .with(size: 64, priority: -1))
        line.submit("a2", .with(size: 64))
        line.submit("high", .with(size: 128, priority: 5))
        line.submit("higher", .with(size: 64, priority: 6))
        #expect(line.takeAll() == ["higher", "high", "a2", "low"])
    }

    @Test("a job moves when its priority is changed, and among its equals comes where it was submitted")
    func prioritizing() throws {
        var line = NamedQueue()
        var ids: [String: JobID] = [:]
        for name in ["1", "2", "3", "4"] { ids[name] = line.submit(name) }
        #expect(line.queue.prioritize(try #require(ids["4"]), 1)?.request.priority == 1)
        _ = line.queue.prioritize(try #require(ids["3"]), 1)
        #expect(line.takeAll() == ["3", "4", "1", "2"])
        #expect(line.queue.prioritize(try #require(ids["1"]), 1) == nil)
    }

    // Clients

    @Test("a client with a thousand jobs does not keep others waiting")
    func fairness() {
        var line = NamedQueue()
        for index in 0..<1000 { line.submit("many \(index)", .with(client: "many")) }
        for index in 0..<3 { line.submit("few \(index)", .with(client: "few")) }
        #expect(line.takeAll().prefix(7) == ["many 0", "few 0", "many 1", "few 1", "many 2", "few 2", "many 3"])
    }

    @Test("a client who comes back for each picture has its turn each time")
    func returning() {
        var line = NamedQueue()
        for index in 0..<10 { line.submit("many \(index)", .with(client: "many")) }
        var order: [String] = []
        for index in 0..<4 {
            line.submit("one \(index)", .with(client: "one"))
            order += line.take() + line.take()
        }
        #expect(order.filter { $0.hasPrefix("one") } == ["one 0", "one 1", "one 2", "one 3"])
    }

    @Test("a client is not kept waiting by another whose jobs need no compile")
    func fairnessBetweenGroups() {
        var line = NamedQueue(patienceJobs: 4)
        for index in 0..<100 { line.submit("many \(index)", .with(size: 64, client: "many")) }
        for index in 0..<3 { line.submit("few \(index)", .with(size: 128, client: "few")) }
        let order = line.takeAll()
        // The first waits until four have passed it; then its own group is current.
        #expect(order.firstIndex(of: "few 0") == 5)
        #expect(order.firstIndex(of: "few 2") == 7)
    }

    @Test("jobs that were cancelled cost a client no turn")
    func cancelledTurns() {
        var line = NamedQueue()
        var ids: [JobID] = []
        for index in 0..<100 { ids.append(line.submit("x \(index)", .with(client: "x"))) }
        for index in 0..<100 { line.submit("y \(index)", .with(client: "y")) }
        for id in ids.dropLast() { _ = line.queue.end(id, as: .cancelled, at: noon) }
        #expect(line.take() == ["x 99"])
    }

    @Test("between two turns of a client that waits, no other client has two", arguments: 0..<5)
    func roundRobin(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var line = NamedQueue()
        for index in 0..<100 { line.submit("\(index)", .with(client: "\(Int.random(in: 0..<5, using: &random))")) }
        var lastTurn: [String: Int] = [:]
        for turn in 0..<100 {
            let clients = Set(line.queue.inTurn(limit: 200).compactMap { line.queue.job($0)?.request.client })
            let client = try #require(line.queue.next(for: line.worker, at: noon, line.settings)?.request.client)
            if let last = lastTurn[client] {
                for other in clients where other != client { #expect(lastTurn[other] ?? -1 > last) }
            }
            lastTurn[client] = turn
            _ = line.take()
        }
        #expect(line.queue.waitingCount == 0)
    }

    // Places

    @Test("the places of jobs are those in which they are taken when nothing is passed", arguments: 0..<8)
    func positions(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var line = NamedQueue()
        var ids: [JobID] = []
        for index in 0..<60 {
            let (priority, client) = (Int.random(in: 0..<3, using: &random), Int.random(in: 0..<4, using: &random))
            ids.append(line.submit("\(index)", .with(priority: priority, client: "\(client)")))
        }
        let order = line.queue.inTurn(limit: 1000)
        #expect(Set(order) == Set(ids))
        #expect(order.indices.allSatisfy { line.queue.position(of: order[$0]) == $0 })
        #expect(line.queue.inTurn(limit: 7) == Array(order.prefix(7)))
        let names = order.map { line.queue.job($0)?.request.generation.prompt }
        #expect(line.takeAll() == names)
    }
}
