import Generation
import Jobs
import Sampling
import Testing
import TestSupport

@Suite("Which jobs are drawn together")
struct BatchTests {
    @Test("jobs that differ in prompts, styles, seeds, pictures and previews are drawn together")
    func alike() {
        var line = NamedQueue(batchSize: 8)
        line.submit("1", .with(seed: 1))
        line.submit("2", .with(seed: 2, pictures: 2, previews: 5, client: "another"))
        var other = JobRequest.with(seed: 3)
        other.generation.negativePrompt = "blurry"
        other.generation.styles = ["ink"]
        line.submit("3", other)
        #expect(line.take(pictureCount: 8) == ["1", "2", "3"])
    }

    private static let differences: [(name: String, change: @Sendable (inout JobRequest) -> Void)] = [
        ("model", { $0.model = "other" }), ("width", { $0.generation.width = 128 }), ("height", { $0.generation.height = 128 }),
        ("steps", { $0.generation.steps = 5 }), ("sampler", { $0.generation.sampler = .heun }),
        ("schedule", { $0.generation.schedule = .karras }),
        ("CFG scale", { $0.generation.cfgScale = 3 }), ("noise", { $0.generation.noise = .philox }),
        ("emphasis", { $0.generation.emphasis = .ignore }),
        ("clip skip", { $0.generation.clipSkip = 2 }), ("comma backtrack", { $0.generation.commaBacktrack = 0 }),
        ("padding", { $0.generation.padsConditionings = true }), ("runs", { $0.runs = 2 }), ("priority", { $0.priority = -1 }),
    ]

    @Test("jobs that differ in anything else are not", arguments: differences.indices)
    func different(index: Int) {
        var line = NamedQueue(batchSize: 8)
        var other = JobRequest.with()
        Self.differences[index].change(&other)
        line.submit("1")
        line.submit("2", other)
        #expect(line.take(pictureCount: 8) == ["1"], "\(Self.differences[index].name)")
        #expect(line.take(pictureCount: 8) == ["2"])
    }

    @Test("a job that is drawn several times over is drawn by itself")
    func runs() {
        var line = NamedQueue(batchSize: 8)
        for name in ["1", "2"] { line.submit(name, .with(runs: 2)) }
        #expect(line.take(pictureCount: 8) == ["1"])
    }

    @Test("no more are drawn together than the device gains from, nor than the setting allows", arguments: [
        (batchSize: 8, pictures: 1, expected: 1), (8, 3, 3), (2, 8, 2), (1, 8, 1), (8, 0, 1), (8, 100, 8),
    ])
    func limits(batchSize: Int, pictures: Int, expected: Int) {
        var line = NamedQueue(batchSize: batchSize)
        for index in 0..<20 { line.submit("\(index)") }
        #expect(line.take(pictureCount: pictures) == (0..<expected).map(String.init))
    }

    @Test("pictures count, not jobs; a job that does not fit leaves room for one that does")
    func pictures() {
        var line = NamedQueue(batchSize: 8)
        for (name, pictures) in [("1", 2), ("2", 3), ("3", 2), ("4", 1)] { line.submit(name, .with(pictures: pictures)) }
        #expect(line.take(pictureCount: 4) == ["1", "3"])
        #expect(line.take(pictureCount: 4) == ["2", "4"])
    }

    @Test("a job with more pictures than are useful is drawn whole, and by itself")
    func large() {
        var line = NamedQueue(batchSize: 8)
        for name in ["1", "2"] { line.submit(name, .with(pictures: 6)) }
        #expect(line.take(pictureCount: 4) == ["1"])
    }

    @Test("clients take turns within what is drawn together")
    func turns() {
        var line = NamedQueue(batchSize: 4)
        for index in 0..<5 { line.submit("x\(index)", .with(client: "x")) }
        for index in 0..<5 { line.submit("y\(index)", .with(client: "y")) }
        #expect(line.take(pictureCount: 8) == ["x0", "y0", "x1", "y1"])
    }

    @Test("those that are drawn together count as passing one whose turn it is", arguments: [(patience: 0, together: 1), (3, 4), (8, 8)])
    func patience(patience: Int, together: Int) {
        var line = NamedQueue(patienceJobs: patience, batchSize: 8)
        line.submit("a0")
        line.submit("passed", .with(size: 128))
        for index in 1..<20 { line.submit("a\(index)") }
        #expect(line.take(pictureCount: 8).count == together)
        if patience < 8 { #expect(line.take(pictureCount: 8) == ["passed"]) }
    }
}

@Suite("Previews of jobs that are drawn together", .timeLimit(.minutes(30)))
struct SharedPreviewTests {
    @Test("each client gets those that it asked for, after its own number of steps")
    func intervals() async throws {
        let workshop = Workshop(FakePainter(isHeld: true, batchSize: { _ in 8 }))
        try await workshop.run {
            let first = try await workshop.begin(.with(steps: 1))
            var jobs: [Job] = []
            for interval in [2, 3, 0] {
                jobs.append(try await workshop.service.submit(.with(steps: 6, seed: UInt64(interval), previews: interval)))
            }
            // Read while it happens: what is told later pushes previews out of the memory.
            let stories = try await jobs.asyncMap { job in
                let story = try #require(try await workshop.service.story(of: job.id))
                return Task {
                    var steps: [Int] = []
                    var done = 0
                    for await event in story {
                        if case .step(let count, _, _) = event.event { done = count }
                        if case .preview(let images) = event.event, images.count == 1 { steps.append(done) }
                    }
                    return steps
                }
            }
            workshop.painter.starts.open()
            for job in [first] + jobs { #expect(try await workshop.service.ended(job.id).state == .done) }
            #expect(workshop.painter.draws.map(\.requests.count) == [1, 3])
            var told: [[Int]] = []
            for story in stories { told.append(await story.value) }
            #expect(told == [[2, 4, 6], [3, 6], []])
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
