import Diffusion
import Generation
import Testing

@Suite("Cancelling a request")
struct CancellationTests {
    /// Long enough that only cancelling ends it soon.
    static let request = Demo.request { $0.steps = 1000 }

    @Test("a task cancelled while it denoises ends within a step, and the pipeline works again")
    func whileDenoising() async throws {
        let pipeline = try #require(Demo.pipeline)
        let expected = try await pipeline.pictures(Demo.request())

        let (events, continuation) = AsyncStream.makeStream(of: GenerationEvent.self)
        let task = Task {
            defer { continuation.finish() }
            return try await pipeline.generate(Self.request) { continuation.yield($0) }
        }
        var stepsAfter = 0
        for await event in events {
            guard case .denoising(let done, _) = event else { continue }
            if task.isCancelled { stepsAfter += 1 } else if done == 1 { task.cancel() }
        }
        await #expect(throws: DiffusionError.self) { try await task.value }.map { #expect($0.isCancelled) }
        // Steps that were done before this task heard of the first one count too; all 1000 would take minutes.
        #expect(stepsAfter < 500)
        #expect(try await pipeline.pictures(Demo.request()) == expected)
    }

    @Test("cancelled from within an event, nothing is told after it", arguments: [
            GenerationEvent.compiling(Compiling(.text(0), device: "CPU", shape: "any shape", reason: .firstUse)), .encoding,
            .denoising(done: 0, total: 1000), .denoising(done: 2, total: 1000)
    ])
    func withinEvent(_ last: GenerationEvent) async throws {
        let pipeline = try Demo.newPipeline()
        let log = EventLog()
        let task = Task {
            try await pipeline.generate(Self.request) { event in
                log.append(event)
                if event == last { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: DiffusionError.self) { try await task.value }.map { #expect($0.isCancelled) }
        #expect(log.all.last == last)
    }

    @Test("cancelled before the last picture is decoded, there is no result")
    func whileDecoding() async throws {
        let pipeline = try #require(Demo.pipeline)
        let task = Task {
            try await pipeline.generate(Demo.request { $0.batchSize = 2 }) { event in
                if event == .decoding(index: 1, total: 2) { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: DiffusionError.self) { try await task.value }.map { #expect($0.isCancelled) }
    }

    @Test("a request that is cancelled before it begins compiles nothing")
    func beforehand() async throws {
        let pipeline = try Demo.newPipeline()
        let log = EventLog()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pipeline.generate(Self.request) { log.append($0) }
        }
        await #expect(throws: DiffusionError.self) { try await task.value }.map { #expect($0.isCancelled) }
        #expect(log.all.isEmpty)
    }

    @Test("cancelling one of two requests leaves the other alone")
    func oneOfTwo() async throws {
        let pipeline = try #require(Demo.pipeline)
        let expected = try await pipeline.pictures(Demo.request())
        let long = Task { try await pipeline.generate(Self.request) { _ in } }
        async let short = pipeline.pictures(Demo.request())
        long.cancel()
        #expect(try await short == expected)
        await #expect(throws: DiffusionError.self) { try await long.value }.map { #expect($0.isCancelled) }
    }
}

extension DiffusionError {
    var isCancelled: Bool { if case .cancelled = self { true } else { false } }
}
