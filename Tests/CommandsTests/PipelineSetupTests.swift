import Compilation
import Fidelity
import Foundation
import Generation
import Settings
import TestSupport
import Testing

@testable import Commands

@Suite("What is measured once for a checkpoint")
struct PipelineSetupTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = try TinyCheckpoint.sd1(vocabularySize: 49408).writeFolder(in: folder)
    }

    /// As a new process would.
    private func setup() throws -> PipelineSetup {
        let settings = try EaselSettings(flags: [.init("test", ["openvino_accuracy_unet": "f32", "openvino_accuracy_vae": "auto"])])
        return try PipelineSetup(settings, folders: UserFolders(environment: ["HOME": folder.path]))
    }

    /// One number changed, by replacing the file: the old one may be mapped.
    private func change(_ file: String) throws {
        let url = URL(filePath: path).appending(path: file)
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: url, options: .atomic)
    }

    @Test("precisions are measured again when any file of a folder has changed, and only then")
    func precisions() async throws {
        func trials() async throws -> Int {
            let setup = try setup()
            _ = try await setup.pipeline(from: setup.reference(for: path), isForOneRequest: false, progress: ProgressReporter(.quiet))
            return await setup.networks.records.count { $0.reason == .precisionTrial }
        }
        #expect(try await trials() > 0)
        #expect(try await trials() == 0)
        try change("vae/diffusion_pytorch_model.safetensors")
        #expect(try await trials() > 0)
    }

    @Test("useful batches are measured once for a size, and again when the checkpoint has changed")
    func batches() async throws {
        func trials(side: Int) async throws -> Int {
            let setup = try setup()
            let monitored = MonitoredPipeline(try setup.reference(for: path))
            var request = GenerationRequest(prompt: "")
            (request.width, request.height) = (side, side)
            #expect(try await setup.usefulBatchSize(for: request, on: monitored) >= 1)
            return await setup.networks.records.count { $0.reason == .batchTrial }
        }
        #expect(try await trials(side: 64) > 0)
        #expect(try await trials(side: 64) == 0)
        #expect(try await trials(side: 128) > 0)
        try change("unet/diffusion_pytorch_model.safetensors")
        #expect(try await trials(side: 64) > 0)
    }
}
