import Compilation
import Diffusion
import Generation
import Networks
import Testing

@Suite("Pictures whose edges fit together")
struct TilingTests {
    @Test(
        "they have a UNet and a VAE of their own, compiled once, and share the text encoder; others stay as they are",
        arguments: [ShapePlan(.static), ShapePlan(.dynamic)])
    func networks(_ plan: ShapePlan) async throws {
        let pipeline = try Demo.newPipeline(shapes: plan)
        let tiledRequest = Demo.request { $0.tiling = .both }
        let plain = try await pipeline.pictures(Demo.request())
        let tiled = try await pipeline.generate(tiledRequest) { _ in }
        #expect(tiled.images != plain)
        #expect(tiled.compiles.map(\.stage) == [.denoise, .decode])
        #expect(tiled.compiles.allSatisfy { $0.reason == .firstUse && $0.shape.hasSuffix(", tiled") })

        #expect(try await pipeline.pictures(Demo.request()) == plain)
        #expect(try await pipeline.pictures(tiledRequest) == tiled.images)
        #expect(await pipeline.networks.compileCounts == PerStage(encode: 1, denoise: 2, decode: 2))
    }

    @Test("nothing that is ready for other pictures is taken for them", arguments: [Tiling.x, .y, .both])
    func keys(_ tiling: Tiling) async throws {
        let pipeline = try Demo.newPipeline()
        let (plain, tiled) = (Demo.request(), Demo.request { $0.tiling = tiling })
        let keys = pipeline.keys(for: try pipeline.plan(for: [plain]).need)
        let tiledKeys = pipeline.keys(for: try pipeline.plan(for: [tiled]).need)
        for (key, tiledKey) in zip(keys, tiledKeys) {
            #expect(key.shape.tiling == Tiling.none && tiledKey.shape.tiling == (key.stage == .encode ? Tiling.none : tiling))
            #expect(key.serves(tiledKey) == (key.stage == .encode) && tiledKey.serves(key) == (key.stage == .encode))
        }
    }
}
