import Checkpoints
import Foundation
import GraphIR
import Networks
import OpenVINO
import Tensors
import TestSupport
import Testing

/// Upscalers and tiny VAEs against torch, in f32 on the CPU plugin.
struct UpscalerTests {
    /// Tests/Fixtures/upscalers/make_upscalers.py wrote it.
    private struct Reference: Decodable {
        struct Upscaler: Decodable {
            let tensors: [String: [Int]]
            let output: ReferenceNumbers.Case.Output
            /// Other names of the same tensors.
            let names: [[String: String]]?
        }
        struct Tiny: Decodable {
            let tensors: [String: [Int]]
            let encoded, decoded: ReferenceNumbers.Case.Output
        }
        let upscalers: [String: Upscaler]
        let taesd: Tiny
    }

    /// Each of some forty layers rounds to 6e-8, and both sides add in another order. SPAN-4x has its own bound below.
    private let tolerance: Float = 1e-5
    private let folder: TemporaryFolder
    private let reference: Reference

    init() throws {
        folder = try TemporaryFolder()
        reference = try Fixture.decode(from: "upscalers/expected.json")
    }

    private func compile(_ network: Network, _ files: [CheckpointFile]) throws -> CompiledModel {
        let memory = try MappedWeights(files, of: "network", appending: network.graph.literals)
        let core = try Core()
        let model = try core.readModel(xml: network.graph.xml, weights: Tensor(bytes: memory.bytes, owner: memory))
        return try core.compile(model, device: "CPU", properties: [Property(.inferencePrecision, .f32)])
    }

    /// What a file's network makes of the script's picture.
    private func upscale(_ file: NetworkFile<UpscalerConfiguration>, _ shape: InputShape = InputShape()) throws -> NDArray {
        let network = try Network.upscaler(
            file.network.configuration, shape: shape, weights: file.network.weights, weightsByteCount: file.mappedByteCount)
        #expect(network.unused(in: file.network.weights) == [])
        var request = try compile(network, file.files).makeInferRequest()
        try request.setInput("picture", to: ReferenceNumbers.noise([1, 3, 8, 12], salt: 6).map { ($0 + 2) / 4 })
        try request.inferBlocking()
        return try request.output("upscaled")
    }

    private func write(_ name: String, names: [String: String] = [:]) throws -> String {
        let upscaler = try #require(reference.upscalers[name])
        let tensors = SyntheticWeights.tensors(upscaler.tensors, prefix: name + ".", names: names)
        return try folder.write(SafetensorsWriter.file(tensors), to: "\(name).safetensors")
    }

    @Test("the formula of the weights is the script's")
    func formula() {
        #expect(SyntheticWeights.values("controlnet.conv_in.bias", [4]) == [-0.034279127, 0.0300016, -0.016263032, 0.039375544])
    }

    @Test("upscalers are known by their shapes and compute what torch computes", arguments: [
        ("rrdb-4x", .esrgan(blocks: 1, growth: 4, upsamplings: 2, unshuffle: 1), 4),
        ("rrdb-2x-unshuffle", .esrgan(blocks: 2, growth: 4, upsamplings: 2, unshuffle: 2), 2),
        ("rrdb-2x", .esrgan(blocks: 1, growth: 4, upsamplings: 1, unshuffle: 1), 2),
        ("rrdb-1x", .esrgan(blocks: 1, growth: 4, upsamplings: 0, unshuffle: 1), 1),
        ("rrdb-8x", .esrgan(blocks: 1, growth: 4, upsamplings: 3, unshuffle: 1), 8),
        ("rrdb-1x-unshuffle", .esrgan(blocks: 1, growth: 4, upsamplings: 2, unshuffle: 4), 1),
        ("compact-4x", .compact(convolutions: 4), 4), ("compact-2x", .compact(convolutions: 3), 2),
        ("compact-1x", .compact(convolutions: 3), 1),
        ("span-4x", .span(isNormalized: true), 4), ("span-2x", .span(isNormalized: false), 2),
    ] as [(String, UpscalerConfiguration.Kind, Int)])
    func upscalers(name: String, kind: UpscalerConfiguration.Kind, scale: Int) throws {
        // Numbers of ±127 go through seven blocks: torch's own single precision is 2e-5 beside its double precision.
        let tolerance = name == "span-4x" ? 1e-4 : tolerance
        let expected = try #require(reference.upscalers[name])
        let file = try NetworkFile(upscaler: write(name))
        let configuration = file.network.configuration
        #expect(configuration.kind == kind && configuration.scale == scale && configuration.width == 8)
        #expect(try upscale(file).error(against: expected.output) <= tolerance)
        let fixed = InputShape(batch: 1, height: 8, width: 12)
        #expect(try upscale(file, fixed).error(against: expected.output) <= tolerance)
    }

