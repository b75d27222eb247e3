import Diffusion
import Foundation
import Generation
import TestSupport
import Testing

@Suite("Requests that do not suit a model of few steps")
struct FewStepWarningTests {
    /// The bundled checkpoint under a name that says that it draws in few steps.
    private static func pipeline(named name: String, in folder: TemporaryFolder) throws -> DiffusionPipeline {
        let link = folder.url.appending(path: name)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: Fixture.demoModel)
        return try DiffusionPipeline(path: link.path, placements: .cpu)
    }

    @Test("they are drawn as they are, with a warning beside the picture")
    func warning() async throws {
        let folder = try TemporaryFolder()
        let pipeline = try Self.pipeline(named: "demo_lcm", in: folder)
        let far = try await pipeline.generate(Demo.request { $0.cfgScale = 7 }) { _ in }
        #expect(far.warnings.map(\.description) == [
            "CFG scale 7 does not suit this model (LCM: 2 to 8 steps, CFG scale 1 to 2): "
                + "use 4 steps, CFG scale 1, sampler LCM.",
        ])
        // The name changes nothing that is drawn.
        let plain = try #require(Demo.pipeline)
        #expect(try await plain.pictures(Demo.request { $0.cfgScale = 7 }) == far.images)
        let near = try await pipeline.generate(Demo.request { $0.cfgScale = 2 }) { _ in }
        #expect(near.warnings.isEmpty)
    }

    @Test("of requests that are drawn together each has its own warning")
    func together() async throws {
        let folder = try TemporaryFolder()
        let pipeline = try Self.pipeline(named: "demo_lcm", in: folder)
        let request = Demo.request { $0.cfgScale = 7 }
        let results = try await pipeline.generate([request, request]) { _ in }
        #expect(results.map(\.warnings.count) == [1, 1])
    }
}
