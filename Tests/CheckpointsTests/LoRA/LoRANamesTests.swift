import Foundation
import Generation
import Tensors
import Testing
import TestSupport

@testable import Checkpoints

/// The ways in which programs write the layers that they change.
@Suite("Names of layers in LoRA files")
struct LoRANamesTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// The layers of a true-size model's UNet, by diffusers' names and by the original release's; see Fixtures/checkpoints/make_names.py.
    private func unetLayers(_ family: Family) throws -> [(name: String, original: String)] {
        try String(contentsOf: Fixture.url("checkpoints/names_\(family.rawValue).tsv"), encoding: .utf8).split(separator: "\n").compactMap {
            let fields = $0.split(separator: "\t").map(String.init)
            guard fields[0] == "unet", fields[1].hasSuffix(".weight") else { return nil }
            let original = try #require(fields[2].split(separator: "model.diffusion_model.").first)
            return (String(fields[1].dropLast(7)), String(original.dropLast(7)))
        }
    }

    /// A checkpoint whose UNet has the layers of a released model, and nearly no channels.
    private func checkpoint(_ family: Family) throws -> Checkpoint {
        var tiny = family == .sd1 ? TinyCheckpoint.sd1(vocabularySize: 4) : .sd2(vocabularySize: 4)
        tiny.unet.blocks = [1, 2, 3, 3].enumerated().map { level, width in
            .init(
                channels: (family == .sd1 ? 32 : 64) * width, hasAttention: level < 3, headCount: family == .sd1 ? 8 : width)
        }
        return try Checkpoint.open(tiny.writeSingleFile(in: folder))
    }

    @Test("each layer of a UNet is found by every way of writing it", arguments: [Family.sd1, .sd2])
    func unet(family: Family) throws {
        let names = LayerNames(try checkpoint(family))
        let layers = try unetLayers(family)
        #expect(layers.count == 391)
        for (name, original) in layers {
            let (flat, flatOriginal) = (name.replacing(".", with: "_"), original.replacing(".", with: "_"))
            var ways = [
                "lora_unet_\(flat)", "lora_unet_\(flatOriginal)", "oft_unet_\(flat)", "oft_unet_\(flatOriginal)", "lycoris_unet_\(flat)",
                "unet.\(name)", "diffusion_model.\(original)", "model.diffusion_model.\(original)", name,
            ]
            if name.hasSuffix(".to_out.0") { ways += ["unet." + name.dropLast(2), String(name.dropLast(2))] }
            for way in ways { #expect(names[way] == LayerPlace(network: .denoiser, name: name), "\(way)") }
        }
        #expect(names["lora_unet_nothing"] == nil && names["unet."] == nil && names[""] == nil)
    }

    @Test("the layers of a text encoder are found by transformers' names under each prefix that its family has", arguments: [
        (TinyCheckpoint.sd1(vocabularySize: 4), [["lora_te_", "lora_te1_", "lycoris_te_"]], ["text_encoder"]),
        (.sd2(vocabularySize: 4), [["lora_te_", "lora_te1_"]], ["text_encoder"]),
        (.sdxl(vocabularySize: 4), [["lora_te1_"], ["lora_te2_"]], ["text_encoder", "text_encoder_2"]),
        (.sdxlRefiner(vocabularySize: 4), [["lora_te2_", "lora_te_", "lora_te1_"]], ["text_encoder_2"]),
    ])
    func textEncoders(tiny: TinyCheckpoint, prefixes: [[String]], folders: [String]) throws {
        for path in [try tiny.writeSingleFile(in: folder), try tiny.writeFolder(in: folder)] {
            let checkpoint = try Checkpoint.open(path)
            let names = LayerNames(checkpoint)
            for (index, encoder) in tiny.textEncoders.enumerated() {
                var layers = (0..<encoder.layerCount).flatMap { layer in
                    [
                        "layer_norm1", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "layer_norm2",
                        "mlp.fc1", "mlp.fc2",
                    ].map { "encoder.layers.\(layer).\($0)" }
                }
                layers += ["final_layer_norm", "embeddings.token_embedding"]
                for layer in layers {
                    let place = LayerPlace(network: .text(index), name: layer)
                    for prefix in prefixes[index] {
                        #expect(names[prefix + "text_model_" + layer.replacing(".", with: "_")] == place)
                    }
                    for middle in [".", ".text_model."] {
                        #expect(names[folders[index] + middle + layer] == place)
                        let early = layer.replacing("self_attn.", with: "self_attn.to_").replacing("_proj", with: "")
                        if layer.contains("self_attn") { #expect(names[folders[index] + middle + early] == place) }
                    }
                    #expect(checkpoint.weights(of: .text(index)).weight(of: layer) != nil)
                }
                guard encoder.projectionWidth != nil else { continue }
                #expect(names["lora_te2_text_projection"] == LayerPlace(network: .text(index), name: "text_projection"))
            }
            if tiny.textEncoders.count == 2 { #expect(names["lora_te_text_model_encoder_layers_0_mlp_fc1"] == nil) }
        }
    }

    @Test("Stable Diffusion XL's layers as files of known trainers name them", arguments: [
        ("lora_unet_input_blocks_4_1_proj_in", "down_blocks.1.attentions.0.proj_in"),
        ("lora_unet_input_blocks_7_1_transformer_blocks_1_attn1_to_q", "down_blocks.2.attentions.0.transformer_blocks.1.attn1.to_q"),
        ("lora_unet_middle_block_1_transformer_blocks_0_ff_net_0_proj", "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj"),
        ("lora_unet_output_blocks_0_1_transformer_blocks_0_attn2_to_out_0", "up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0"),
        ("lora_unet_output_blocks_2_2_conv", "up_blocks.0.upsamplers.0.conv"),
        ("lora_unet_input_blocks_3_0_op", "down_blocks.0.downsamplers.0.conv"),
        ("lora_unet_label_emb_0_2", "add_embedding.linear_2"),
        ("lora_unet_time_embed_0", "time_embedding.linear_1"),
        ("lora_unet_input_blocks_1_0_emb_layers_1", "down_blocks.0.resnets.0.time_emb_proj"),
        ("lora_unet_output_blocks_5_0_skip_connection", "up_blocks.1.resnets.2.conv_shortcut"),
        ("lora_unet_up_blocks_1_attentions_1_proj_out", "up_blocks.1.attentions.1.proj_out"),
        ("diffusion_model.out.2", "conv_out"),
    ])
    func sdxl(way: String, name: String) throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.sdxl(vocabularySize: 4).writeSingleFile(in: folder))
        #expect(LayerNames(checkpoint)[way] == LayerPlace(network: .denoiser, name: name))
    }

    @Test("a tensor's name is the layer's and the part's", arguments: [
        ("lora_unet_conv_in.lora_up.weight", "lora_unet_conv_in", "lora_up.weight"),
        ("lora_unet_conv_in.alpha", "lora_unet_conv_in", "alpha"),
        ("unet.a.b.lora_A.weight", "unet.a.b", "lora_down.weight"),
        ("unet.a.b.lora_B.default.weight", "unet.a.b", "lora_up.weight"),
        ("unet.a.b.lora_magnitude_vector", "unet.a.b", "magnitude"),
        ("unet.a.b.lora_magnitude_vector.weight", "unet.a.b", "magnitude"),
        ("unet.a.b.lora.down.weight", "unet.a.b", "lora_down.weight"),
        ("text_encoder.a.self_attn.q_proj.lora_linear_layer.up.weight", "text_encoder.a.self_attn.q_proj", "lora_up.weight"),
        ("unet.a.attn1.processor.to_q_lora.down.weight", "unet.a.attn1.to_q", "lora_down.weight"),
        ("a.attn1.processor.to_out_lora.up.weight", "a.attn1.to_out", "lora_up.weight"),
        ("text_encoder.a.self_attn.to_q_lora.down.weight", "text_encoder.a.self_attn.to_q", "lora_down.weight"),
        ("x.hada_w1_a", "x", "hada_w1_a"), ("x.lokr_w2", "x", "lokr_w2"), ("x.lokr_t2", "x", "lokr_t2"), ("x.diff_b", "x", "diff_b"),
        ("x.a1.weight", "x", "a1.weight"), ("x.bm.weight", "x", "bm.weight"), ("x.weight", "x", "weight"), ("x.on_input", "x", "on_input"),
        ("x.set_weight", "x", "set_weight"), ("x.w_norm", "x", "w_norm"), ("x.dora_scale", "x", "dora_scale"),
        ("x.bias", nil, ""), (".alpha", nil, ""), ("alpha", nil, ""), ("", nil, ""),
    ] as [(String, String?, String)])
    func keys(key: String, layer: String?, part: String) {
        let split = LoRAKey(key)
        #expect(split?.layer == layer)
        if layer != nil { #expect(split?.part == part) }
    }
}
