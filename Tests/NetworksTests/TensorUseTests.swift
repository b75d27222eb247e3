import Checkpoints
import GraphIR
import Networks
import Tensors
import Testing
import TestSupport

/// What a network reads from a checkpoint.
struct TensorUseTests {
    private let tiny: TinyCheckpoint
    private var unet: StoredNetwork<UNetConfiguration> { tiny.checkpoint.unet }

    init() throws { tiny = try TinyCheckpoint("sd1") }

    @Test("a complete checkpoint is used to its last tensor", arguments: ["sd1", "sd2"])
    func everything(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let (text, unet, vae) = (tiny.checkpoint.textEncoders[0], tiny.checkpoint.unet, tiny.checkpoint.vae)
        #expect(try Network.textEncoder(text.configuration, weights: text.weights, weightsByteCount: 0).unused(in: text.weights) == [])
        #expect(try Network.unet(unet.configuration, weights: unet.weights, weightsByteCount: 0).unused(in: unet.weights) == [])
        let encoder = try Network.vaeEncoder(vae.configuration, weights: vae.weights, weightsByteCount: 0)
        let decoder = try Network.vaeDecoder(vae.configuration, weights: vae.weights, weightsByteCount: 0)
        #expect(Network.unusedTensors(of: vae.weights, by: [encoder, decoder]) == [])
        #expect(decoder.unused(in: vae.weights).allSatisfy { $0.hasPrefix("encoder.") || $0.hasPrefix("quant_conv.") })
    }

    @Test("a tensor that no layer reads is reported by name")
    func extra() throws {
        let weights = changed { $0["extra.weight"] = StoredTensor(key: "extra.weight", elementType: .f32, shape: [1], offset: 0) }
        let network = try Network.unet(unet.configuration, weights: weights, weightsByteCount: 0)
        #expect(network.unused(in: weights) == ["extra.weight"])
    }

    @Test("a missing tensor is reported by name", arguments: [
        "conv_in.weight", "time_embedding.linear_2.bias", "down_blocks.0.attentions.1.transformer_blocks.0.ff.net.0.proj.bias",
        "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight", "up_blocks.0.resnets.2.conv_shortcut.weight",
    ])
    func missing(name: String) throws {
        let weights = changed { $0[name] = nil }
        #expect { try Network.unet(unet.configuration, weights: weights, weightsByteCount: 0) } throws: {
            guard case .missingTensor(_, name: let missing, _, _) = $0 as? CheckpointError else { return false }
            return missing == name
        }
    }

    @Test("a tensor of the wrong shape is reported by name")
    func shape() throws {
        let name = "conv_out.bias"
        let weights = changed { $0[name]?.shape = [5] }
        #expect { try Network.unet(unet.configuration, weights: weights, weightsByteCount: 0) } throws: {
            guard case .wrongShape(_, name: let wrong, _, _, _, _) = $0 as? CheckpointError else { return false }
            return wrong == name
        }
    }

    @Test("stored weights reach the graph in the file's precision and place")
    func place() throws {
        let tensor = try #require(unet.weights["conv_in.weight"])
        let xml = try Network.unet(unet.configuration, weights: unet.weights, weightsByteCount: 0).graph.xml
        #expect(
            xml.contains(
                "name=\"conv_in.weight\" type=\"Const\" version=\"opset1\"><data element_type=\"f16\" shape=\"8,4,3,3\" "
                    + "offset=\"\(tensor.offset)\" size=\"576\"/>"
            ))
    }

    private func changed(_ change: (inout [String: StoredTensor]) -> Void) -> ComponentWeights {
        var tensors = Dictionary(uniqueKeysWithValues: unet.weights.names.map { ($0, unet.weights[$0]) })
            .compactMapValues { $0 }
        change(&tensors)
        return ComponentWeights(component: "UNet", tensors: tensors)
    }
}
