import Files
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Weights whose meaning other tensors change")
struct QuantizationTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let layer = "model.diffusion_model.middle_block.0.emb_layers.1"
    private static let key = layer + ".weight"

    /// A checkpoint in which one weight, `[32, 128]`, has another type, with tensors beside it.
    private func open(_ type: ElementType, _ beside: [RawTensor], metadata: [String: String] = [:]) throws -> Checkpoint {
        let tensors = TinyCheckpoint.minimal().singleFileTensors().map { tensor in
            guard tensor.key == Self.key else { return tensor }
            return RawTensor(
                key: tensor.key, elementType: type, shape: tensor.shape, bytes: .init(repeating: 1, count: 32 * 128 * type.byteCount))
        }
        return try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors + beside, metadata: metadata), to: "tiny.safetensors"))
    }

    private static func beside(_ suffix: String, _ type: ElementType, _ shape: [Int]) -> RawTensor {
        RawTensor(key: layer + suffix, elementType: type, shape: shape, bytes: .init(repeating: 1, count: shape.reduce(type.byteCount, *)))
    }

    private static func mark(_ json: String) -> RawTensor {
        RawTensor(key: layer + ".comfy_quant", elementType: .u8, shape: [json.utf8.count], bytes: Array(json.utf8))
    }

    @Test("a scale counts for a tensor, or for each of its rows", arguments: [
        (".scale_weight", ElementType.f8e4m3, ElementType.f32, [Int](), 1, Float(1)), (".scale_weight", .f8e5m2, .f32, [1], 1, 1),
            (".weight_scale", .f8e4m3, .bf16, [1, 1], 1, 1), (".weight_scale", .f8e4m3, .f16, [32], 32, 1),
            (".weight_scale", .i8, .f32, [32, 1], 32, 1),
        (".SCB", .i8, .f32, [32], 32, 1 / 127), (".SCB", .i8, .f16, [32, 1], 32, 1 / 127),
    ])
    func scales(suffix: String, type: ElementType, scaleType: ElementType, shape: [Int], count: Int, factor: Float) throws {
        let checkpoint = try open(type, [Self.beside(suffix, scaleType, shape)])
        let scale = try #require(checkpoint.unet.weights["mid_block.resnets.0.time_emb_proj.weight"]?.scale)
        #expect((scale.key, scale.elementType, scale.count) == (Self.layer + suffix, scaleType, count))
        #expect(scale.factor == factor)
        #expect(checkpoint.refusal == nil)
        #expect(checkpoint.unusedKeys == [])
        let mapping = try MappedWeights(checkpoint)
        #expect(mapping.bytes[scale.offset..<scale.offset + count * scaleType.byteCount].allSatisfy { $0 == 1 })
    }

    @Test("numbers that cannot be told are refused by the name of the weight", arguments: [
            (
                ElementType.i8, [RawTensor](), [String: String](),
                "(i8 [32, 128]) cannot be read as weights: no scale beside it says what its numbers stand for."
            ),
            (.u8, [], [:], "(u8 [32, 128]) cannot be read as weights: no scale"),
            (.i16, [], [:], "(i16 [32, 128]) cannot be read as weights: no scale"),
        (.i64, [], [:], "no scale"), (.boolean, [], [:], "(boolean [32, 128]) cannot be read as weights: no scale"),
            (
                .f16, [beside(".scale_weight", .f32, [1])], [:],
                "\"\(layer).scale_weight\" is a scale for it, though its numbers are not quantised."
            ),
        (.f32, [beside(".weight_scale", .f32, [32])], [:], "is a scale for it, though"),
        (.u8, [beside(".weight_scale", .f32, [1])], [:], "is a scale for it, though"),
            (
                .f8e4m3, [beside(".weight_scale", .f32, [128])], [:],
                "its scale \"\(layer).weight_scale\" has the shape [128], neither one number nor one for each row."
            ),
        (.f8e4m3, [beside(".weight_scale", .f32, [1, 128])], [:], "has the shape [1, 128]"),
            (.f8e4m3, [beside(".weight_scale", .f32, [32, 2])], [:], "has the shape [32, 2]"),
            (.f8e4m3, [beside(".weight_scale", .f32, [0])], [:], "has the shape [0]"),
            (.i8, [beside(".SCB", .f32, [31])], [:], "has the shape [31]"),
            (.f8e4m3, [beside(".weight_scale", .f8e4m3, [32])], [:], "is stored as f8e4m3, which"),
            (
                .f8e4m3, [beside(".weight_scale", .f32, [1]), beside(".scale_weight", .f32, [1])], [:],
                "both \"\(layer).scale_weight\" and \"\(layer).weight_scale\" would be its scale."
            ),
            (
                .i8, [beside(".SCB", .f32, [32]), beside(".weight_format", .u8, [])], [:],
                "it is stored in the order that \"\(layer).weight_format\" gives it, which is not understood."
            ),
        (.f8e4m3, [mark(#"{"format": "float8_e4m3fn"}"#)], [:], "no scale"),
            (
                .f8e5m2, [beside(".weight_scale", .f32, []), mark(#"{"format": "float8_e4m3fn"}"#)], [:],
                "a mark says that it is stored as f8e4m3."
            ),
            (
                .i8, [beside(".weight_scale", .f32, [32]), mark(#"{"format": "int8_tensorwise", "convrot": true}"#)], [:],
                "it is stored in the format \"int8_tensorwise\" with \"convrot\", which"
            ),
            (
                .i8, [beside(".weight_scale", .f32, [32]), mark(#"{"format": "int8_tensorwise", "params": {"convrot": true}}"#)], [:],
                "with \"params\""
            ),
            (
                .u8, [beside(".weight_scale", .f8e4m3, [32, 8]), mark(#"{"format": "nvfp4"}"#)], [:],
                "it is stored in the format \"nvfp4\", which"
            ),
        (.f8e4m3, [beside(".weight_scale", .f32, []), mark("{")], [:], "a format that \"\(layer).comfy_quant\" does not tell in JSON"),
            (
                .f8e4m3, [beside(".weight_scale", .f32, [])], ["_quantization_metadata": "no"],
                "a format that the header's _quantization_metadata does not tell"
            ),
            (
                .u8, [beside(".weight_scale", .u8, [32])], ["_quantization_metadata": #"{"layers": {"\#(layer)": {"format": "mxfp8"}}}"#],
                "the format \"mxfp8\""
            ),
            (
                .f16, [beside(".weight_scale_inv", .f32, [1])], [:],
                "has a tensor that Easel does not know in its UNet: \"\(layer).weight_scale_inv\"."
            ),
            (
                .f16, [beside(".weight.absmax", .f32, [1])], [:],
                "is quantised with bitsandbytes in 4 bits (\"\(layer).weight.absmax\"), which is not supported."
            )
    ])
    func refused(type: ElementType, beside: [RawTensor], metadata: [String: String], reason: String) throws {
        let refusal = try #require(try open(type, beside, metadata: metadata).refusal?.description)
        #expect(refusal.contains(reason))
        #expect(refusal.hasPrefix("Tensor \"\(Self.key)\" in \"tiny.safetensors\"") || refusal.hasPrefix("\"tiny.safetensors\" "))
    }

    @Test("packed weights are named even where their shapes look like another model's")
    func packed() throws {
        let tensors = TinyCheckpoint.minimal().singleFileTensors().map { tensor in
            tensor.key.hasSuffix("attn2.to_k.weight")
                ? RawTensor(key: tensor.key, elementType: .u8, shape: [1024, 1], bytes: .init(repeating: 0, count: 1024)) : tensor
        }
        let mark = RawTensor(
            key: "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight.absmax", elementType: .f32, shape: [1],
            bytes: [0, 0, 0, 0])
        let path = try folder.write(SafetensorsWriter.file(tensors + [mark]), to: "nf4.safetensors")
        let error = try #require(throws: CheckpointError.self) { try Checkpoint.open(path) }
        #expect(
            error.description.hasPrefix(
                "\"nf4.safetensors\" is quantised with bitsandbytes in 4 bits (\"\(mark.key)\"), which is not supported."))
    }

    @Test("how a folder's weights are quantised is checked before they are read", arguments: [
        (#"{"quant_method": "bitsandbytes", "load_in_8bit": true, "llm_int8_threshold": 6.0}"#, nil),
        (#"{"load_in_8bit": true}"#, nil), ("null", nil),
        (#"{"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4"}"#, "with bitsandbytes in 4 bits"),
        (#"{"quant_method": "torchao", "quant_type": "int8wo"}"#, "with torchao"), (#"{"quant_method": "gptq", "bits": 4}"#, "with gptq"),
        (#"{"bits": 4}"#, "in a way that it does not name"), ("7", "in a way that it does not name"),
    ] as [(String, String?)])
    func configurations(json: String, method: String?) throws {
        for part in ["unet", "vae", "text_encoder"] {
            let path = try TinyCheckpoint.minimal().writeFolder(in: folder)
            let text = String(decoding: try OpenFile.contents(of: "\(path)/\(part)/config.json"), as: UTF8.self)
            try folder.write("{\"quantization_config\": \(json), " + text.dropFirst(), to: "tiny/\(part)/config.json")
            guard let method else {
                #expect(try Checkpoint.open(path).refusal == nil)
                continue
            }
            #expect(throws: CheckpointError.quantized(file: "\(part)/config.json", key: "quantization_config", method: method)) {
                try Checkpoint.open(path)
            }
        }
    }
}

@Suite("Keys that no network reads")
struct UnknownKeysTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func tensor(_ key: String) -> RawTensor { RawTensor(key: key, elementType: .f16, shape: [1], bytes: [0, 0]) }

    @Test("what belongs to a network refuses to be drawn with", arguments: [
        ("model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.lora_A.weight", "UNet"),
        ("model.diffusion_model.middle_block.1.motion_modules.0.weight", "UNet"), ("model.diffusion_model.foo.scale_weight", "UNet"),
        ("first_stage_model.decoder.extra.weight", "VAE"), ("first_stage_model.post_quant_conv.gain", "VAE"),
            ("cond_stage_model.transformer.text_model.encoder.layers.0.adapter.weight", "text encoder"),
            ("cond_stage_model.odd", "text encoder")
    ])
    func refused(key: String, component: String) throws {
        let tensors = TinyCheckpoint.minimal().singleFileTensors() + [Self.tensor(key)]
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "tiny.safetensors"))
        #expect(checkpoint.refusal == .unknownTensors(file: "tiny.safetensors", component: component, keys: [key]))
        #expect(checkpoint.unusedKeys == [key])
    }

    @Test("what real files hold beside their networks refuses nothing", arguments: [
            "cond_stage_model.transformer.text_model.embeddings.position_ids", "cond_stage_model.logit_scale",
            "cond_stage_model.text_projection",
        "cond_stage_model.transformer.text_projection.weight", "cond_stage_model.transformer.vision_model.post_layernorm.weight",
            "model_ema.decay", "model_ema.diffusion_modelinput_blocks00weight", "model_ema.num_updates", "alphas_cumprod",
            "alphas_cumprod_prev", "betas",
            "sqrt_one_minus_alphas_cumprod", "posterior_variance", "log_one_minus_alphas_cumprod", "global_step", "epoch", "logvar",
            "callbacks", "optimizer_states",
            "first_stage_model.loss.discriminator.main.0.weight", "first_stage_model.encoder.odd.weight",
            "first_stage_model.quant_conv.odd", "denoiser.sigmas",
            "v_pred", "ztsnr", "edm_vpred.sigma_max", "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight",
            "control_model.input_blocks.0.0.weight",
            "embedding_manager.string_to_param_dict.*", "safety_checker.concept_embeds", "state_dict", "model.diffusion_model.scaled_fp8",
            "scaled_fp8",
        "cond_stage_model.transformer.scaled_fp8",
    ])
    func harmless(key: String) throws {
        let tensors = TinyCheckpoint.minimal().singleFileTensors() + [Self.tensor(key)]
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "tiny.safetensors"))
        #expect(checkpoint.refusal == nil)
    }

    @Test("a folder's unknown tensors refuse, unless they belong to the half of the VAE that no picture needs", arguments: [
        ("unet", "diffusion_pytorch_model", "mystery.weight", "UNet"), ("vae", "diffusion_pytorch_model", "decoder.mystery", "VAE"),
        ("vae", "diffusion_pytorch_model", "encoder.mystery", nil), ("text_encoder", "model", "mystery", "text encoder"),
        ("text_encoder", "model", "text_projection.weight", nil), ("text_encoder", "model", "embeddings.position_ids", nil),
    ] as [(String, String, String, String?)])
    func folders(part: String, file: String, key: String, component: String?) throws {
        let tiny = TinyCheckpoint.minimal()
        let path = try tiny.writeFolder(in: folder)
        let tensors = part == "unet" ? tiny.unetTensors() : part == "vae" ? tiny.vaeTensors() : tiny.textTensors()
        try folder.write(SafetensorsWriter.file(tensors + [Self.tensor(key)]), to: "tiny/\(part)/\(file).safetensors")
        let expected = component.map { CheckpointError.unknownTensors(file: "\(part)/\(file).safetensors", component: $0, keys: [key]) }
        #expect(try Checkpoint.open(path).refusal == expected)
    }
}
