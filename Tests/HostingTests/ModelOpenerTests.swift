import Compilation
import Fidelity
import Foundation
import Generation
import Settings
import TestSupport
import Testing

@testable import Hosting

@Suite("What is measured once for a checkpoint")
struct ModelOpenerTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = try TinyCheckpoint.sd1(vocabularySize: 49408).writeFolder(in: folder)
    }

    /// As a new process would.
    private func opener() throws -> ModelOpener {
        let settings = try EaselSettings(flags: [.init("test", ["openvino_accuracy_unet": "f32", "openvino_accuracy_vae": "auto"])])
        return try ModelOpener(settings, folders: UserFolders(environment: ["HOME": folder.path]))
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
            let opener = try opener()
            _ = try await opener.pipeline(from: opener.reference(for: path), isForOneRequest: false)
            return await opener.networks.records.count { $0.reason == .precisionTrial }
        }
        #expect(try await trials() > 0)
        #expect(try await trials() == 0)
        try change("vae/diffusion_pytorch_model.safetensors")
        #expect(try await trials() > 0)
    }

    @Test("useful batches are measured once for a size, and again when the checkpoint has changed")
    func batches() async throws {
        func trials(side: Int) async throws -> Int {
            let opener = try opener()
            let monitored = MonitoredPipeline(try opener.reference(for: path))
            var request = GenerationRequest(prompt: "")
            (request.width, request.height) = (side, side)
            #expect(try await opener.usefulBatchSize(for: request, on: monitored) >= 1)
            return await opener.networks.records.count { $0.reason == .batchTrial }
        }
        #expect(try await trials(side: 64) > 0)
        #expect(try await trials(side: 64) == 0)
        #expect(try await trials(side: 128) > 0)
        try change("unet/diffusion_pytorch_model.safetensors")
        #expect(try await trials(side: 64) > 0)
    }
}
