import Files
import Generation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

struct ForeignModelTests {
    @Test("files that cannot be used tell their kind as data, with the tensor or the setting at fault", arguments: [
        (.unsupportedModel(file: "a", .lora), .unsupportedModel, ["kind": "lora"]),
        (.unsupportedModel(file: "a", .otherInput(channels: 6)), .unsupportedModel, ["kind": "other_unet"]),
        (.unsupportedModel(file: "a", .foreignUpscaler(name: nil)), .unsupportedModel, ["kind": "upscaler"]),
        (.quantized(file: "a", key: "k", method: "by x"), .unsupportedModel, ["kind": "quantized"]),
        (.torchFile(file: "a", .code(name: "os.system")), .unsupportedModel, ["kind": "code"]),
        (.torchFile(file: "a", .unknownFormat), .unsupportedModel, ["kind": "unknown_format"]),
        (.torchFile(file: "a", .damagedArchive("cut")), .damagedFile, ["kind": "bad_archive"]),
        (
            .unsupportedSetting(file: "a", key: "act_fn", value: "mish", supported: "silu"), .unsupportedModel,
            ["kind": "setting", "key": "act_fn", "value": "mish"]
        ),
        (.damaged(file: "a", .cutShort(byteCount: 1, needed: 2)), .damagedFile, ["kind": "cut_short"]),
        (.damaged(file: "a", .trailing(byteCount: 1)), .damagedFile, ["kind": "bad_header"]),
        (.notJSON(file: "a", position: 0, expected: "{"), .damagedFile, ["kind": "bad_json"]),
        (
            .missingTensor(component: "UNet", name: "n", key: "x.weight", file: "a"), .damagedFile,
            ["kind": "missing_tensor", "tensor": "x.weight"]
        ),
    ] as [(CheckpointError, ErrorReason.Name, [String: ErrorReason.Value])])
    func kinds(error: CheckpointError, name: ErrorReason.Name, values: [String: ErrorReason.Value]) {
        var reason = error.errorReason
        #expect(reason.name == name && reason.values["file"] == "a")
        #expect(reason.values.removeValue(forKey: "detail") != nil)
        #expect(reason.values == values.merging(["file": "a"]) { $1 })
    }

    @Test("other models are recognised by their tensors' names", arguments: [
        (["lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight"], ForeignModel.lora),
        (["unet.down_blocks.0.attentions.0.proj_in.lora_A.weight"], .lora),
        (["lora_unet_input_blocks_1_1_proj_in.hada_w1_a"], .lora),
        (["emb_params"], .textualInversion),
        (["control_model.input_blocks.0.0.weight"], .controlNet),
        (["controlnet_cond_embedding.conv_in.weight", "down_blocks.0.resnets.0.norm1.weight"], .controlNet),
        (["down_blocks.0.motion_modules.0.temporal_transformer.norm.weight"], .motionModule),
        (["image_proj.proj.weight", "ip_adapter.1.to_k_ip.weight"], .imageAdapter),
        (["decoder.conv_in.weight", "encoder.conv_in.weight"], .vae),
        (["text_model.encoder.layers.0.mlp.fc1.weight"], .textEncoder),
        (["down_blocks.0.resnets.0.norm1.weight", "conv_in.weight"], .unknown),
        (["down_blocks.0.resnets.0.spatial_res_block.norm1.weight", "up_blocks.0.resnets.0.norm1.weight"], .videoDiffusion),
            (
                ["model.diffusion_model.input_blocks.0.0.weight", "conditioner.embedders.1.model.ln_final.weight", "edm_mean", "edm_std"],
                .playground
            ),
        (["model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.label_emb.0.0.weight", "edm_vpred.sigma_max"], .cosXL),
        (["model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight"], .sd3),
        (["model.diffusion_model.double_blocks.0.img_attn.qkv.weight"], .flux),
            (
                [
                    "model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.label_emb.0.0.weight",
                    "cond_stage_model.model.ln_final.bias"
                ], .unCLIP
            ),
        (["something.else"], .unknown),
    ])
    func recognised(keys: [String], expected: ForeignModel) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            SafetensorsWriter.file(keys.map { RawTensor(key: $0, elementType: .u8, shape: [1], bytes: [0]) }), to: "other.safetensors")
        #expect(throws: CheckpointError.unsupportedModel(file: "other.safetensors", expected)) { try Checkpoint.open(path) }
    }

    @Test("a LoRA given as a model is explained")
    func message() {
        #expect(
            CheckpointError.unsupportedModel(file: "style.safetensors", .lora).description
                == "\"style.safetensors\" is a LoRA, not a checkpoint: it changes a model. Put it into ~/.local/share/easel/loras, or name "
                + "its folder with --loras, and write <lora:NAME:0.8> into the prompt.")
    }

    @Test(
        "a UNet for other inputs is named",
        arguments: [(8, ForeignModel.instructPix2Pix), (7, .upscaler), (5, .depth), (6, .otherInput(channels: 6))])
    func inputs(channels: Int, expected: ForeignModel) throws {
        let folder = try TemporaryFolder()
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.inChannels = channels
        let path = try tiny.writeSingleFile(in: folder)
        #expect(throws: CheckpointError.unsupportedModel(file: "tiny.safetensors", expected)) { try Checkpoint.open(path) }
    }

    @Test("other pipelines are named", arguments: [
            ("StableDiffusionXLInstructPix2PixPipeline", ForeignModel.instructPix2Pix), ("StableDiffusion3Pipeline", .sd3),
            ("FluxPipeline", .flux),
        ("KandinskyPipeline", .pipeline(name: "KandinskyPipeline")),
    ])
    func pipelines(name: String, expected: ForeignModel) throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"_class_name\": \"\(name)\"}", to: "other/model_index.json")
        #expect(throws: CheckpointError.unsupportedModel(file: "other", expected)) { try Checkpoint.open(folder.path + "/other") }
    }

    @Test("an inpainting model opens and is named", arguments: [TinyCheckpoint.minimal(), .sdxl(vocabularySize: 8)])
    func inpainting(tiny: TinyCheckpoint) throws {
        let folder = try TemporaryFolder()
        var tiny = tiny
        tiny.unet.inChannels = 9
        for path in [try tiny.writeSingleFile(in: folder), try tiny.writeFolder(in: folder)] {
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.refusal == nil && checkpoint.takesMaskedPicture)
            #expect(checkpoint.modelName == checkpoint.family.name + ", inpainting")
        }
    }

    @Test("a checkpoint without a VAE or a text encoder says so and what to do", arguments: [
        ("first_stage_model.", "VAE", ". Name one with --vae FILE, or use a complete checkpoint."),
        ("cond_stage_model.", "text encoder weights", ". Choose one with --text-encoder, or use a complete checkpoint."),
    ])
    func incomplete(prefix: String, component: String, remedy: String) throws {
        let folder = try TemporaryFolder()
        let tensors = TinyCheckpoint.minimal().singleFileTensors().filter { !$0.key.hasPrefix(prefix) }
        let path = try folder.write(SafetensorsWriter.file(tensors), to: "part.safetensors")
        #expect { try Checkpoint.open(path) } throws: { error in
            "\(error)" == "Checkpoint \"part.safetensors\" has no \(component) (no tensor begins with \"\(prefix)\")\(remedy)"
        }
    }
}