    @Test("ESRGAN's older names mean the same", arguments: ["rrdb-4x", "rrdb-1x"], [0, 1])
    func olderNames(name: String, form: Int) throws {
        let expected = try #require(reference.upscalers[name])
        let names = try #require(expected.names)[form]
        #expect(Set(names.values).isDisjoint(with: names.keys.filter { $0.hasPrefix("body.") }))
        let file = try NetworkFile(upscaler: write(name, names: names))
        #expect(try upscale(file).error(against: expected.output) <= tolerance)
    }

    @Test("an upscaler is read from torch's own file, also where a weight does not lie row by row")
    func torchFile() throws {
        let file = try NetworkFile(upscaler: Fixture.url("upscalers/compact-2x.pth").path)
        #expect(file.name == "compact-2x")
        #expect(try upscale(file).error(against: #require(reference.upscalers["compact-2x"]).output) <= tolerance)
    }

    @Test("other networks are refused by what they are", arguments: [
        (["layers.0.residual_group.blocks.0.attn.relative_position_index", "conv_first.weight"], "is a SwinIR model."),
        (["layers.0.residual_group.blocks.0.attn.logit_scale"], "is a Swin2SR model."),
        (["layers.0.residual_group.overlap_attn.relative_position_bias_table"], "is a HAT model."),
        (["before_RG.1.weight", "layers.0.blocks.0.norm1.weight"], "is a DAT model."),
        (["before_RG.1.weight", "layers.0.blocks.0.gamma"], "is an RGT model."),
        (["feats.0.weight", "feats.1.lk.conv.weight"], "is a PLKSR model."), (["m_head.0.weight", "m_tail.0.weight"], "is a SCUNet model."),
        (["stylegan_decoder.style_mlp.1.weight"], "is a GFPGAN model."),
        (["position_emb", "quantize.embedding.weight"], "is a CodeFormer model."),
        (["model.0.weight", "model.1.sub.0.RDB1.conv1.0.weight", "model.1.sub.0.RDB1.conv1x1.weight"], "is an ESRGAN+ model."),
        (["other.weight"], "is no upscaler that Easel knows."),
    ])
    func foreign(keys: [String], what: String) throws {
        let tensors = keys.map { RawTensor(key: $0, elementType: .f32, shape: [1], bytes: [0, 0, 0, 0]) }
        let path = try folder.write(SafetensorsWriter.file(tensors), to: "x.safetensors")
        #expect { try NetworkFile(upscaler: path) } throws: {
            "\($0)" == "\"x.safetensors\" \(what) Easel reads ESRGAN, Real-ESRGAN, Compact and SPAN."
        }
    }

    @Test("an upscaler with a tensor too many, too few or of another size is refused")
    func irregular() throws {
        func refusal(_ change: (inout [String: [Int]]) -> Void) throws -> CheckpointError? {
            var shapes = try #require(reference.upscalers["rrdb-2x"]).tensors
            change(&shapes)
            let path = try folder.write(SafetensorsWriter.file(SyntheticWeights.tensors(shapes, prefix: "")), to: "x.safetensors")
            do {
                let network = try NetworkFile(upscaler: path).network
                _ = try Network.upscaler(network.configuration, weights: network.weights, weightsByteCount: 0)
                return nil
            } catch {
                return error
            }
        }
        #expect(try refusal { _ in } == nil)
        #expect(
            try refusal { $0["attention.weight"] = [8] }
                == .unknownTensors(file: "x.safetensors", component: "upscaler", keys: ["attention.weight"]))
        let first = "conv_first.weight"
        for (key, shape) in [("conv_hr.bias", nil), ("conv_hr.bias", [9]), (first, [8, 4, 3, 3]), (first, [8])] as [(String, [Int]?)] {
            #expect(try refusal { $0[key] = shape } != nil, "\(key)")
        }
    }

    @Test("tiles with as much context as the network sees give what the whole picture gives, and without it they do not")
    func tiles() throws {
        let file = try NetworkFile(upscaler: write("compact-2x"))
        let model = try compile(
            .upscaler(file.network.configuration, weights: file.network.weights, weightsByteCount: file.mappedByteCount), file.files)
        func upscale(_ picture: NDArray) throws -> NDArray {
            var request = try model.makeInferRequest()
            try request.setInput("picture", to: picture)
            try request.inferBlocking()
            return try request.output("upscaled")
        }
        let picture = ReferenceNumbers.noise([1, 3, 20, 33], salt: 6).map { ($0 + 2) / 4 }
        let whole = try upscale(picture)
        let plan = TilePlan(height: 20, width: 33, tile: 16, overlap: 8)
        #expect(plan.count == 2 * 4)
        // Three convolutions see three pixels.
        for (context, isEnough) in [(3, true), (0, false)] {
            var blender = TileBlender(plan, scale: 2, context: context)
            for index in 0..<plan.count { blender.add(try upscale(picture.tile(plan[index]))) }
            let result = try #require(blender.result)
            let error = zip(result.values, whole.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
            #expect(result.shape == whole.shape && (isEnough ? error <= 1e-5 : error > 1e-2), "\(error)")
        }
    }

    // MARK: Tiny VAEs

    private enum TinyForm: CaseIterable { case diffusers, author, comfyUI }

    private func tinyFiles(_ form: TinyForm) throws -> [String] {
        let shapes = reference.taesd.tensors
        func original(_ half: String, _ key: String) -> String? {
            guard key.hasPrefix("\(half).layers.") else { return nil }
            let parts = key.dropFirst("encoder.layers.".count).split(separator: ".", maxSplits: 1)
            return Int(parts[0]).map { "\(half == "encoder" ? $0 : $0 + 1).\(parts[1])" }
        }
        func write(_ name: String, _ names: [String: String]) throws -> String {
            let tensors = SyntheticWeights.tensors(shapes.filter { names[$0.key] != nil }, prefix: "taesd.", names: names)
            return try folder.write(SafetensorsWriter.file(tensors), to: name)
        }
        let halves = ["encoder", "decoder"].map { half in
            Dictionary(uniqueKeysWithValues: shapes.keys.compactMap { key in original(half, key).map { (key, $0) } })
        }
        switch form {
        case .diffusers: return [try write("taesd.safetensors", .init(uniqueKeysWithValues: shapes.keys.map { ($0, $0) }))]
        case .author: return [try write("taesd_encoder.safetensors", halves[0]), try write("taesd_decoder.safetensors", halves[1])]
        case .comfyUI:
            let names = halves[0].mapValues { "taesd_encoder." + $0 }.merging(halves[1].mapValues { "taesd_decoder." + $0 }) { $1 }
            return [try write("taesd.safetensors", names)]
        }
    }

    @Test("a tiny VAE encodes and decodes what diffusers does, under all names", arguments: TinyForm.allCases)
    private func tiny(form: TinyForm) throws {
        let file = try NetworkFile(tinyAutoencoder: tinyFiles(form))
        let (configuration, weights) = (file.network.configuration, file.network.weights)
        #expect(configuration.latentChannels == 4 && configuration.width == 64 && configuration.hasEncoder && configuration.hasDecoder)
        let decoder = try Network.tinyDecoder(configuration, weights: weights, weightsByteCount: file.mappedByteCount)
        let encoder = try Network.tinyEncoder(configuration, weights: weights, weightsByteCount: file.mappedByteCount)
        #expect(Network.unusedTensors(of: weights, by: [encoder, decoder]) == [])

        var request = try compile(decoder, file.files).makeInferRequest()
        try request.setInput("latents", to: 2 * ReferenceNumbers.noise([1, 4, 4, 6], salt: 3))
        try request.inferBlocking()
        #expect(try request.output("image").error(against: reference.taesd.decoded) <= tolerance)

        request = try compile(encoder, file.files).makeInferRequest()
        try request.setInput("image", to: ReferenceNumbers.noise([1, 3, 32, 48], salt: 4) / 2)
        try request.inferBlocking()
        #expect(try request.output("latents").error(against: reference.taesd.encoded) <= tolerance)
    }

    @Test("half a tiny VAE is one, too, and other networks are none")
    func tinyHalf() throws {
        let decoder = try NetworkFile(tinyAutoencoder: [tinyFiles(.author)[1]]).network.configuration
        #expect(decoder.hasDecoder && !decoder.hasEncoder && decoder.latentChannels == 4)
        let encoder = try NetworkFile(tinyAutoencoder: [tinyFiles(.author)[0]]).network.configuration
        #expect(!encoder.hasDecoder && encoder.hasEncoder && encoder.latentChannels == 4)
        #expect(throws: CheckpointError.unsupportedModel(file: "rrdb-1x.safetensors", .foreignTinyVAE)) {
            try NetworkFile(tinyAutoencoder: [write("rrdb-1x")])
        }
        // FLUX.2's has more in its blocks.
        var shapes = reference.taesd.tensors
        shapes["decoder.layers.2.pool.0.weight"] = [256, 64, 1, 1]
        let path = try folder.write(SafetensorsWriter.file(SyntheticWeights.tensors(shapes, prefix: "")), to: "taef2.safetensors")
        #expect(throws: CheckpointError.unsupportedModel(file: "taef2.safetensors", .foreignTinyVAE)) {
            try NetworkFile(tinyAutoencoder: [path])
        }
    }
}
