import Compilation
import Diffusion
import Foundation
import Generation
import ImageCodecs
import Sampling
import TestSupport
import Testing

@Suite("Pictures that diffusers draws with the demo checkpoint")
struct ReferencePictureTests {
    @Test(
        "each is drawn again, compiled for any request or for this one", arguments: try ReferencePicture.all(),
        [ShapePolicy.dynamic, .static, .exact])
    func equalsDiffusers(_ reference: ReferencePicture, shapes: ShapePolicy) async throws {
        let pipeline = shapes == .dynamic ? try #require(Demo.pipeline) : try Demo.newPipeline(shapes: ShapePlan(shapes))
        let result = try await pipeline.generate(reference.request) { _ in }

        #expect(result.tokenCount == reference.tokens)
        #expect(result.chunkCount == reference.chunks)
        #expect(result.pictures.map(\.seed) == (0..<reference.batchSize).map { reference.seed + UInt64($0) })
        #expect(result.images.count == reference.pictures.count)
        for (image, name) in zip(result.images, reference.pictures) {
            let expected = try DecodedImage(decoding: Array(Data(contentsOf: Fixture.url("diffusion/\(name)")))).image
            // Two f32 implementations round a few values to different neighbours. Measured: 84 to 92 dB; 70 dB is one value
            // in 150 off by one, for processors that add in another order.
            #expect(image.peakSignalToNoiseRatio(to: expected) >= 70, "\(name)")
        }
    }
}

/// An entry of Tests/Fixtures/diffusion/references.json.
struct ReferencePicture: Decodable, CustomTestStringConvertible {
    let name: String
    let prompt: String
    let negativePrompt: String
    let width: Int
    let height: Int
    let seed: UInt64
    let batchSize: Int
    let steps: Int
    let cfgScale: Float
    let sampler: String
    let tokens: Int
    let chunks: Int
    let pictures: [String]

    private struct File: Decodable { let cases: [ReferencePicture] }

    static func all() throws -> [ReferencePicture] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(File.self, from: Data(contentsOf: Fixture.url("diffusion/references.json"))).cases
    }

    var request: GenerationRequest {
        get throws {
            var request = GenerationRequest(prompt: prompt)
            request.negativePrompt = negativePrompt
            request.width = width
            request.height = height
            request.seed = seed
            request.batchSize = batchSize
            request.steps = steps
            request.cfgScale = cfgScale
            // diffusers drew them.
            request.sampler = try #require(Sampler("\(sampler) (diffusers)") ?? Sampler(sampler))
            return request
        }
    }

    var testDescription: String { name }
}
