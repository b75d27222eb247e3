import Foundation
import Generation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Damaged files of changes are refused, or change what fits; a crash fails the whole run.
///
/// `EASEL_MUTATIONS` sets another count for a long run.
struct LoRAMutationTests {
    private static let count = ProcessInfo.processInfo.environment["EASEL_MUTATIONS"].flatMap(Int.init) ?? 2000

    /// Entries of every algorithm for small layers.
    private static func entries() -> [RawTensor] {
        let block = "unet.down_blocks.0.attentions.0.transformer_blocks.0"
        let shapes: [(String, [Int])] = [
            ("\(block).attn1.to_q.lora_A.weight", [4, 32]), ("\(block).attn1.to_q.lora_B.weight", [32, 4]),
            ("\(block).attn1.to_q.alpha", []), ("\(block).attn1.to_q.dora_scale", [1, 32]),
            ("\(block).attn1.to_k.hada_w1_a", [32, 2]), ("\(block).attn1.to_k.hada_w1_b", [2, 32]),
            ("\(block).attn1.to_k.hada_w2_a", [32, 2]), ("\(block).attn1.to_k.hada_w2_b", [2, 32]),
            ("\(block).attn1.to_v.lokr_w1", [4, 4]), ("\(block).attn1.to_v.lokr_w2_a", [8, 2]), ("\(block).attn1.to_v.lokr_w2_b", [2, 8]),
            ("\(block).attn1.to_out.0.weight", [32]), ("\(block).attn1.to_out.0.on_input", []),
            ("\(block).attn2.to_q.a1.weight", [32, 2]), ("\(block).attn2.to_q.a2.weight", [2, 32]),
            ("\(block).attn2.to_q.b1.weight", [32, 2]), ("\(block).attn2.to_q.b2.weight", [2, 32]),
            ("\(block).attn2.to_k.oft_blocks", [4, 8, 8]), ("\(block).attn2.to_k.rescale", [32, 1]), ("\(block).attn2.to_k.alpha", []),
            ("\(block).attn2.to_v.oft_blocks", [2, 8, 4, 4]), ("\(block).attn2.to_out.0.diff", [32, 32]),
            ("\(block).attn2.to_out.0.diff_b", [32]), ("\(block).norm1.w_norm", [32]), ("\(block).norm1.b_norm", [32]),
            ("unet.conv_in.lora_down.weight", [2, 4, 1, 1]), ("unet.conv_in.lora_mid.weight", [2, 2, 3, 3]),
            ("unet.conv_in.lora_up.weight", [32, 2, 1, 1]), ("unet.conv_in.magnitude", [32]),
            ("unet.conv_out.hada_t1", [2, 2, 3, 3]), ("unet.conv_out.hada_w1_a", [2, 4]), ("unet.conv_out.hada_w1_b", [2, 32]),
            ("unet.conv_out.hada_t2", [2, 2, 3, 3]), ("unet.conv_out.hada_w2_a", [2, 4]), ("unet.conv_out.hada_w2_b", [2, 32]),
            ("text_encoder.encoder.layers.0.mlp.fc1.set_weight", [128, 64]), ("bundle_emb.word.string_to_param.*", [2, 64]),
        ]
        return shapes.map { RawTensor(random: $0.0, $0.1) }
    }

    private static func apply(_ file: LoRAFile, to checkpoint: Checkpoint, _ names: LayerNames) throws {
        let changes = file.changes(of: checkpoint, names)
        #expect(changes.appliedCount + changes.unapplied.count == changes.tensorCount && changes.appliedCount >= 0)
        for (network, layers) in changes.layers {
            let weights = checkpoint.weights(of: network)
            for (name, change) in layers {
                let stored = try #require(weights.weight(of: name))
                let weight = [Float](repeating: 0.5, count: stored.elementCount)
                let delta = change.delta(of: weight, shape: stored.shape, rankLimit: 3)
                #expect(delta.weight.map(\.count) ?? weight.count == weight.count)
                #expect(delta.bias.map(\.count) ?? 0 == (delta.bias == nil ? 0 : weights["\(name).bias"]?.elementCount))
                guard let factors = change.factors(rankLimit: 3) else { continue }
                #expect(factors.rank <= LayerChange.largestRank && factors.up.shape == [stored.shape[0], factors.rank])
            }
        }
    }

    @Test("no damage to a file's header or names makes applying it crash")
    func bytes() throws {
        let folder = try TemporaryFolder()
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let names = LayerNames(checkpoint)
        let adapter = #"{"unet.lora_alpha": 8, "unet.use_rslora": true, "unet.alpha_pattern": {"attn1.to_k": 3}}"#
        let original = SafetensorsWriter.file(
            Self.entries(), metadata: ["lora_adapter_metadata": adapter, "ss_tag_frequency": #"{"a": {"b": 1}}"#, "sshs_model_hash": "ab"])
        let whole = try LoRAFile(path: folder.write(original, to: "mutated.safetensors"))
        let changes = whole.changes(of: checkpoint, names)
        // "magnitude" is no part that files have.
        #expect(changes.unapplied.map(\.key) == ["unet.conv_in.magnitude"])
        #expect(Set(changes.layers.values.flatMap(\.values).map(\.algorithm)).count == 9)
        var mutator = Mutator(seed: 11)
        for _ in 0..<Self.count {
            let path = try folder.write(mutator.mutate(original), to: "mutated.safetensors")
            guard let file = try? LoRAFile(path: path) else { continue }
            _ = (file.metadata.triggerWords, file.metadata.baseModel, file.metadata.dim)
            try Self.apply(file, to: checkpoint, names)
        }
    }

    @Test("no shapes, however absurd, make applying a file crash or take much memory")
    func shapes() throws {
        let folder = try TemporaryFolder()
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let names = LayerNames(checkpoint)
        let original = Dictionary(uniqueKeysWithValues: Self.entries().map { ($0.key, $0.shape) })
        var mutator = Mutator(seed: 12)
        for _ in 0..<Self.count / 2 {
            var shapes = original
            for _ in 0..<mutator.below(4) + 1 { mutator.mutate(&shapes) }
            // Numbers are read from a hole in the file, so that absurd tensors take no room on disk.
            var end = 0
            let members = shapes.sorted { $0.key < $1.key }.map { key, shape in
                let begin = end
                end += shape.reduce(2) { $0.multipliedReportingOverflow(by: $1).partialValue & 0xFFFF_FFFF }
                return SafetensorsWriter.member(key, "F16", shape, begin, end)
            }
            let path = try folder.write(
                SafetensorsWriter.file(header: "{\(members.joined(separator: ","))}"), followedByHoleOf: end, to: "mutated.safetensors")
            guard let file = try? LoRAFile(path: path) else { continue }
            try Self.apply(file, to: checkpoint, names)
        }
    }
}
