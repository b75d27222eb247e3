import Files
import Generation
import Glibc
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Weights with LoRA merged in")
struct MergedWeightsTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let names = ["conv_in", "conv_norm_out", "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"]

    private static let tensors = [
        RawTensor("unet.conv_in.lora_A.weight", 2, 4, 3, 3), RawTensor("unet.conv_in.lora_B.weight", 32, 2, 1, 1),
        RawTensor("unet.conv_in.diff_b", 32), RawTensor("unet.conv_norm_out.w_norm", 32), RawTensor("unet.conv_norm_out.b_norm", 32),
        RawTensor("unet.\(names[2]).lora_A.weight", 3, 32), RawTensor("unet.\(names[2]).lora_B.weight", 32, 3),
    ]

    @Test("each changed tensor is the stored one and the strength times the change; all others stay", arguments: [Float(0.75), -2])
    func merge(strength: Float) throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let changes = try #require(try folder.lora(Self.tensors).changes(of: checkpoint).layers[.denoiser])
        #expect(changes.keys.sorted() == Self.names)
        let merged = try MergedWeights(
            checkpoint, .denoiser, changes: changes.mapValues { [WeightedChange(change: $0, strength: strength)] }, in: folder.path)
        #expect(merged.files.count == checkpoint.files.count + 1)
        let (before, after) = (try MappedWeights(checkpoint), try MappedWeights(merged.files, of: "merged"))
        let stored = checkpoint.unet.weights
        var changed: Set<String> = []
        for name in stored.names {
            let (old, new) = (try #require(stored[name]), try #require(merged.weights[name]))
            if old == new { continue }
            changed.insert(name)
            #expect(new.elementType == .f32 && new.shape == old.shape && new.scale == nil && new.offset % 64 == 0)
            let weight = before.numbers(of: old)
            let layer = name.split(separator: ".").dropLast().joined(separator: ".")
            let change = try #require(changes[layer])
            let stored = try #require(stored.weight(of: layer))
            let delta = change.delta(of: before.numbers(of: stored), shape: stored.shape)
            let expected = zip(weight, try #require(name.hasSuffix(".bias") ? delta.bias : delta.weight)).map { $0 + strength * $1 }
            #expect(after.numbers(of: new).distance(to: expected) < 1e-6, "\(name)")
        }
        #expect(changed == ["conv_in.weight", "conv_in.bias", "conv_norm_out.weight", "conv_norm_out.bias", "\(Self.names[2]).weight"])
    }

    @Test("changes that read the weight are applied one after another, in their order")
    func order() throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let key = "unet.\(Self.names[2])"
        let scaling = try folder.lora([RawTensor("\(key).weight", 32), RawTensor("\(key).on_input", [], [0])], name: "ia3.safetensors")
        let adding = try folder.lora(Self.tensors)
        let changes = try [scaling, adding].map { try #require($0.changes(of: checkpoint).layers[.denoiser]?[Self.names[2]]) }
        #expect(changes.map(\.readsWeight) == [true, false])
        func numbers(_ changes: [LayerChange]) throws -> [Float] {
            let merged = try MergedWeights(
                checkpoint, .denoiser, changes: [Self.names[2]: changes.map { WeightedChange(change: $0, strength: 0.5) }], in: folder.path)
            let tensor = try #require(merged.weights["\(Self.names[2]).weight"])
            return try MappedWeights(merged.files, of: "merged").numbers(of: tensor)
        }
        let stored = try #require(checkpoint.unet.weights["\(Self.names[2]).weight"])
        var expected = try MappedWeights(checkpoint).numbers(of: stored)
        for change in changes {
            let delta = try #require(change.delta(of: expected, shape: [32, 32]).weight)
            expected = zip(expected, delta).map { $0 + 0.5 * $1 }
        }
        #expect(try numbers(changes).distance(to: expected) < 1e-6)
        #expect(try numbers(changes.reversed()).distance(to: expected) > 1e-3)
        let twice = [scaling, scaling].compactMap { $0.changes(of: checkpoint).layers[.denoiser]?[Self.names[2]] }
        #expect(try numbers(twice).distance(to: numbers([twice[0]])) > 1e-3)
    }

    @Test("a quantised weight is read with its scale")
    func scales() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.elementType = .f32
        let key = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight"
        var tensors = tiny.singleFileTensors()
        let index = try #require(tensors.firstIndex { $0.key == key })
        let quantized = QuantizedTensor(tensors[index], as: .f8e4m3, perRow: true)
        tensors[index] = quantized.stored
        tensors.append(RawTensor(key.replacing(".weight", with: ".scale_weight"), [32], quantized.scale))
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "f8.safetensors"))
        #expect(checkpoint.refusal == nil)
        let change = try #require(try folder.lora(Self.tensors).changes(of: checkpoint).layers[.denoiser]?[Self.names[2]])
        let merged = try MergedWeights(
            checkpoint, .denoiser, changes: [Self.names[2]: [WeightedChange(change: change, strength: 1)]], in: folder.path)
        let tensor = try #require(merged.weights["\(Self.names[2]).weight"])
        let restored = quantized.restored.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let delta = try #require(change.delta(of: restored, shape: [32, 32]).weight)
        #expect(try MappedWeights(merged.files, of: "merged").numbers(of: tensor).distance(to: zip(restored, delta).map(+)) < 1e-6)
    }

    @Test("the merged file has no name, and stays as long as it is open")
    func unnamed() throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let changes = try #require(try folder.lora(Self.tensors).changes(of: checkpoint).layers[.denoiser])
        let before = FolderEntries.names(in: folder.path)
        let merged = try MergedWeights(
            checkpoint, .denoiser, changes: changes.mapValues { [WeightedChange(change: $0, strength: 1)] }, in: folder.path)
        #expect(FolderEntries.names(in: folder.path) == before)
        let file = try #require(merged.files.last)
        var status = stat()
        #expect(fstat(file.file.descriptor, &status) == 0 && status.st_nlink == 0)
        #expect(file.file.isCurrent && file.file.isUnchanged)
    }

    @Test("nothing to change takes no file")
    func nothing() throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let changes = try #require(try folder.lora(Self.tensors).changes(of: checkpoint).layers[.denoiser])
        for changes in [[:], changes.mapValues { [WeightedChange(change: $0, strength: 0)] }] {
            let merged = try MergedWeights(checkpoint, .denoiser, changes: changes, in: "/nowhere")
            #expect(merged.files.map(\.path) == checkpoint.files.map(\.path))
        }
    }

    @Test("a folder that cannot be written to is named")
    func errors() throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let file = try folder.lora(Self.tensors)
        let changes = try #require(file.changes(of: checkpoint).layers[.denoiser])
            .mapValues { [WeightedChange(change: $0, strength: 1)] }
        let error = try #require(throws: CheckpointError.self) {
            try MergedWeights(checkpoint, .denoiser, changes: changes, in: "/nowhere")
        }
        #expect(error == .cannotWrite(folder: "/nowhere", reason: "No such file or directory"))
        #expect(error.description.contains("\"/nowhere\"") && error.description.contains("TMPDIR"))
        let full = CheckpointError.tooLittleSpace(folder: "/full", needed: 9 << 30, free: 3 << 20)
        #expect(full.description.contains("take 9216 MB of disk, and \"/full\" has 3 MB free"))
        #expect(full.errorReason.name == .notSaved)
    }

    @Test("a LoRA that is overwritten meanwhile is not merged")
    func changed() throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let file = try folder.lora(Self.tensors)
        let changes = try #require(file.changes(of: checkpoint).layers[.denoiser])
            .mapValues { [WeightedChange(change: $0, strength: 1)] }
        truncate(file.path, 100)
        #expect(throws: CheckpointError.changed(file: "style.safetensors")) {
            try MergedWeights(checkpoint, .denoiser, changes: changes, in: folder.path)
        }
    }
}
