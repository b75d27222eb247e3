import Files
import TestSupport
import Testing

@testable import Checkpoints

struct ConfigurationTests {
    /// Opens a folder in which one file has one value replaced or added.
    private func message(_ file: String, _ key: String, _ json: String) throws -> String {
        let folder = try TemporaryFolder()
        let path = try TinyCheckpoint.minimal().writeFolder(in: folder)
        let text = String(decoding: try OpenFile.contents(of: "\(path)/\(file)"), as: UTF8.self)
        let pattern = try Regex("\"\(key)\": (\\[[^\\]]*\\]|\"[^\"]*\"|[^,}]*)")
        let replaced =
            text.contains(pattern)
            ? text.replacing(pattern, with: "\"\(key)\": \(json)") : "{\"\(key)\": \(json), " + text.dropFirst()
        try folder.write(replaced, to: "tiny/\(file)")
        do {
            _ = try Checkpoint.open(path)
            return "opened"
        } catch {
            return error.description
        }
    }

    @Test("settings without code are refused by key and value", arguments: [
        ("unet/config.json", "class_embed_type", "\"timestep\"", "null"),
        ("unet/config.json", "addition_embed_type", "\"text_image\"", "null, \"text_time\""),
        ("unet/config.json", "act_fn", "\"gelu\"", "\"silu\", \"swish\""),
        ("unet/config.json", "mid_block_type", "\"UNetMidBlock2DSimple\"", "\"UNetMidBlock2DCrossAttn\", \"UNetMidBlock2D\", null"),
        ("unet/config.json", "down_block_types", "[\"CrossAttnDownBlock2D\", \"AttnDownBlock2D\"]", "CrossAttnDownBlock2D, DownBlock2D"),
        ("unet/config.json", "only_cross_attention", "true", "false"),
        ("unet/config.json", "conv_in_kernel", "5", "3"),
        ("unet/config.json", "cross_attention_dim", "[64, 32]", "one number"),
        ("unet/config.json", "_class_name", "\"UNet2DModel\"", "\"UNet2DConditionModel\""),
        ("vae/config.json", "_class_name", "\"AutoencoderTiny\"", "\"AutoencoderKL\""),
        ("vae/config.json", "up_block_types", "[\"A\", \"A\"]", "UpDecoderBlock2D"),
        ("vae/config.json", "latents_mean", "[0.0]", "null"),
        ("text_encoder/config.json", "hidden_act", "\"relu\"", "quick_gelu, gelu"),
        ("text_encoder/config.json", "model_type", "\"t5\"", "\"clip_text_model\", \"clip\""),
        ("scheduler/scheduler_config.json", "prediction_type", "\"flow\"", "epsilon, v_prediction, sample"),
        ("scheduler/scheduler_config.json", "beta_schedule", "\"squaredcos_cap_v2\"", "linear, scaled_linear"),
        ("scheduler/scheduler_config.json", "trained_betas", "[0.1]", "null"),
    ])
    func unsupported(file: String, key: String, json: String, supported: String) throws {
        let shown = json.replacing(",", with: ", ").replacing(",  ", with: ", ")
        #expect(try message(file, key, json) == "\"\(file)\" sets \(key) to \(shown), which is not supported yet. Supported: \(supported).")
    }

