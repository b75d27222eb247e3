import Crypto
import Files
import Foundation
import Generation
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Checkpoints written as single files")
struct ConversionTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private var target: String { folder.path + "/new.safetensors" }

    @discardableResult
    private func convert(
        _ checkpoint: Checkpoint, _ precision: Precision? = nil, changes: [NetworkID: [String: [WeightedChange]]] = [:],
        _ loras: [MergedLoRA] = []
    ) async throws -> String {
        let plan = try ConversionPlan(checkpoint, precision: precision, changes: changes)
        return try await CheckpointWriter(checkpoint, plan, metadata: checkpoint.convertedMetadata(loras)).write(to: target)
    }

    /// Every tensor of a file by its key.
    private func contents(_ path: String) throws -> [String: RawTensor] {
        var files = FileSequence()
        let directory = try files.open(path)
        let mapping = try MappedWeights(files.files, of: path.lastPathComponent)
        return directory.tensors.mapValues { tensor in
            RawTensor(
                key: tensor.key, elementType: tensor.elementType, shape: tensor.shape, bytes: mapping.withBytes(of: tensor) { Array($0) })
        }
    }

    private func expectSame(_ path: String, as tensors: [RawTensor]) throws {
        let written = try contents(path)
        // No picture needs these.
        let expected = tensors.filter { !$0.key.hasSuffix("logit_scale") && $0.key != "cond_stage_model.model.text_projection" }
        #expect(Set(written.keys) == Set(expected.map(\.key)))
        for tensor in expected {
            let found = try #require(written[tensor.key])
            #expect(found.shape == tensor.shape && found.elementType == tensor.elementType, "\(tensor.key)")
            // The layer that nothing reads is written as zeros.
            let isUnread = tensor.key.hasPrefix("cond_stage_model.model.transformer.resblocks.2.")
            #expect(found.bytes == (isUnread ? .init(repeating: 0, count: tensor.bytes.count) : tensor.bytes), "\(tensor.key)")
        }
    }

    @Test("any layout becomes the single file of its family, byte for byte", arguments: [Family.sd1, .sd2, .sdxl])
    func layouts(family: Family) async throws {
        var tiny: TinyCheckpoint =
            switch family {
            case .sd1: .sd1(vocabularySize: 300)
            case .sd2: .sd2(vocabularySize: 300)
            default: .sdxl(vocabularySize: 300)
            }
        tiny.elementType = .f16
        tiny.shardCount = 2
        let tensors = tiny.singleFileTensors()
        let unet = try folder.write(SafetensorsWriter.file(tiny.unetTensors()), to: "unet.safetensors")
        let whole = try folder.write(TorchWriter.file(tensors), to: "whole.ckpt")
        for checkpoint in [
            try Checkpoint.open(tiny.writeFolder(in: folder)), try Checkpoint.open(whole),
            try Checkpoint.open(unet, prediction: tiny.scheduler.prediction, vae: whole, textEncoders: [whole]),
        ] {
            let hash = try await convert(checkpoint)
            try expectSame(target, as: tensors)
            let file = try Data(contentsOf: URL(filePath: target))
            #expect(SHA256.hash(data: file).map { String(format: "%02x", $0) }.joined() == hash)
            let read = try Checkpoint.open(target)
            #expect(read.family == family && read.unusedKeys == [] && read.scheduler.prediction == tiny.scheduler.prediction)
            #expect(!FileManager.default.fileExists(atPath: target + ".part"))
        }
    }

    @Test("numbers are rounded to the nearest of a precision, and back to f32 they stay")
    func precisions() async throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.elementType = .f32
        let checkpoint = try Checkpoint.open(tiny.writeSingleFile(in: folder))
        func floats(_ bytes: [UInt8]) -> [Float] { bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) } }
        let original = tiny.singleFileTensors()
        try await convert(checkpoint, .f16)
        let half = try contents(target)
        for tensor in original {
            #expect(half[tensor.key]?.elementType == .f16)
            #expect(half[tensor.key]?.bytes == floats(tensor.bytes).map(Float16.init).withUnsafeBytes(Array.init))
        }
        try await convert(Checkpoint.open(target), .f32)
        let back = try contents(target)
        for tensor in original {
            let expected = floats(tensor.bytes).map { Float(Float16($0)) }
            #expect(back[tensor.key].map { floats($0.bytes) } == expected)
        }
        try await convert(checkpoint, .bf16)
        let key = "model.diffusion_model.out.2.weight"
        let brain = try #require(try contents(target)[key]).bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        for (number, bits) in zip(floats(try #require(original.first { $0.key == key }).bytes), brain) {
            let rounded = Float(bitPattern: UInt32(bits) << 16)
            #expect(abs(rounded - number) <= abs(number) / 256)
        }
    }

    @Test("numbers with a scale become what they stand for")
    func scaled() async throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.elementType = .f32
        var restored: [RawTensor] = [], stored: [RawTensor] = []
        for tensor in tiny.singleFileTensors() {
            guard tensor.key.hasPrefix("model.diffusion_model."), tensor.key.hasSuffix(".weight"), tensor.shape.count > 1 else {
                (stored.append(tensor), restored.append(tensor))
                continue
            }
            let quantized = QuantizedTensor(tensor, as: .f8e4m3, perRow: false)
            stored += [
                quantized.stored,
                RawTensor(
                    key: tensor.key.dropLast(6) + "scale_weight", elementType: .f32, shape: [1],
                    bytes: quantized.scale.withUnsafeBytes(Array.init)),
            ]
            restored.append(quantized.restored)
        }
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(stored), to: "scaled.safetensors"))
        try await convert(checkpoint, .f32)
        try expectSame(target, as: restored)
        try await convert(checkpoint)
        let types = try contents(target).mapValues(\.elementType)
        #expect(types["model.diffusion_model.input_blocks.0.0.weight"] == .f16)
        #expect(types["model.diffusion_model.input_blocks.0.0.bias"] == .f32)
    }

    @Test("metadata is kept, without hashes that are no longer true, and tells what the file is made of")
    func metadata() async throws {
        var tiny = TinyCheckpoint.sd2(vocabularySize: 8)
        tiny.scheduler.prediction = .epsilon
        let path = try tiny.writeSingleFile(
            in: folder, metadata: ["author": "somebody \"else\"", "modelspec.hash_sha256": "0x1", "modelspec.title": "Tiny"])
        let checkpoint = try Checkpoint.open(path, prediction: .epsilon, vae: path)
        try await convert(checkpoint, nil, [MergedLoRA(file: "ink.safetensors", strength: 0.5, hash: "0123456789ab")])
        let read = try Checkpoint.open(target)
        #expect(read.predictionSource == .metadata("modelspec.prediction_type") && read.scheduler.prediction == .epsilon)
        #expect(read.metadata == [
            "author": "somebody \"else\"", "modelspec.title": "Tiny", "format": "pt", "modelspec.sai_model_spec": "1.0.0",
            "modelspec.architecture": "stable-diffusion-v2-512", "modelspec.resolution": "512x512",
            "modelspec.implementation": "https://github.com/Stability-AI/stablediffusion", "modelspec.prediction_type": "epsilon",
            "modelspec.merged_from": "tiny.safetensors, ink.safetensors, tiny.safetensors",
            "sd_merge_recipe": #"{"loras":[{"file":"ink.safetensors","hash":"0123456789ab","strength":0.5}],"model":"tiny.safetensors","#
                + #""text_encoders":[],"type":"easel","vae":"tiny.safetensors"}"#,
        ])
    }

    @Test("marks of training that no shape tells are written where the family does not predict so anyway")
    func marks() async throws {
        var tiny = TinyCheckpoint.sdxl(vocabularySize: 8)
        tiny.scheduler.prediction = .velocity
        tiny.scheduler.rescalesToZeroTerminalSNR = true
        try await convert(Checkpoint.open(tiny.writeFolder(in: folder)))
        let read = try Checkpoint.open(target)
        #expect(read.predictionSource == .key("v_pred") && read.zeroTerminalSNRSource == .key("ztsnr"))
    }

    @Test("a number that is too large for a precision is refused, and nothing has the file's name")
    func overflow() async throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.elementType = .f32
        var tensors = tiny.singleFileTensors()
        let index = try #require(tensors.firstIndex { $0.key == "model.diffusion_model.out.2.bias" })
        tensors[index].bytes = [Float](repeating: 70_000, count: tensors[index].shape[0]).withUnsafeBytes(Array.init)
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "large.safetensors"))
        await #expect(throws: CheckpointError.tooLargeNumber(key: "model.diffusion_model.out.2.bias", elementType: .f16)) {
            try await convert(checkpoint, .f16)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["large.safetensors"])
        try await convert(checkpoint, .bf16)
    }

    @Test("a byte that the disk gives back wrongly is found, wherever it is", arguments: [100, -100])
    func damaged(place: Int) async throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let plan = try ConversionPlan(checkpoint)
        let writer = CheckpointWriter(checkpoint, plan, metadata: [:])
        _ = try await writer.write(to: target)
        let mapping = try MappedWeights(checkpoint)
        let digests = try plan.outputs.map { Data(SHA256.hash(data: try $0.bytes(from: mapping))) }
        var bytes = Array(try Data(contentsOf: URL(filePath: target)))
        _ = try writer.check(OpenFile(path: target), digests, Cancellation()) { _ in }
        // In a tensor's name, and in its numbers.
        bytes[place < 0 ? bytes.count + place : place] ^= 1
        let damaged = try OpenFile(path: folder.write(bytes, to: "damaged.safetensors"))
        #expect(throws: CheckpointError.self) { try writer.check(damaged, digests, Cancellation()) { _ in } }
    }

    @Test("a configuration that no single file can say is refused")
    func unlike() async throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.blocks[0].headCount = 4
        let checkpoint = try Checkpoint.open(tiny.writeFolder(in: folder))
        await #expect(throws: CheckpointError.notASingleFile(checkpoint: "tiny", component: "UNet")) { try await convert(checkpoint) }
        // Single files do not tell how many heads a text encoder has, so that they are taken to have 64 channels.
        tiny = .minimal()
        tiny.textEncoder.width = 96
        tiny.unet.crossAttentionWidth = 96
        let narrow = try Checkpoint.open(tiny.writeFolder(in: folder, name: "narrow"))
        await #expect(throws: CheckpointError.notASingleFile(checkpoint: "narrow", component: "networks")) { try await convert(narrow) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["narrow", "tiny"])
    }

    @Test("a cancelled conversion leaves nothing behind")
    func cancelled() async throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let writer = CheckpointWriter(checkpoint, try ConversionPlan(checkpoint), metadata: [:])
        let target = target
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await writer.write(to: target)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["tiny.safetensors"])
    }
}
