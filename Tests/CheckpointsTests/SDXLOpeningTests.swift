import Files
import Foundation
import Generation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Stable Diffusion XL in both layouts.
struct SDXLOpeningTests {
    private let folder: TemporaryFolder
    private let tiny = TinyCheckpoint.sdxl(vocabularySize: 40)
    init() throws { folder = try TemporaryFolder() }

    private func bytes<Configuration>(_ network: StoredNetwork<Configuration>, _ mapping: MappedWeights) -> [String: [UInt8]] {
        let tensors = network.weights.names.compactMap { name in
            network.weights[name].map { (name, mapping.withBytes(of: $0) { Array($0) }) }
        }
        return Dictionary(uniqueKeysWithValues: tensors)
    }

    private func bytes(_ tensors: [RawTensor]) -> [String: [UInt8]] { Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0.bytes) }) }

    @Test("both layouts give the same networks and the same bytes, for regular and irregular UNets", arguments: [
        TinyCheckpoint.sdxl(vocabularySize: 40), .ssd1b(vocabularySize: 40),
    ])
    func layouts(tiny: TinyCheckpoint) throws {
        for path in [try tiny.writeSingleFile(in: folder), try tiny.writeFolder(in: folder)] {
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.family == .sdxl)
            #expect(checkpoint.textEncoders.map(\.configuration) == tiny.textEncoders)
            #expect(checkpoint.unet.configuration == tiny.unet)
            #expect(checkpoint.vae.configuration == tiny.vae)
            #expect(checkpoint.conditioning == Family.sdxl.conditioning)
            #expect(checkpoint.tokenizers.map(\.paddingTokenID) == [49_407, 0])
            #expect(checkpoint.unusedKeys == [])
            #expect(checkpoint.refusal == nil)
            let mapping = try MappedWeights(checkpoint)
            #expect(bytes(checkpoint.textEncoders[0], mapping) == bytes(tiny.textTensors(0)))
            #expect(bytes(checkpoint.unet, mapping) == bytes(tiny.unetTensors()))
            #expect(bytes(checkpoint.vae, mapping) == bytes(tiny.vaeTensors()))
            // open_clip stores the projection the other way round.
            var second = bytes(checkpoint.textEncoders[1], mapping), expected = bytes(tiny.textTensors(1))
            let (stored, projection) = (
                second.removeValue(forKey: "text_projection"), expected.removeValue(forKey: "text_projection.weight")
            )
            if checkpoint.layout == .diffusers { expected["text_projection.weight"] = projection }
            #expect(second == expected)
            #expect((stored == nil) == (checkpoint.layout == .diffusers))
        }
    }

    @Test("SSD-1B and Vega are told by their depths")
    func names() {
        func name(_ depths: [Int], _ middle: UNetConfiguration.Middle) -> String {
            let unet = UNetConfiguration(
                blocks: depths.map { .init(channels: 64, hasAttention: $0 > 0, headCount: 1, transformerDepth: $0) }, middle: middle,
                crossAttentionWidth: 2048)
            return Family.sdxl.name(of: unet)
        }
        #expect(name([0, 2, 10], .attention(depth: 10)) == "Stable Diffusion XL")
        #expect(name([0, 2, 4], .residualBlock) == "SSD-1B (Stable Diffusion XL)")
        #expect(name([0, 1, 2], .residualBlock) == "Segmind Vega (Stable Diffusion XL)")
    }

    @Test("a refiner opens, is named, and refuses to draw")
    func refiner() throws {
        let tiny = TinyCheckpoint.sdxlRefiner(vocabularySize: 40)
        for path in [try tiny.writeSingleFile(in: folder), try tiny.writeFolder(in: folder)] {
            let checkpoint = try Checkpoint.open(path)
            #expect((checkpoint.family, checkpoint.modelName) == (.sdxlRefiner, "Stable Diffusion XL refiner"))
            #expect(checkpoint.textEncoders.map(\.configuration) == tiny.textEncoders)
            #expect(checkpoint.unusedKeys == [])
            #expect(checkpoint.refusal == .unsupportedModel(file: path.lastPathComponent, .sdxlRefiner))
        }
    }

    @Test("a model says the sizes that it draws best, and whether its VAE needs more than f16")
    func properties() throws {
        let single = try Checkpoint.open(tiny.writeSingleFile(in: folder))
        #expect((single.nativeSize, single.sizeMultiple, single.decoderOverflowsF16) == (1024, 32, true))
        #expect(single.nativeSizes.count == 9 && single.nativeSizes[1] == PictureSize(width: 1152, height: 896))
        #expect((single.predictionSource, single.zeroTerminalSNRSource) == (.family, nil))
        var other = tiny
        (other.vae.forcesUpcast, other.unet.sampleSize) = (false, 64)
        let diffusers = try Checkpoint.open(other.writeFolder(in: folder))
        #expect((diffusers.nativeSizes, diffusers.decoderOverflowsF16) == ([PictureSize(width: 512, height: 512)], false))
        #expect(try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder)).decoderOverflowsF16 == false)
    }

    @Test("model_index.json says whether an empty negative prompt is zeros", arguments: [true, false])
    func emptyNegative(isZero: Bool) throws {
        let path = try tiny.writeFolder(in: folder)
        try folder.write(
            "{\"_class_name\": \"StableDiffusionXLPipeline\", \"force_zeros_for_empty_prompt\": \(isZero)}", to: "tiny/model_index.json")
        #expect(try Checkpoint.open(path).conditioning.zeroesEmptyNegative == isZero)
    }

    @Test("text encoders are found under the names that tools give them", arguments: [
        [("embedders.0.transformer.text_model.", "embedders.0.text_model.")],
        [("embedders.0.transformer.text_model.", "embedders.0.transformer.text_model.text_model.")],
        [("embedders.1.model.text_projection", "embedders.1.model.text_projection.weight")],
    ])
    func variants(changes: [(String, String)]) throws {
        let tensors = tiny.singleFileTensors().map { tensor in
            var tensor = tensor
            for (old, new) in changes { tensor.key = tensor.key.replacing(old, with: new) }
            return tensor
        }
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "variant.safetensors"))
        #expect(checkpoint.textEncoders.map(\.configuration) == tiny.textEncoders)
        #expect(checkpoint.unusedKeys == [])
    }

    @Test("networks that do not fit each other are refused", arguments: [
            (
                "cross",
                "\"unet/diffusion_pytorch_model.safetensors\" gives 64 for cross_attention_dim, which no model can have. "
                    + "Expected: 192, the width of the text encoders together."
            ),
            (
                "vector",
                "\"unet/diffusion_pytorch_model.safetensors\" gives 1408 for projection_class_embeddings_input_dim, which no "
                    + "model can have. Expected: 1664, the pooled text and 6 sizes."
            )
    ])
    func mismatch(part: String, message: String) throws {
        var other = tiny
        if part == "cross" { other.unet.crossAttentionWidth = 64 } else { other.unet.vectorWidth = 1408 }
        let path = try other.writeFolder(in: folder)
        #expect { try Checkpoint.open(path) } throws: { "\($0)" == message }
    }

    @Test("ComfyUI's f8 weights have their scales in all networks")
    func scaled() throws {
        var tensors = tiny.singleFileTensors()
        let keys = [
            "model.diffusion_model.label_emb.0.0", "conditioner.embedders.0.transformer.text_model.encoder.layers.0.mlp.fc1",
            "conditioner.embedders.1.model.transformer.resblocks.0.mlp.c_fc",
        ]
        for key in keys {
            let index = try #require(tensors.firstIndex { $0.key == key + ".weight" })
            let count = tensors[index].shape.reduce(1, *)
            (tensors[index].elementType, tensors[index].bytes) = (.f8e4m3, Array(repeating: 0x38, count: count))
            tensors.append(RawTensor(key: key + ".scale_weight", elementType: .f32, shape: [], bytes: [0, 0, 0, 0x3F]))
        }
        tensors.append(RawTensor(key: "scaled_fp8", elementType: .f8e4m3, shape: [2], bytes: [0, 0]))
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "scaled.safetensors"))
        #expect(checkpoint.refusal == nil)
        #expect(checkpoint.unusedKeys == [])
        #expect((checkpoint.textEncoders.map(\.weights.scaledCount), checkpoint.unet.weights.scaledCount) == ([1, 1], 1))
    }

    // MARK: True size

    private static let trueSDXL: TinyCheckpoint = {
        var tiny = TinyCheckpoint.sdxl()
        var second = TextEncoderConfiguration(width: 1280, intermediateWidth: 5120, layerCount: 32, headCount: 20, activation: .gelu)
        second.projectionWidth = 1280
        tiny.textEncoders = [
            TextEncoderConfiguration(width: 768, intermediateWidth: 3072, layerCount: 12, headCount: 12, activation: .quickGELU), second,
        ]
        tiny.unet.blocks = [
            .init(channels: 320, hasAttention: false, headCount: 5),
            .init(channels: 640, hasAttention: true, headCount: 10, transformerDepth: 2),
            .init(channels: 1280, hasAttention: true, headCount: 20, transformerDepth: 10),
        ]
        tiny.unet.middle = .attention(depth: 10)
        (tiny.unet.crossAttentionWidth, tiny.unet.vectorWidth) = (2048, 2816)
        tiny.vae.blockChannels = [128, 256, 512, 512]
        return tiny
    }()

    private static let trueRefiner: TinyCheckpoint = {
        var tiny = trueSDXL
        tiny.textEncoders.removeFirst()
        tiny.unet.blocks = [
            .init(channels: 384, hasAttention: false, headCount: 6),
            .init(channels: 768, hasAttention: true, headCount: 12, transformerDepth: 4),
            .init(channels: 1536, hasAttention: true, headCount: 24, transformerDepth: 4),
            .init(channels: 1536, hasAttention: false, headCount: 24)
        ]
        tiny.unet.middle = .attention(depth: 4)
        (tiny.unet.crossAttentionWidth, tiny.unet.vectorWidth) = (1280, 2560)
        return tiny
    }()

    /// All names with their shapes, as in a single file.
    private func shapes(_ tiny: TinyCheckpoint) -> [String: [Int]] {
        var stored: [String: [Int]] = [:]
        func add(_ table: NameTable, _ shapes: ParameterShapes) {
            let byName = Dictionary(uniqueKeysWithValues: shapes.shapes.map { ($0.name, $0.shape) })
            for parameter in table.parameters {
                guard var shape = byName[parameter.name] ?? byName[parameter.name + ".weight"].map({ $0.reversed() }) else { continue }
                if let slice = parameter.slice { shape[0] *= slice.count }
                if parameter.key.contains(".attn_1."), shape.count == 2 { shape += [1, 1] }
                stored[parameter.key] = shape
            }
        }
        add(NameTable(unet: tiny.unet, naming: .original, prefix: "model.diffusion_model."), ParameterShapes(unet: tiny.unet))
        add(NameTable(vae: tiny.vae, naming: .original, prefix: "first_stage_model."), ParameterShapes(vae: tiny.vae))
        for (place, encoder) in tiny.textEncoders.enumerated() {
            let stem = "conditioner.embedders.\(place)."
            let isOpenCLIP = encoder.projectionWidth != nil
            let prefix = stem + (isOpenCLIP ? "model." : "transformer.text_model.")
            let projection = isOpenCLIP ? TextProjection(key: prefix + "text_projection", isTransposed: false) : nil
            add(
                NameTable(textEncoder: encoder, naming: isOpenCLIP ? .openCLIP : .transformers, prefix: prefix, projection: projection),
                ParameterShapes(textEncoder: encoder))
            stored[isOpenCLIP ? prefix + "logit_scale" : prefix + "embeddings.position_ids"] = isOpenCLIP ? [] : [1, 77]
        }
        return stored
    }

    /// Hashes of lines "name AxBxC", sorted by name, made from the released file's names (base) and from sgm's modules (refiner).
    @Test("the released files' names and shapes are known one by one, and all of them are used", arguments: [
        (false, 2515, "29005b395800d0f2ba73b65a1d56a473a9c454e82d1f3a64c2ce4d0cd9294220"),
        (true, 1858, "cdc159732008bb8883e801930b609aa1bb868702bdf712e77807559dde0f1b15"),
    ])
    func trueSize(isRefiner: Bool, count: Int, hash: String) throws {
        let tiny = isRefiner ? Self.trueRefiner : Self.trueSDXL
        let shapes = shapes(tiny)
        #expect(shapes.count == count)
        let text = shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.map(String.init).joined(separator: "x"))" }.joined(
            separator: "\n")
        let memory = HashMemory(folder: folder.url.appending(path: "hashes"))
        #expect(memory.computeBlocking(ofFile: try folder.write(text, to: "names.txt")) == hash)

        var end = 0
        let members = shapes.sorted { $0.key < $1.key }.map { key, shape in
            let begin = end
            end += 2 * shape.reduce(1, *)
            return SafetensorsWriter.member(key, "F16", shape, begin, end)
        }
        let path = try folder.write(
            SafetensorsWriter.file(header: "{\(members.joined(separator: ","))}"), followedByHoleOf: end, to: "true.safetensors")
        let checkpoint = try Checkpoint.open(path)
        #expect(checkpoint.textEncoders.map(\.configuration) == tiny.textEncoders)
        #expect(checkpoint.unet.configuration == tiny.unet)
        #expect(checkpoint.vae.configuration == tiny.vae)
        #expect(checkpoint.unusedKeys == [])
        #expect(checkpoint.ignoredKeys.count == (isRefiner ? 1 : 2))
    }
}
