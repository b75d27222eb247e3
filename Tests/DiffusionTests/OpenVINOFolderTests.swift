import Checkpoints
import Compilation
import Diffusion
import Foundation
import Generation
import GraphIR
import Networks
import Sampling
import TestSupport
import Testing

/// Folders of graphs for OpenVINO. `AgreementTests` compares networks that optimum-intel exported with what diffusers computes; here are
/// graphs of Easel's own under the exporter's names.
@Suite("Folders of graphs for OpenVINO")
struct OpenVINOFolderTests {
    private let folder: TemporaryFolder
    private let original: String

    init() throws {
        folder = try TemporaryFolder()
        original = try TinyCheckpoint.sd1().writeFolder(in: folder, name: "original")
    }

    /// Writes the networks of the checkpoint as an exporter would.
    /// - Parameters:
    ///   - shape: of the UNet and of the VAE's decoder.
    ///   - countsOnTokens: the UNet has a list of numbers with 77 in it.
    private func export(
        shape: InputShape = InputShape(), encoder: Bool = true, clipSkip: Bool = true, countsOnTokens: Bool = false
    ) throws -> String {
        let checkpoint = try Checkpoint.open(original)
        let names: [(NetworkID, String, [(String, String)])] = [
            (.text(0), "text_encoder", clipSkip ? [] : [("normalized_states", "other_states")]),
            (.denoiser, "unet", [("latents", "sample"), ("context", "encoder_hidden_states"), ("noise", "out_sample")]),
            (.decoder, "vae_decoder", [("latents", "latent_sample"), ("image", "sample")]),
        ] + (encoder ? [(.encoder, "vae_encoder", [("image", "sample"), ("mean", "latent_sample")])] : [])
        for (id, name, renamed) in names {
            let graph = try checkpoint.network(id, shape: id == .denoiser || id == .decoder ? shape : InputShape()).graph
            var xml = graph.xml
            for (own, other) in renamed { xml = xml.replacing("names=\"\(own)\"", with: "names=\"\(other)\"") }
            for (own, other) in renamed { xml = xml.replacing("names=\"\(own).", with: "names=\"\(other).") }
            // Exporters' text encoders take tokens alone.
            let width = checkpoint.textEncoders[0].configuration.width
            xml = xml.replacing(
                "type=\"Parameter\" version=\"opset1\"><data shape=\"?,77,\(width)\" element_type=\"f32\"/>",
                with: "type=\"Const\" version=\"opset1\"><data element_type=\"f32\" shape=\"1, 1, \(width)\" offset=\"0\" "
                    + "size=\"\(4 * width)\"/>")
            if countsOnTokens, id == .denoiser {
                let layer = """
                    <layer id="999999" name="shape" type="Const" version="opset1">\
                    <data element_type="i64" shape="1" offset="\(graph.weightsByteCount)" size="8"/>\
                    <output><port id="0" precision="I64"/></output></layer>
                    """
                xml = xml.replacing("</layers>", with: layer + "</layers>")
            }
            try folder.write(xml, to: "exported/\(name)/openvino_model.xml")
            let weights = try MappedWeights(checkpoint, appending: graph.literals)
            try withExtendedLifetime(weights) {
                let bytes = Array(weights.bytes.prefix(graph.weightsByteCount)) + [77, 0, 0, 0, 0, 0, 0, 0]
                _ = try folder.write(bytes, to: "exported/\(name)/openvino_model.bin")
            }
            let source = name.hasPrefix("vae") ? "vae" : name
            var configuration = try String(contentsOfFile: "\(original)/\(source)/config.json", encoding: .utf8)
            // The graphs scale latents themselves.
            configuration.replace(/"scaling_factor": *[0-9.e-]+/, with: "\"scaling_factor\": 1")
            try folder.write(configuration, to: "exported/\(name)/config.json")
        }
        for file in ["model_index.json", "scheduler/scheduler_config.json"] {
            try folder.write(Array(Data(contentsOf: URL(filePath: "\(original)/\(file)"))), to: "exported/\(file)")
        }
        return folder.path + "/exported"
    }

    private var request: GenerationRequest {
        var request = GenerationRequest(prompt: "a red apple on a table")
        request.negativePrompt = "dogs"
        (request.width, request.height, request.seed) = (96, 64, 5)
        (request.sampler, request.steps, request.cfgScale) = (.ddimDiffusers, 3, 5)
        return request
    }

