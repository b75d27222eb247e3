import Checkpoints
import Compilation
import Diffusion
import Foundation
import Generation
import Tensors
import TestSupport
import Testing

@Suite("Pictures of converted checkpoints")
struct ConversionPictureTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func convert(
        _ checkpoint: Checkpoint, _ precision: Precision? = nil, changes: [NetworkID: [String: [WeightedChange]]] = [:]
    ) async throws -> String {
        let path = folder.path + "/new.safetensors"
        let plan = try ConversionPlan(checkpoint, precision: precision, changes: changes)
        _ = try await CheckpointWriter(checkpoint, plan, metadata: checkpoint.convertedMetadata()).write(to: path)
        return path
    }

    @Test("a folder that became a file draws the same picture, bit for bit")
    func folderToFile() async throws {
        var tiny = TinyCheckpoint.sd1()
        tiny.elementType = .f16
        // What single files are taken to be.
        tiny.scheduler.stepsOffset = 1
        let before = try DiffusionPipeline(path: tiny.writeFolder(in: folder), placements: .cpu)
        let after = try DiffusionPipeline(path: await convert(before.checkpoint), placements: .cpu)
        #expect(try await after.pictures(Demo.request()) == before.pictures(Demo.request()))
    }

    @Test("a LoRA that was merged into a file draws what it draws beside the model")
    func lora() async throws {
        let tiny = TinyCheckpoint.sdxl()
        let path = try tiny.writeSingleFile(in: folder)
        let lora = try TinyLoRA(for: tiny).write(in: folder, name: "linear")
        let resources = PromptResources(loras: LoRALibrary(folders: [folder.path]))
        let beside = try DiffusionPipeline(path: path, placements: .cpu, resources: resources)
        var changes: [NetworkID: [String: [WeightedChange]]] = [:]
        for (network, layers) in try LoRAFile(path: lora).changes(of: beside.checkpoint).layers {
            changes[network] = layers.mapValues { [WeightedChange(change: $0, strength: 0.3)] }
        }
        let merged = try DiffusionPipeline(path: await convert(beside.checkpoint, .f32, changes: changes), placements: .cpu)
        let plain = try await beside.pictures(Demo.request("a red apple"))[0]
        let expected = try await beside.pictures(Demo.request("a red apple<lora:linear:0.3>"))[0]
        let picture = try await merged.pictures(Demo.request("a red apple"))[0]
        #expect(picture.peakSignalToNoiseRatio(to: expected) >= 60)
        #expect(picture.peakSignalToNoiseRatio(to: plain) < 40)
    }
}
