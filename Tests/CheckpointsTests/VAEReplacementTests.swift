import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// VAEs that replace a checkpoint's own.
struct VAEReplacementTests {
    private let folder: TemporaryFolder
    private let tiny = TinyCheckpoint.minimal()
    /// Another VAE: one block more in each level.
    private let other: TinyCheckpoint

    init() throws {
        folder = try TemporaryFolder()
        var other = tiny
        other.vae.layersPerBlock = 2
        self.other = other
    }

    private func vaeTensors(prefix: String) -> [RawTensor] {
        other.singleFileTensors().filter { $0.key.hasPrefix("first_stage_model.") }.map { tensor in
            var tensor = tensor
            tensor.key = prefix + tensor.key.dropFirst("first_stage_model.".count)
            return tensor
        }
    }

    private func expectReplaced(_ vae: String, layout: Checkpoint.Layout = .single) throws {
        let path =
            layout == .single
            ? try tiny.writeSingleFile(in: folder, name: "model.safetensors") : try tiny.writeFolder(in: folder, name: "model")
        let own = try Checkpoint.open(path), checkpoint = try Checkpoint.open(path, vae: vae)
        #expect(own.vae.configuration == tiny.vae)
        #expect(checkpoint.vae.configuration == other.vae)
        #expect(checkpoint.vaeSource == .chosen(path: vae))
        #expect(checkpoint.unusedKeys == [])
        #expect(checkpoint.identity != own.identity)
        let mapping = try MappedWeights(checkpoint)
        for tensor in other.vaeTensors() {
            let stored = try #require(checkpoint.vae.weights[tensor.key])
            #expect(mapping.withBytes(of: stored) { Array($0) } == tensor.bytes)
        }
    }

    @Test("a file with the original names replaces the VAE, with their prefix or without", arguments: ["", "first_stage_model."])
    func original(prefix: String) throws {
        try expectReplaced(folder.write(SafetensorsWriter.file(vaeTensors(prefix: prefix)), to: "other.safetensors"))
    }

    @Test("a file with diffusers' names, a VAE's folder, a model's folder and a complete checkpoint replace the VAE too")
    func diffusers() throws {
        try expectReplaced(folder.write(SafetensorsWriter.file(other.vaeTensors()), to: "names.safetensors"))
        let whole = try other.writeFolder(in: folder, name: "other")
        try expectReplaced(whole)
        try expectReplaced(whole + "/vae")
        try expectReplaced(whole + "/vae", layout: .diffusers)
        try expectReplaced(other.writeSingleFile(in: folder, name: "whole.safetensors"))
    }

    @Test("a file without a VAE can be used with one, and says so without")
    func missing() throws {
        let tensors = tiny.singleFileTensors().filter { !$0.key.hasPrefix("first_stage_model.") }
        let path = try folder.write(SafetensorsWriter.file(tensors), to: "part.safetensors")
        #expect { try Checkpoint.open(path) } throws: { "\($0)".contains("--vae FILE") }
        let vae = try folder.write(SafetensorsWriter.file(vaeTensors(prefix: "")), to: "other.safetensors")
        #expect(try Checkpoint.open(path, vae: vae).vae.configuration == other.vae)
    }

    @Test("NAME.vae.safetensors beside a model is taken, unless another is chosen or none is wanted")
    func beside() throws {
        let path = try tiny.writeSingleFile(in: folder, name: "model.safetensors")
        let vae = try folder.write(SafetensorsWriter.file(vaeTensors(prefix: "")), to: "model.vae.safetensors")
        let checkpoint = try Checkpoint.open(path)
        #expect((checkpoint.vae.configuration, checkpoint.vaeSource) == (other.vae, .beside(path: vae)))
        #expect(checkpoint.files.map(\.name) == ["model.safetensors", "model.vae.safetensors"])
        let own = try Checkpoint.open(path, vae: "none")
        #expect((own.vae.configuration, own.vaeSource) == (tiny.vae, .own))
        #expect(checkpoint.isCurrent)
        try folder.write(SafetensorsWriter.file(vaeTensors(prefix: "first_stage_model.")), to: "model.vae.safetensors")
        #expect(!checkpoint.isCurrent)
        #expect(own.isCurrent)
    }

    @Test("a file of torch.save under the model's name, or chosen, replaces the VAE", arguments: ["model.vae.pt", "model.vae.ckpt"])
    func torchFile(name: String) throws {
        let path = try tiny.writeSingleFile(in: folder, name: "model.safetensors")
        // Training leaves its losses in such files.
        let tensors = vaeTensors(prefix: "") + [RawTensor(key: "loss.logvar", elementType: .f32, shape: [], bytes: [0, 0, 0, 0])]
        let vae = try folder.write(TorchWriter.file(tensors), to: name)
        let checkpoint = try Checkpoint.open(path)
        #expect((checkpoint.vae.configuration, checkpoint.vaeSource) == (other.vae, .beside(path: vae)))
        #expect(checkpoint.unusedKeys == [])
        #expect(try Checkpoint.open(path, vae: "none").vaeSource == .own)
        #expect(try Checkpoint.open(path, vae: vae).vae.configuration == other.vae)
    }

    @Test("what holds no VAE is refused by name")
    func notAVAE() throws {
        let path = try tiny.writeSingleFile(in: folder, name: "model.safetensors")
        let text = try folder.write(SafetensorsWriter.file(tiny.textTensors()), to: "text.safetensors")
        #expect(throws: CheckpointError.notAVAE(file: "text.safetensors")) { try Checkpoint.open(path, vae: text) }
        #expect(throws: CheckpointError.notFound(path: "/no/such/vae")) { try Checkpoint.open(path, vae: "/no/such/vae") }
        var wide = tiny
        wide.vae.latentChannels = 16
        let other = try folder.write(SafetensorsWriter.file(wide.vaeTensors()), to: "wide.safetensors")
        #expect { try Checkpoint.open(path, vae: other) } throws: { error in
            "\(error)" == "\"wide.safetensors\" gives 16 for latent_channels, which no model can have. Expected: 4, as the UNet's output."
        }
    }
}
