import Foundation
import Generation
import Tensors
import Testing
import TestSupport

@testable import Checkpoints

/// Whole files against a checkpoint.
@Suite("What LoRA files change in a checkpoint")
struct LoRAChangesTests {
    private let folder: TemporaryFolder
    private let checkpoint: Checkpoint
    private static let attention = "down_blocks.0.attentions.0.transformer_blocks.0.attn1"
    private static let flat = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1"

    init() throws {
        folder = try TemporaryFolder()
        checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
    }

    /// The change of a layer with 32 x 32 weights, all 1.
    private func delta(_ tensors: [RawTensor], metadata: [String: String] = [:], of layer: String = "\(attention).to_q") throws -> [Float] {
        let changes = try folder.lora(tensors, metadata: metadata).changes(of: checkpoint)
        #expect(changes.unapplied == [])
        let change = try #require(changes.layers[.denoiser]?[layer])
        return try #require(change.delta(of: .init(repeating: 1, count: 32 * 32), shape: [32, 32]).weight)
    }

    private static func ones(_ key: String, _ shape: Int...) -> RawTensor {
        RawTensor(key, shape, .init(repeating: 1, count: shape.reduce(1, *)))
    }

    private static func zeros(_ key: String, _ shape: Int..., as type: ElementType = .f8e5m2) -> RawTensor {
        RawTensor(key: key, elementType: type, shape: shape, bytes: .init(repeating: 0, count: shape.reduce(1, *)))
    }

