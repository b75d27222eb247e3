import Diffusion
import Generation
import Sampling
import Testing

@Suite("Batches and requests side by side")
struct BatchTests {
    @Test("a batch holds the pictures that its seeds give alone", arguments: [Sampler.euler, .eulerAncestral, .lcm])
    func batchEqualsSingles(_ sampler: Sampler) async throws {
        let pipeline = try #require(Demo.pipeline)
        let request = Demo.request {
            $0.sampler = sampler
            $0.seed = 41
        }
        var batch = request
        batch.batchSize = 3
        let result = try await pipeline.generate(batch) { _ in }
        #expect(result.pictures.map(\.seed) == [41, 42, 43])
        for (image, seed) in zip(result.images, result.pictures.map(\.seed)) {
            var single = request
            single.seed = seed
            // The device may order sums by batch size, which moves single pixels by one.
            #expect(try await pipeline.pictures(single)[0].peakSignalToNoiseRatio(to: image) > 60)
        }
        #expect(Set(result.images).count == 3)
    }

    @Test("seeds count up past the largest one and start again at 0")
    func seedsWrap() async throws {
        let pipeline = try #require(Demo.pipeline)
        let last = Demo.request {
            $0.seed = .max
            $0.batchSize = 2
        }
        let result = try await pipeline.generate(last) { _ in }
        #expect(result.pictures.map(\.seed) == [.max, 0])
        let zero = try await pipeline.pictures(Demo.request())[0]
        #expect(zero.peakSignalToNoiseRatio(to: result.images[1]) > 60)
    }

    @Test("requests of different size, length and guidance that run at once get the pictures that they get alone")
    func atOnce() async throws {
        let pipeline = try #require(Demo.pipeline)
        let wide = Demo.request("a green tree") {
            $0.width = 96
            $0.seed = 1
            $0.cfgScale = 1
        }
        let long = Demo.request(Array(repeating: "a yellow star", count: 40).joined(separator: " ")) {
            $0.height = 96
            $0.seed = 2
            $0.steps = 3
        }
        async let wideTogether = pipeline.pictures(wide)
        async let longTogether = pipeline.pictures(long)
        let together = try await [wideTogether, longTogether]
        #expect(try await pipeline.pictures(wide) == together[0])
        #expect(try await pipeline.pictures(long) == together[1])
    }

    @Test("the first requests of a new pipeline may come at once: each network is compiled once")
    func firstAtOnce() async throws {
        let pipeline = try Demo.newPipeline()
        async let first = pipeline.generate(Demo.request()) { _ in }
        async let second = pipeline.generate(Demo.request()) { _ in }
        let results = try await [first, second]
        #expect(results[0].images == results[1].images)
        for stage in Stage.allCases {
            #expect(results.count { $0.timings.compile[stage] > 0 } == 1)
        }
    }
}
