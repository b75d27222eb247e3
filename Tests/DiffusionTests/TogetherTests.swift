import Compilation
import Diffusion
import Generation
import OpenVINO
import Prompting
import Sampling
import Synchronization
import Testing

@Suite("Several requests in one batch")
struct TogetherTests {
    private static func words(_ count: Int) -> String { Array(repeating: "star", count: count).joined(separator: " ") }

    /// Of one, two and three parts and chunks, with texts that change from step to step.
    private static let requests: [GenerationRequest] = [
        Demo.request { ($0.seed, $0.batchSize) = (5, 2) },
        Demo.request("a [red|green] cat") { ($0.seed, $0.negativePrompt) = (99, "blurry") },
        Demo.request("a green tree AND \(words(100)) :0.5") { $0.seed = 7 },
        Demo.request("a {red|green|blue} star") { ($0.seed, $0.batchSize, $0.negativePrompt) = (11, 2, words(80)) },
    ]

    @Test(
        "each gets the pictures that it gets alone", arguments: [ShapePlan(.dynamic), ShapePlan(.static)], [Sampler.euler, .eulerAncestral])
    func equalsAlone(_ shapes: ShapePlan, _ sampler: Sampler) async throws {
        let pipeline = try Demo.newPipeline(shapes: shapes)
        for padded in [false, true] {
            let requests = Self.requests.map { request in
                var request = request
                (request.sampler, request.padsConditionings) = (sampler, padded)
                return request
            }
            let results = try await pipeline.generate(requests) { _ in }
            #expect(results.map(\.images.count) == [2, 1, 1, 2])
            for (request, together) in zip(requests, results) {
                let alone = try await pipeline.generate(request) { _ in }
                for (one, other) in zip(alone.images, together.images) {
                    // The device adds up in another order where there is more to do at once: single pixels move by one.
                    #expect(one.peakSignalToNoiseRatio(to: other) > 60)
                }
                #expect(together.pictures.map(\.seed) == alone.pictures.map(\.seed))
                #expect(together.pictures.map { $0.with(0) } == alone.pictures.map { $0.with(0) })
                #expect(together.tokenCount == alone.tokenCount && together.chunkCount == alone.chunkCount)
            }
        }
    }

    @Test("requests that together are the batch of one have its pictures, to the last bit")
    func equalsBatch() async throws {
        let pipeline = try #require(Demo.pipeline)
        let seeds: [UInt64] = [3, 4, 5]
        let together = try await pipeline.generate(seeds.map { seed in Demo.request { $0.seed = seed } }) { _ in }
        #expect(try await pipeline.pictures(Demo.request { ($0.seed, $0.batchSize) = (3, 3) }) == together.flatMap(\.images))
    }

    @Test("warnings are each request's own; timings and events are the batch's")
    func owners() async throws {
        let requests = [Demo.request("a cat <lora:film:0.8>"), Demo.request("a dog") { $0.batchSize = 2 }]
        let log = EventLog()
        let results = try await Demo.newPipeline().generate(requests) { log.append($0) }
        #expect(results.map(\.ignored) == [["<lora:film:0.8>"], []])
        #expect(results.map(\.warnings.count) == [1, 0])
        #expect(results[0].timings == results[1].timings)
        #expect(results[0].timings.steps.count == 2)
        #expect(results.map(\.compiles.count) == [3, 3])
        #expect(log.all.suffix(3) == (0..<3).map { .decoding(index: $0, total: 3) })
        #expect(log.all.filter { if case .denoising = $0 { true } else { false } } == (0...2).map { .denoising(done: $0, total: 2) })
    }

    @Test("the UNet is called once for all of them, and a text that several have is encoded once")
    func calls() async throws {
        let calls = Mutex(PerStage(repeating: 0))
        let networks = CompiledNetworks(core: try Core(), fault: { key, output in
            calls.withLock { $0[key.stage] += 1 }
            return output
        })
        let requests = (0..<3).map { seed in Demo.request("a cat") { $0.seed = seed } }
        _ = try await Demo.newPipeline(networks: networks).generate(requests) { _ in }
        #expect(calls.withLock { $0 } == PerStage(encode: 2, denoise: 2, decode: 3))
    }

    @Test("one that cannot be drawn refuses all before anything is compiled, and is found by checking each")
    func refused() async throws {
        var styles = StyleLibrary()
        styles.add(Style(name: "ink", prompt: "ink", negativePrompt: ""))
        let pipeline = try Demo.newPipeline(resources: PromptResources(styles: styles))
        let requests = [Demo.request { $0.styles = ["ink"] }, Demo.request { $0.styles = ["inc"] }]
        let log = EventLog()
        let error = await #expect(throws: DiffusionError.self) { try await pipeline.generate(requests) { log.append($0) } }
        #expect(error?.description == "There is no style \"inc\". Did you mean \"ink\"?")
        #expect(log.all.isEmpty)
        #expect(await pipeline.networks.readyKeys.isEmpty)
        try pipeline.validate(requests[0])
        #expect(throws: InvalidRequest(
            field: "styles", ErrorReason(.unknownStyle, ["name": "inc", "did_you_mean": "ink", "count": 1]),
            "There is no style \"inc\". Did you mean \"ink\"?")
        ) {
            try pipeline.validate(requests[1])
        }
    }

    @Test("what drawing refuses, checking refuses in the same words", arguments: [
        Demo.request { $0.width = 500 }, Demo.request { ($0.sampler, $0.steps) = (.lcmDiffusers, 51) }, Demo.request { $0.clipSkip = 99 },
    ])
    func validation(_ request: GenerationRequest) async throws {
        let pipeline = try #require(Demo.pipeline)
        let refusal = #expect(throws: InvalidRequest.self) { try pipeline.validate(request) }
        let error = await #expect(throws: DiffusionError.self) { try await pipeline.generate(request) { _ in } }
        #expect(error?.description == refusal?.description)
    }

    @Test("nothing asked for is nothing drawn")
    func none() async throws {
        #expect(try await #require(Demo.pipeline).generate([]) { _ in }.isEmpty)
    }
}