    @Test("all layouts ask for the same change", arguments: [
        ("\(flat)_to_q.lora_down.weight", "\(flat)_to_q.lora_up.weight"),
        ("lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_down.weight",
            "lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_up.weight"),
        ("unet.\(attention).to_q.lora_A.weight", "unet.\(attention).to_q.lora_B.weight"),
        ("unet.\(attention).to_q.lora.down.weight", "unet.\(attention).to_q.lora.up.weight"),
        ("unet.\(attention).processor.to_q_lora.down.weight", "unet.\(attention).processor.to_q_lora.up.weight"),
        ("\(attention).processor.to_q_lora.down.weight", "\(attention).processor.to_q_lora.up.weight"),
        ("diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.lora_down.weight",
            "diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.lora_up.weight"),
    ])
    func layouts(down: String, up: String) throws {
        let (first, second) = (RawTensor(random: "down", [2, 32]), RawTensor(random: "up", [32, 2]))
        func named(_ tensor: RawTensor, _ key: String) -> RawTensor {
            var tensor = tensor
            tensor.key = key
            return tensor
        }
        let product = try delta([named(first, down), named(second, up)])
        #expect(product == (try delta([
            named(first, "\(Self.flat)_to_q.lora_down.weight"), named(second, "\(Self.flat)_to_q.lora_up.weight"),
        ])))
        #expect(product.contains { $0 != 0 })
    }

    @Test("a rank-1 change of ones is alpha / rank, and of PEFT's what its configuration says", arguments: [
        (Float?(0.5), "", Float(0.5)),
        (nil, "", 2),
        (nil, #"{"unet.r": 2, "unet.lora_alpha": 8}"#, 8),
        (1, #"{"unet.r": 2, "unet.lora_alpha": 8}"#, 1),
        (nil, #"{"unet.lora_alpha": 4, "unet.use_rslora": true}"#, 4 * Float(2).squareRoot()),
        (nil, #"{"unet.lora_alpha": 4, "unet.alpha_pattern": {"^down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": 6}}"#, 6),
        (nil, #"{"unet.lora_alpha": 4, "unet.alpha_pattern": {"attn1.to_q": 10}}"#, 10),
        (nil, #"{"unet.lora_alpha": 4, "unet.alpha_pattern": {"attn1.to_k": 10}}"#, 4),
        (nil, #"{"text_encoder.lora_alpha": 4}"#, 2),
        (nil, "no JSON", 2),
    ] as [(Float?, String, Float)])
    func scales(alpha: Float?, adapter: String, expected: Float) throws {
        var tensors = [
            Self.ones("unet.\(Self.attention).to_q.lora_A.weight", 2, 32), Self.ones("unet.\(Self.attention).to_q.lora_B.weight", 32, 2),
        ]
        if let alpha { tensors.append(RawTensor("unet.\(Self.attention).to_q.alpha", [], [alpha])) }
        let numbers = try delta(tensors, metadata: adapter.isEmpty ? [:] : ["lora_adapter_metadata": adapter])
        #expect(numbers.distance(to: .init(repeating: expected, count: 1024)) < 1e-6)
    }

    @Test("a linear layer's change fits a 1x1 convolution")
    func shapes() throws {
        let down = Self.ones("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", 1, 32)
        let up = Self.ones("lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight", 32, 1)
        let change = try #require(
            try folder.lora([down, up]).changes(of: checkpoint).layers[.denoiser]?["down_blocks.0.attentions.0.proj_in"])
        #expect(change.delta(of: .init(repeating: 0, count: 1024), shape: [32, 32, 1, 1]).weight == .init(repeating: 1, count: 1024))
        #expect(change.factors()?.down.shape == [1, 32])
    }

    @Test("an inpainting model's first convolution changes in the inputs that the file knows")
    func inpainting() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.inChannels = 9
        let checkpoint = try Checkpoint.open(tiny.writeSingleFile(in: folder, name: "inpainting.safetensors"))
        let file = try folder.lora([
            RawTensor("lora_unet_conv_in.lora_down.weight", 2, 4, 3, 3), RawTensor("lora_unet_conv_in.lora_up.weight", 32, 2, 1, 1),
            RawTensor("lora_unet_conv_in.dora_scale", 32, 1, 1, 1),
        ])
        let plain = try folder.lora([
            RawTensor("lora_unet_conv_in.lora_down.weight", 2, 4, 3, 3), RawTensor("lora_unet_conv_in.lora_up.weight", 32, 2, 1, 1),
        ], name: "plain.safetensors")
        for file in [file, plain] {
            let change = try #require(file.changes(of: checkpoint).layers[.denoiser]?["conv_in"])
            let own = try #require(file.changes(of: self.checkpoint).layers[.denoiser]?["conv_in"])
            let weight = RawTensor(random: "w", [32, 9, 3, 3]).bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            let narrow = (0..<32).flatMap { weight[$0 * 81..<$0 * 81 + 36] }
            let delta = try #require(change.delta(of: weight, shape: [32, 9, 3, 3]).weight)
            let expected = try #require(own.delta(of: narrow, shape: [32, 4, 3, 3]).weight)
            #expect((0..<32).flatMap { delta[$0 * 81..<$0 * 81 + 36] } == expected)
            #expect((0..<32).allSatisfy { delta[$0 * 81 + 36..<($0 + 1) * 81].allSatisfy { $0 == 0 } })
        }
        let factors = try #require(plain.changes(of: checkpoint).layers[.denoiser]?["conv_in"]?.factors())
        #expect(factors.down.shape == [2, 9, 3, 3])
        #expect(factors.down.values[36..<81].allSatisfy { $0 == 0 } && factors.down.values[81] != 0)
    }

    @Test("open_clip's text projection, stored by inputs, changes as transformers' does")
    func textProjection() throws {
        let tiny = TinyCheckpoint.sdxl(vocabularySize: 4)
        let tensors = [
            RawTensor("lora_te2_text_projection.lora_down.weight", 2, 128), RawTensor("lora_te2_text_projection.lora_up.weight", 128, 2),
            RawTensor("lora_te2_text_projection.dora_scale", 128, 1),
        ]
        let file = try folder.lora(tensors)
        var deltas: [[Float]] = []
        for path in [try tiny.writeSingleFile(in: folder), try tiny.writeFolder(in: folder)] {
            let checkpoint = try Checkpoint.open(path)
            let change = try #require(file.changes(of: checkpoint).layers[.text(1)]?["text_projection"])
            let stored = try #require(checkpoint.weights(of: .text(1)).weight(of: "text_projection"))
            let weight = try MappedWeights(checkpoint).numbers(of: stored)
            deltas.append(try #require(change.delta(of: weight, shape: stored.shape).weight))
        }
        #expect(Matrix(rows: 128, columns: 128, values: deltas[0]).transposed.values.distance(to: deltas[1]) < 1e-6)
        #expect(deltas[0] != deltas[1])
    }

    @Test("what is not applied is told by its key and the reason")
    func unapplied() throws {
        let file = try folder.lora([
            RawTensor("\(Self.flat)_to_q.lora_down.weight", 2, 32), RawTensor("\(Self.flat)_to_q.lora_up.weight", 32, 2),
            RawTensor("\(Self.flat)_to_q.alpha"), RawTensor("\(Self.flat)_to_q.bias_size", 2),
            RawTensor("\(Self.flat)_to_q.diff_b", 32), RawTensor("unet.\(Self.attention).to_q.lora_A.weight", 2, 32),
            RawTensor("\(Self.flat)_to_k.lora_down.weight", 2, 31), RawTensor("\(Self.flat)_to_k.lora_up.weight", 32, 2),
            RawTensor("\(Self.flat)_to_v.lora_down.weight", 2, 32),
            Self.zeros("\(Self.flat)_to_out_0.lora_down.weight", 200_000, 32),
            Self.zeros("\(Self.flat)_to_out_0.lora_up.weight", 32, 200_000),
            RawTensor("lora_unet_nothing.lora_down.weight", 2, 32), RawTensor("mystery", 1), RawTensor("bundle_emb.odd", 1),
            Self.zeros("lora_unet_conv_out.diff", 4, 32, 3, 3, as: .u8),
            RawTensor("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", 0, 64),
            RawTensor("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", 128, 0),
        ])
        let changes = file.changes(of: checkpoint)
        #expect((changes.tensorCount, changes.appliedCount) == (17, 3))
        #expect(changes.layers.mapValues { $0.keys.sorted() } == [.denoiser: ["\(Self.attention).to_q"]])
        let expected: [(String, UnappliedTensor.Reason)] = [
            ("bundle_emb.odd", .unknownPart),
            ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", .shape([0, 64], expected: [1, 64])),
            ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", .incomplete), ("lora_unet_conv_out.diff", .numbers("u8")),
            ("\(Self.flat)_to_k.lora_down.weight", .shape([2, 31], expected: [2, 32])), ("\(Self.flat)_to_k.lora_up.weight", .incomplete),
            ("\(Self.flat)_to_out_0.lora_down.weight", .tooLarge([200_000, 32])),
            ("\(Self.flat)_to_out_0.lora_up.weight", .incomplete),
            ("\(Self.flat)_to_q.bias_size", .algorithm("a sparse bias of LyCORIS 1")), ("\(Self.flat)_to_q.diff_b", .unknownPart),
            ("\(Self.flat)_to_v.lora_down.weight", .incomplete),
            ("lora_unet_nothing.lora_down.weight", .noLayer), ("mystery", .unknownPart),
            ("unet.\(Self.attention).to_q.lora_A.weight", .repeated),
        ]
        #expect(changes.unapplied == expected.map { UnappliedTensor(key: $0.0, reason: $0.1) })
        for tensor in changes.unapplied { #expect(tensor.reason.description.hasSuffix(".")) }
    }

    @Test("changes of a bias alone have rank 0")
    func bias() throws {
        let file = try folder.lora([RawTensor("lora_unet_conv_norm_out.b_norm", 32), RawTensor("lora_unet_conv_out.diff_b", 4)])
        let changes = try #require(file.changes(of: checkpoint).layers[.denoiser])
        #expect(changes.mapValues(\.algorithm) == ["conv_norm_out": .norm, "conv_out": .full])
        let change = try #require(changes["conv_out"])
        #expect(!change.changesWeight && change.changesBias)
        let factors = try #require(change.factors())
        #expect((factors.rank, factors.down.shape, factors.up.shape) == (0, [0, 32, 3, 3], [4, 0]))
        #expect(factors.bias?.count == 4)
        #expect(change.delta(of: .init(repeating: 0, count: 4 * 32 * 9), shape: [4, 32, 3, 3]).weight == nil)
    }

    @Test("words come with their vectors for each text encoder")
    func words() throws {
        let vectors = RawTensor(random: "bundle_emb.mine.string_to_param.*", [3, 64])
        let file = try folder.lora([vectors, RawTensor("bundle_emb.wide.string_to_param.*", 3, 65)])
        let changes = file.changes(of: checkpoint)
        #expect(changes.words.keys.sorted() == ["mine"])
        #expect(changes.words["mine"]?.map(\.shape) == [[3, 64]])
        let key = "bundle_emb.wide.string_to_param.*"
        #expect(changes.unapplied == [UnappliedTensor(key: key, reason: .vectors(.width(65, textEncoder: 64)))])
        #expect(changes.appliedCount == 1)
        let pair = try folder.lora([RawTensor("bundle_emb.mine.clip_l", 3, 64), RawTensor("bundle_emb.mine.clip_g", 3, 128)])
        let xl = try Checkpoint.open(TinyCheckpoint.sdxl(vocabularySize: 4).writeSingleFile(in: folder, name: "xl.safetensors"))
        #expect(pair.changes(of: xl).words["mine"]?.map(\.shape) == [[3, 64], [3, 128]])
        #expect(pair.changes(of: checkpoint).words.isEmpty)
    }

    @Test("a file of torch.save is read as data")
    func pickle() throws {
        let file = try LoRAFile(path: Fixture.url("checkpoints/embeddings/a1111.pt").path)
        #expect(file.changes(of: checkpoint).appliedCount == 0)
        #expect(file.metadata.values.isEmpty)
        #expect(throws: CheckpointError.self) { try LoRAFile(path: Fixture.url("checkpoints/embeddings/evil.pt").path) }
    }
}
