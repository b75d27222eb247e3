import Checkpoints
import Diffusion
import Generation
import TestSupport
import Testing

@Suite("The same weights in any layout")
struct LayoutTests {
    @Test("a single file and a diffusers folder draw the same picture", arguments: ["Stable Diffusion 1", "Stable Diffusion 2"])
    func singleFileEqualsFolder(_ family: String) async throws {
        let folder = try TemporaryFolder()
        var tiny = family == "Stable Diffusion 1" ? TinyCheckpoint.sd1() : TinyCheckpoint.sd2()
        // What single files are taken to be.
        tiny.scheduler.stepsOffset = 1
        let single = try DiffusionPipeline(path: tiny.writeSingleFile(in: folder), placements: .cpu)
        tiny.shardCount = 2
        let sharded = try DiffusionPipeline(path: tiny.writeFolder(in: folder), placements: .cpu)
        #expect(single.checkpoint.family.name == family)
        #expect(single.checkpoint.scheduler.prediction == tiny.scheduler.prediction)

        let request = Demo.request("a red apple, on a table") { $0.sampler = .ddim }
        let picture = try await single.pictures(request)[0]
        #expect(try await sharded.pictures(request)[0] == picture)
        #expect(Set(picture.pixels).count > 100)
    }
}
