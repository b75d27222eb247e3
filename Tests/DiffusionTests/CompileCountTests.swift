import Checkpoints
import Compilation
import Diffusion
import Generation
import Testing

@Suite("What is compiled for which request")
struct CompileCountTests {
    private static func words(_ count: Int) -> String { Array(repeating: "star", count: count).joined(separator: " ") }

    @Test("prompts of 10 to 220 tokens, positive and negative, share one UNet", arguments: [ShapePlan(.static), ShapePlan(.dynamic)])
    func promptLengths(_ plan: ShapePlan) async throws {
        let pipeline = try Demo.newPipeline(shapes: plan)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<8 {
            let request = Demo.request(Self.words(.random(in: 10...220, using: &generator))) {
                $0.negativePrompt = Self.words(.random(in: 10...220, using: &generator))
                $0.steps = 1
            }
            _ = try await pipeline.generate(request) { _ in }
        }
        #expect(await pipeline.networks.compileCounts == PerStage(repeating: 1))
    }

    @Test("a prompt past the capacity compiles the next one, once, and says why")
    func nextCapacity() async throws {
        let pipeline = try Demo.newPipeline(shapes: ShapePlan(.static, contextChunks: 1))
        _ = try await pipeline.pictures(Demo.request("a star"))
        let long = try await pipeline.generate(Demo.request(Self.words(80))) { _ in }
        #expect(long.compiles.map(\.reason) == [.longerPrompt])
        #expect(long.compiles.map(\.shape) == ["batch 2, latents 16×16, up to 2 chunks"])
        #expect(try await pipeline.generate(Demo.request(Self.words(150))) { _ in }.compiles.isEmpty)
    }

    @Test("a static picture is the dynamic one, whatever the lengths of the prompts", arguments: [(10, 10), (80, 10), (10, 160)])
    func sameAsDynamic(positive: Int, negative: Int) async throws {
        let request = Demo.request(Self.words(positive)) { $0.negativePrompt = Self.words(negative) }
        let expected = try await #require(Demo.pipeline).pictures(request)[0]
        let picture = try await #require(Self.staticPipeline).pictures(request)[0]
        // Sums in another order: single pixels off by one.
        #expect(picture.peakSignalToNoiseRatio(to: expected) > 60)
    }

    private static let staticPipeline = try? Demo.newPipeline(shapes: ShapePlan(.static))

    @Test("a request that runs on what is ready has the exact network compiled for the next one")
    func substitute() async throws {
        let pipeline = try Demo.newPipeline(shapes: ShapePlan(.static))
        let dynamic = try await pipeline.network(.denoiser, reason: .preparation)
        _ = try await pipeline.network(.decoder, reason: .preparation)
        // Which of the two it gets depends on which is ready by then.
        _ = try await pipeline.pictures(Demo.request())
        let exact = try await pipeline.networks.network(Self.staticKey(pipeline), of: pipeline.checkpoint)
        #expect(exact !== dynamic)
        #expect(try await pipeline.generate(Demo.request()) { _ in }.compiles.isEmpty)
    }

    private static func staticKey(_ pipeline: DiffusionPipeline) -> CompileKey {
        CompileKey(
            checkpoint: pipeline.checkpoint.identity, network: .denoiser, placement: .reference,
            shape: ShapePlan(.static).shape(
                of: .denoise, on: "CPU", for: ShapeNeed(pictureCount: 1, latentHeight: 16, latentWidth: 16, chunkCounts: [1, 1])))
    }
}