    @Test("absurd values are refused by key", arguments: [
        ("unet/config.json", "block_out_channels", "[0, 64]", "[0, 64]", "1 to 65536"),
        ("unet/config.json", "block_out_channels", "[32, -64]", "[32, -64]", "1 to 65536"),
        ("unet/config.json", "block_out_channels", "[1000000000000, 64]", "[1000000000000, 64]", "1 to 65536"),
        ("unet/config.json", "block_out_channels", "[]", "[]", "1 to 8 blocks"),
        ("unet/config.json", "block_out_channels", "null", "null", "a list of whole numbers"),
        ("unet/config.json", "block_out_channels", "[33, 64]", "33", "a multiple of 32 (norm_num_groups)"),
        ("unet/config.json", "attention_head_dim", "5", "5", "a number of heads that divides 32 channels"),
        ("unet/config.json", "attention_head_dim", "[8, 8, 8]", "[8, 8, 8]", "2 whole numbers, one per block"),
        ("unet/config.json", "time_cond_proj_dim", "3", "3", "4 to 65536"),
        ("unet/config.json", "time_cond_proj_dim", "\"256\"", "\"256\"", "a whole number"),
        ("unet/config.json", "layers_per_block", "100000", "100000", "1 to 16"),
        ("unet/config.json", "layers_per_block", "2.5", "2.5", "a whole number"),
        ("unet/config.json", "norm_eps", "-1", "-1", "0.0 to 1.0"),
        ("unet/config.json", "norm_eps", "NaN", "nan", "0.0 to 1.0"),
        ("unet/config.json", "use_linear_projection", "\"yes\"", "\"yes\"", "true or false"),
        ("unet/config.json", "down_block_types", "[\"DownBlock2D\"]", "[\"DownBlock2D\"]", "2 block types"),
        ("vae/config.json", "latent_channels", "99999999999999999999", "1e+20", "a whole number"),
        ("vae/config.json", "scaling_factor", "0", "0", "1e-06 to 1000000.0"),
        ("text_encoder/config.json", "num_attention_heads", "3", "3", "a number of heads that divides 64 (hidden_size)"),
        ("text_encoder/config.json", "vocab_size", "1000000000000", "1000000000000", "1 to 10000000"),
        ("scheduler/scheduler_config.json", "num_train_timesteps", "0", "0", "2 to 1000000"),
        ("scheduler/scheduler_config.json", "steps_offset", "1000", "1000", "0 to 999"),
    ])
    func invalid(file: String, key: String, json: String, shown: String, expected: String) throws {
        #expect(try message(file, key, json) == "\"\(file)\" gives \(shown) for \(key), which no model can have. Expected: \(expected).")
    }

    @Test("networks that do not fit each other are refused")
    func mismatch() throws {
        #expect(
            try message("unet/config.json", "cross_attention_dim", "96")
                == "\"unet/diffusion_pytorch_model.safetensors\" gives 96 for cross_attention_dim, which no model can have. "
                    + "Expected: 64, the width of the text encoder."
        )
    }

    @Test("a configuration that is not JSON is refused with the place")
    func notJSON() throws {
        let folder = try TemporaryFolder()
        let path = try TinyCheckpoint.minimal().writeFolder(in: folder)
        try folder.write("{\"a\": }", to: "tiny/vae/config.json")
        #expect(throws: CheckpointError.notJSON(file: "vae/config.json", position: 6, expected: "a value")) { try Checkpoint.open(path) }
        try folder.write("[]", to: "tiny/vae/config.json")
        #expect(throws: CheckpointError.notJSON(file: "vae/config.json", position: 0, expected: "an object")) { try Checkpoint.open(path) }
    }

    @Test("null and missing keys mean diffusers' defaults, and lists are read per block")
    func defaults() throws {
        let unet = try UNetConfiguration(
            ConfigurationFile(
                name: "unet/config.json",
                members: [
                    "block_out_channels": .array([320, 640]), "down_block_types": .array(["DownBlock2D", "CrossAttnDownBlock2D"]),
                    "up_block_types": .array(["CrossAttnUpBlock2D", "UpBlock2D"]), "attention_head_dim": .array([5, 10]),
                    "num_attention_heads": nil,
                    "cross_attention_dim": .array([768, 768]), "transformer_layers_per_block": .array([1, 2]),
                ]))
        #expect(
            unet.blocks == [
                .init(channels: 320, hasAttention: false, headCount: 5),
                .init(channels: 640, hasAttention: true, headCount: 10, transformerDepth: 2)
            ])
        #expect(unet.crossAttentionWidth == 768 && unet.inChannels == 4 && unet.normGroups == 32 && !unet.usesLinearProjection)
    }

    @Test("a number of heads comes before diffusers' misnamed key")
    func headCount() throws {
        let unet = try UNetConfiguration(
            ConfigurationFile(
                name: "unet/config.json",
                members: [
                    "block_out_channels": .array([64]), "down_block_types": .array(["DownBlock2D"]),
                    "up_block_types": .array(["UpBlock2D"]),
                    "attention_head_dim": 8, "num_attention_heads": 2, "cross_attention_dim": 64,
                ]))
        #expect(unet.blocks[0].headCount == 2)
    }
}