    @Test("graphs draw the picture of the weights that they were made from, with prompts in chunks, in any shape policy and size")
    func picture() async throws {
        let own = try DiffusionPipeline(path: original, placements: .cpu)
        let path = try export()
        var requests = [request, request]
        requests[1].prompt = Array(repeating: "a red apple,", count: 40).joined(separator: " ")
        (requests[1].width, requests[1].height, requests[1].steps) = (64, 64, 2)
        for policy in [ShapePolicy.dynamic, .static, .exact] {
            let graphs = try DiffusionPipeline(path: path, placements: .cpu, shapes: ShapePlan(policy))
            #expect(graphs.checkpoint.layout == .openvino)
            for request in requests {
                let picture = try await graphs.pictures(request)[0]
                // The same operations; the decoder divides by 1 once more.
                #expect(picture.peakSignalToNoiseRatio(to: try await own.pictures(request)[0]) >= 70)
            }
        }
    }

    @Test("a graph that draws latents itself, and a folder without one that encodes pictures, are known for it")
    func encoder() throws {
        #expect(try Checkpoint.open(export()).graphs[.encoder]?.samplesLatents == true)
        try FileManager.default.removeItem(atPath: folder.path + "/exported")
        let without = try Checkpoint.open(export(encoder: false))
        #expect(!without.hasEncoder && without.graphs.count == 3)
    }

    @Test("what a graph does not do is refused, with what to do instead")
    func refusals() throws {
        let fixed = InputShape(batch: .fixed(2), height: .fixed(8), width: .fixed(12), tokens: .fixed(77))
        let path = try export(shape: fixed, clipSkip: false, countsOnTokens: true)
        let pipeline = try DiffusionPipeline(path: path, placements: .cpu)
        try pipeline.validate(request)
        let cases: [(String, (inout GenerationRequest) -> Void)] = [
            ("draws no other size; 128×64 was asked for", { $0.width = 128 }),
            ("an output for clip skip 2", { $0.clipSkip = 2 }),
            ("whose edges fit together", { $0.tiling = .both }),
        ]
        for (words, change) in cases {
            var request = request
            change(&request)
            #expect { try pipeline.validate(request) } throws: { "\($0)".contains(words) }
        }
        var long = request
        long.prompt = Array(repeating: "apple", count: 80).joined(separator: " ")
        #expect { try pipeline.plan(for: [long]) } throws: { "\($0)".contains("2 chunks of 75 tokens, and this model's graph takes 1") }
    }

    @Test("a graph of fixed shapes draws its one size, also a single text of a batch of two")
    func fixedShapes() async throws {
        let own = try DiffusionPipeline(path: original, placements: .cpu)
        let fixed = InputShape(batch: .fixed(2), height: .fixed(8), width: .fixed(12), tokens: .fixed(77))
        let path = try export(shape: fixed)
        let graphs = try DiffusionPipeline(path: path, placements: .cpu)
        var single = request
        single.cfgScale = 1
        for request in [request, single] {
            let picture = try await graphs.pictures(request)[0]
            #expect(picture.peakSignalToNoiseRatio(to: try await own.pictures(request)[0]) >= 70)
        }
    }

    @Test("LoRAs are left out with a word")
    func loras() async throws {
        let resources = PromptResources(loras: LoRALibrary(folders: [folder.path]))
        let pipeline = try DiffusionPipeline(path: export(), placements: .cpu, resources: resources)
        var request = request
        request.prompt += " <lora:style:0.8>"
        (request.steps, request.sampler) = (1, .euler)
        let result = try await pipeline.generate(request) { _ in }
        #expect(result.warnings.map(\.name) == [.loraGraph])
    }

    @Test("a damaged folder is refused by name", arguments: [
        ("unet/openvino_model.bin", "", "does not lie in its .bin file of 0 bytes"),
        ("unet/openvino_model.xml", "<net version=\"11\"><layers/><edges/></net>", "it has no output"),
        ("text_encoder/openvino_model.xml", "GIF89a", "it is no document of OpenVINO"),
    ])
    func damage(file: String, contents: String, words: String) throws {
        let path = try export()
        try folder.write(contents, to: "exported/\(file)")
        #expect { try Checkpoint.open(path) } throws: { error in
            let text = "\(error)"
            return text.contains(words) && text.contains(file.replacing(".bin", with: ".xml"))
        }
    }
}
