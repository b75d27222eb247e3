import Checkpoints
import Compilation
import Generation
import OpenVINO
import Tensors
import TestSupport
import Testing

@testable import Diffusion

/// Latents that diffusers' own pipeline ends with; the scripts in Tests/Fixtures/diffusion wrote them.
struct LatentReference: Decodable {
    struct Case: Decodable {
        let name: String
        let shape: [Int]
        let values: [Float]

        var latents: NDArray { NDArray(shape: shape, values: values) }
    }

    let prompt, negative: String
    let cases: [Case]

    init(_ name: String) throws { self = try Fixture.decode(from: "diffusion/\(name).json") }
}

/// Models with two text encoders, whose denoiser is told a pooled text and sizes.
@Suite("Stable Diffusion XL's pictures")
struct SDXLPictureTests {
    /// One for all tests: CLIP's whole vocabulary takes seconds to write.
    private static let shared = Result {
        let folder = try TemporaryFolder()
        return (folder: folder, pipeline: try DiffusionPipeline(path: TinyCheckpoint.sdxl().writeSingleFile(in: folder), placements: .cpu))
    }

    private let pipeline: DiffusionPipeline
    private let reference: LatentReference

    init() throws {
        pipeline = try Self.shared.get().pipeline
        reference = try LatentReference("sdxl_pictures")
    }

    private func request(_ name: String) -> GenerationRequest {
        var request = GenerationRequest(prompt: reference.prompt)
        (request.width, request.height, request.steps, request.seed) = (96, 64, 4, 5)
        if name == "plain" || name == "sizes" { request.negativePrompt = reference.negative }
        if name == "without guidance" { request.cfgScale = 1 }
        if name == "sizes" {
            request.sizeConditioning.original = PictureSize(width: 512, height: 768)
            request.sizeConditioning.crop = CropOffset(top: 16, left: 32)
            request.sizeConditioning.target = PictureSize(width: 640, height: 320)
        }
        return request
    }

    @Test("they are diffusers' own: both encoders, the pooled text, sizes, zeros for an empty negative prompt")
    func pictures() async throws {
        for expected in reference.cases {
            let picture = try await pipeline.generate(request(expected.name)) { _ in }.images[0]
            var decoder = try LatentDecoder(await pipeline.network(.decoder))
            let drawn = try #require(RGBImage(planes: try await decoder.decode(expected.latents)))
            // Single pixels differ by one: the sums are the same, in another order.
            #expect(picture.peakSignalToNoiseRatio(to: drawn) > 60, "\(expected.name)")
        }
    }

    @Test("an empty negative prompt that is kept, and sizes, make other pictures; clip skip alone does not")
    func options() async throws {
        let plain = try await pipeline.generate(request("empty negative")) { _ in }.images[0]
        var kept = request("empty negative")
        kept.zeroesEmptyNegative = false
        #expect(try await pipeline.generate(kept) { _ in }.images[0] != plain)
        var sized = request("empty negative")
        sized.sizeConditioning.crop = CropOffset(top: 8, left: 0)
        #expect(try await pipeline.generate(sized) { _ in }.images[0] != plain)
        var skipping = request("empty negative")
        skipping.clipSkip = 2
        #expect(try await pipeline.generate(skipping) { _ in }.images[0] == plain)
        skipping.clipSkipRule = .sdnext
        #expect(try await pipeline.generate(skipping) { _ in }.images[0] != plain)
    }

    @Test("a prompt that is used again asks neither text encoder, and one static UNet serves prompts of other lengths")
    func reuse() async throws {
        let fixed = DiffusionPipeline(
            pipeline.opened, fallbacks: pipeline.fallbacks, shapes: .init(.static, contextChunks: 2),
            networks: CompiledNetworks(core: try Core()))
        var request = request("plain")
        let first = try await fixed.generate(request) { _ in }
        #expect(Set(first.compiles.map(\.stage)) == Set(Stage.allCases))
        #expect(first.compiles.count == 4)
        let again = try await fixed.draw(fixed.plan(for: [request])) { _ in }
        #expect(again.results[0].images == first.images)
        #expect(again.results[0].compiles.isEmpty)
        #expect(again.networks.map(\.key.network) == [.text(0), .text(1), .denoiser, .decoder])
        request.prompt += String(repeating: ", more words of a longer prompt", count: 14)
        let longer = try await fixed.generate(request) { _ in }
        #expect(longer.chunkCount == 2)
        #expect(longer.compiles.isEmpty)
        let dynamic = try await pipeline.generate(request) { _ in }.images[0]
        #expect(longer.images[0].peakSignalToNoiseRatio(to: dynamic) > 60)
    }

    /// Source: the table of clip skip in the original programs, 1 is the last layer's state.
    @Test("clip skip is counted as each program does", arguments: [
        (ClipSkipRule.none, [[2, 2], [2, 2], [2, 2]]), (.a1111L, [[1, 2], [2, 2], [3, 2]]), (.forge, [[2, 2], [2, 2], [3, 3]]),
        (.sdnext, [[2, 2], [3, 3], [4, 4]]),
    ])
    func clipSkip(rule: ClipSkipRule, states: [[Int]]) {
        for (index, expected) in states.enumerated() {
            #expect([0, 1].map { rule.layersFromEnd(clipSkip: index + 1, encoder: $0) } == expected)
        }
    }
}
