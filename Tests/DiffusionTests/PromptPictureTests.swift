import Checkpoints
import Compilation
import Foundation
import Generation
import ImageCodecs
import OpenVINO
import Prompting
import Sampling
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite("What the prompt language does to pictures")
struct PromptPictureTests {
    @Test(
        "weights, emphasis, clip skip, schedules and AND give what diffusers' networks give by A1111's formulas",
        arguments: try PromptReference.all(), [ShapePolicy.dynamic, .static])
    func equalsReference(_ reference: PromptReference, shapes: ShapePolicy) async throws {
        let pipeline = try #require(shapes == .dynamic ? Demo.pipeline : Self.staticPipeline)
        let picture = try await pipeline.pictures(reference.request)[0]
        let expected = try DecodedImage(decoding: Array(Data(contentsOf: Fixture.url("diffusion/\(reference.picture)")))).image
        // As for plain prompts: values that two f32 implementations round to different neighbours.
        #expect(picture.peakSignalToNoiseRatio(to: expected) >= 70)
    }

    private static let staticPipeline = try? Demo.newPipeline(shapes: ShapePlan(.static))

    @Test("the references are told apart: none is another's picture")
    func referencesDiffer() throws {
        let pictures = try PromptReference.all().map {
            try DecodedImage(decoding: Array(Data(contentsOf: Fixture.url("diffusion/\($0.picture)")))).image
        }
        for (index, picture) in pictures.enumerated() {
            for other in pictures[..<index] { #expect(picture.peakSignalToNoiseRatio(to: other) < 60) }
        }
    }

    @Test("a schedule whose switch is outside of the steps is the plain prompt", arguments: [
            ("[red:blue:0] apple", "blue apple"), ("[red:blue:2] apple", "red apple"), ("[red:blue:1.0] apple", "red apple"),
            ("[red:blue:99] apple", "red apple"),
        ("red[ big:0] apple", "red big apple"), ("red[ big::0] apple", "red apple"),
    ])
    func edges(prompt: String, plain: String) async throws {
        let pipeline = try #require(Demo.pipeline)
        #expect(try await pipeline.pictures(Demo.request(prompt)) == pipeline.pictures(Demo.request(plain)))
    }

    @Test("both of Heun's evaluations of a step are told that step's text")
    func heun() async throws {
        let pipeline = try #require(Demo.pipeline)
        let request = Demo.request("a [red:blue:1] apple") { ($0.sampler, $0.steps) = (.heun, 3) }
        let embeddings = try await Self.embeddings(["", "a red apple", "a blue apple"])
        let expected = try await Self.picture(request) { step in [embeddings[0], embeddings[step == 1 ? 1 : 2]] }
        #expect(try await pipeline.pictures(request)[0].peakSignalToNoiseRatio(to: expected) > 60)
    }

    @Test("counted as A1111, each of Heun's evaluations has a text of its own")
    func heunOfA1111() async throws {
        let pipeline = try #require(Demo.pipeline)
        func picture(_ prompt: String, _ counting: ScheduleCounting) async throws -> RGBImage {
            try await pipeline.pictures(Demo.request(prompt) { ($0.sampler, $0.steps, $0.scheduleCounting) = (.heun, 3, counting) })[0]
        }
        // Four evaluations of red, one of blue.
        let switched = try await picture("a [red:blue:3] apple", .a1111)
        #expect(try await switched == picture("a [red:blue:2] apple", .sdnext))
        #expect(try await switched != picture("a red apple", .a1111))
        // Three of red: the switch is within a step.
        #expect(try await picture("a [red:blue:2] apple", .a1111) != switched)
        #expect(try await picture("a [red:blue:2] apple", .a1111) != picture("a [red:blue:1] apple", .sdnext))
    }

    @Test("texts of different length take turns without a compile", arguments: [ShapePolicy.static, .dynamic, .exact])
    func noCompile(_ policy: ShapePolicy) async throws {
        let long = Array(repeating: "blue star", count: 60).joined(separator: " ")
        let pipeline = try Demo.newPipeline(shapes: ShapePlan(policy, contextChunks: 1))
        let request = Demo.request("[a red apple|\(long)|a cat AND a dog]") { $0.steps = 4 }
        let result = try await pipeline.generate(request) { _ in }
        #expect(result.compiles.count == 3)
        #expect(result.chunkCount == 2)
        let expected = try await #require(Demo.pipeline).pictures(request)[0]
        #expect(result.images[0].peakSignalToNoiseRatio(to: expected) > 60)
        #expect(try await pipeline.generate(request) { _ in }.compiles.isEmpty)
    }

    @Test(
        "the pictures of a batch have prompts of their own, of any length and number of parts",
        arguments: [ShapePolicy.dynamic, .static, .exact])
    func batch(_ policy: ShapePolicy) async throws {
        let long = Array(repeating: "blue star", count: 60).joined(separator: " ")
        let pipeline = try Demo.newPipeline(shapes: ShapePlan(policy, contextChunks: 2))
        let request = Demo.request("a {red|yellow|\(long)|big AND a green :0.7} apple") { ($0.seed, $0.batchSize) = (3, 5) }
        let result = try await pipeline.generate(request) { _ in }
        #expect(Set(result.pictures.map(\.prompt)).count > 2)
        for (index, image) in result.images.enumerated() {
            var single = request
            (single.seed, single.batchSize, single.prompt) = (result.pictures[index].seed, 1, result.pictures[index].prompt)
            let expected = try await #require(Demo.pipeline).pictures(single)[0]
            #expect(image.peakSignalToNoiseRatio(to: expected) > 60, "\(result.pictures[index].prompt)")
        }
    }

    @Test("padding conditionings changes a picture only where lengths differ")
    func padding() async throws {
        let pipeline = try #require(Demo.pipeline)
        let long = Array(repeating: "blue star", count: 60).joined(separator: " ")
        for (prompt, changes) in [("a red apple", false), (long, true)] {
            // Not an empty one: attention over two empty chunks is attention over one.
            let plain = Demo.request(prompt) { $0.negativePrompt = "grey" }
            var padded = plain
            padded.padsConditionings = true
            #expect((try await pipeline.pictures(plain) != pipeline.pictures(padded)) == changes)
        }
        let padded = Demo.request(long) { ($0.negativePrompt, $0.padsConditionings) = ("grey", true) }
        let embeddings = try await Self.embeddings(["grey", "", long])
        let filled = NDArray(shape: [1, 154, Demo.contextWidth], values: embeddings[0].values + embeddings[1].values)
        let expected = try await Self.picture(padded) { _ in [filled, embeddings[2]] }
        #expect(try await pipeline.pictures(padded)[0].peakSignalToNoiseRatio(to: expected) > 60)
    }

    @Test("a clip skip beyond the text encoder's layers is refused before anything is compiled")
    func clipSkip() async throws {
        let pipeline = try Demo.newPipeline()
        let error = await #expect(throws: DiffusionError.self) { try await pipeline.pictures(Demo.request { $0.clipSkip = 3 }) }
        #expect(error?.description == "Clip skip 3 is out of range: this model's text encoder has 2 layers. Use 1 to 2.")
        #expect(await pipeline.networks.compileCounts == PerStage(repeating: 0))
    }

    @Test("a weight that no number can follow is named, and is not taken for a damaged model", arguments: [
        "a (cat:99999999999999999999999999999999999999)", "a cat :99999999999999999999999999999999999999",
    ])
    func absurdWeights(prompt: String) async throws {
        let error = await #expect(throws: DiffusionError.self) {
            try await #require(Demo.pipeline).pictures(Demo.request(prompt) { ($0.steps, $0.emphasis) = (4, .noNorm) })
        }
        #expect(
            error?.description.hasPrefix("A weight of 1e+38 in the prompt takes the numbers out of the range of floating point.") == true)
    }

    @Test("a textual inversion changes the picture, one that cannot be read is told and does not")
    func inversions() async throws {
        let folder = try TemporaryFolder()
        let numbers: [Float] = (0..<3 * Demo.contextWidth).map { Float($0 * 37 % 64) / 64 - 0.5 }
        let vectors: [UInt8] = numbers.withUnsafeBytes { [UInt8]($0) }
        try folder.write(
            SafetensorsWriter.file([RawTensor(key: "emb_params", elementType: .f32, shape: [3, Demo.contextWidth], bytes: vectors)]),
            to: "shiny.safetensors")
        try folder.write("no tensors", to: "broken.pt")
        try folder.write("no tensors", to: "pp.pt")
        let pipeline = try Demo.newPipeline(resources: PromptResources(embeddings: EmbeddingLibrary(folders: [folder.path])))

        let shiny = try await pipeline.generate(Demo.request("a (SHINY:1.2) apple")) { _ in }
        #expect(shiny.warnings.isEmpty)
        #expect(shiny.tokenCount == 5)
        let plain = try await #require(Demo.pipeline).pictures(Demo.request("a (SHINY:1.2) apple"))[0]
        #expect(shiny.images[0].peakSignalToNoiseRatio(to: plain) < 40)

        let broken = try await pipeline.generate(Demo.request("a broken apple")) { _ in }
        #expect(broken.ignored == ["broken"])
        let detail = "\"broken.pt\" is neither a safetensors file nor one that torch.save wrote."
        #expect(broken.warnings.map(\.name) == [.embeddingLeftOut] && broken.warnings[0].values["name"] == "broken")
        #expect(broken.warnings.first?.description.hasPrefix(detail) == true)
        let words = try await #require(Demo.pipeline).pictures(Demo.request("a broken apple"))[0]
        #expect(broken.images[0].peakSignalToNoiseRatio(to: words) > 60)
    }

    @Test("a textual inversion whose file has changed draws another picture, and what was encoded before is not taken for it")
    func changedInversion() async throws {
        let folder = try TemporaryFolder()
        func write(_ step: Int) throws {
            let numbers: [Float] = (0..<2 * Demo.contextWidth).map { Float($0 * step % 64) / 64 - 0.5 }
            try folder.write(
                SafetensorsWriter.file([
                    RawTensor(
                        key: "emb_params", elementType: .f32, shape: [2, Demo.contextWidth], bytes: numbers.withUnsafeBytes { [UInt8]($0) })
                ]),
                to: "shiny.safetensors")
        }
        try write(37)
        let pipeline = try Demo.newPipeline(resources: PromptResources(embeddings: EmbeddingLibrary(folders: [folder.path])))
        let first = try await pipeline.pictures(Demo.request("a shiny apple"))[0]
        #expect(try await pipeline.pictures(Demo.request("a shiny apple"))[0] == first)
        try write(11)
        #expect(try await pipeline.pictures(Demo.request("a shiny apple"))[0] != first)
        try write(37)
        #expect(try await pipeline.pictures(Demo.request("a shiny apple"))[0] == first)
    }

    // The formula, by hand

    /// - Returns: of each text, without weights.
    private static func embeddings(_ texts: [String]) async throws -> [NDArray] {
        let pipeline = try #require(Demo.pipeline)
        var encoder = try PromptEncoder(try await pipeline.network(.text(0)))
        var embeddings: [NDArray] = []
        for text in texts { embeddings += try await encoder.encode([pipeline.chunks(of: text)]).map(\.context) }
        return embeddings
    }

    private final class Denoiser {
        var predictor: NoisePredictor
        init(_ predictor: consuming NoisePredictor) { self.predictor = predictor }
    }

    /// - Parameter contexts: of the negative prompt and of the prompt, at each step.
    private static func picture(_ request: GenerationRequest, contexts: (_ step: Int) -> [NDArray]) async throws -> RGBImage {
        let pipeline = try #require(Demo.pipeline)
        let denoiser = Denoiser(try NoisePredictor(try await pipeline.network(.denoiser), pictureCount: 1))
        let perStep = request.sampler.evaluationsPerStep
        let latents = try await withoutActuallyEscaping(contexts) { contexts in
            try await pipeline.samplingRun(for: request).latents { call in
                let texts = contexts(call.index / perStep + 1).map { Conditioning(context: $0) }
                let answers = try await denoiser.predictor.predict(call, for: texts)
                return .init(answers[0] + Double(request.cfgScale) * (answers[1] - answers[0]))
            }
        }
        var decoder = try LatentDecoder(try await pipeline.network(.decoder))
        return try #require(RGBImage(planes: try await decoder.decode(latents)))
    }
}

/// An entry of Tests/Fixtures/diffusion/prompts.json.
struct PromptReference: Decodable, CustomTestStringConvertible {
    let name: String
    let prompt: String
    let negativePrompt: String
    let width: Int
    let height: Int
    let seed: UInt64
    let steps: Int
    let cfgScale: Float
    let clipSkip: Int
    let emphasis: Emphasis
    let picture: String

    private struct File: Decodable { let cases: [PromptReference] }

    static func all() throws -> [PromptReference] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(File.self, from: Data(contentsOf: Fixture.url("diffusion/prompts.json"))).cases
    }

    var request: GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        (request.negativePrompt, request.width, request.height) = (negativePrompt, width, height)
        (request.seed, request.steps, request.cfgScale) = (seed, steps, cfgScale)
        (request.clipSkip, request.emphasis) = (clipSkip, emphasis)
        return request
    }

    var testDescription: String { name }
}
