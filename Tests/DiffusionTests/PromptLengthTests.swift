import Compilation
import Generation
import GraphIR
import Networks
import Sampling
import Tensors
import Testing

@testable import Diffusion

@Suite("Prompts of different length, and none")
struct PromptLengthTests {
    /// 80 tokens: two chunks.
    static let twoChunks = Array(repeating: "star", count: 80).joined(separator: " ")

    @Test("prompt and negative prompt need not have the same number of chunks", arguments: [
        (prompt: "a star", negative: twoChunks, chunks: 1),
        (prompt: twoChunks, negative: "a star", chunks: 2),
        (prompt: twoChunks, negative: twoChunks, chunks: 2),
        (prompt: "", negative: "", chunks: 1),
    ])
    func chunkCounts(prompt: String, negative: String, chunks: Int) async throws {
        let request = Demo.request(prompt) { $0.negativePrompt = negative }
        let result = try await #require(Demo.pipeline).generate(request) { _ in }
        #expect(result.chunkCount == chunks)
        #expect(result.images.count == 1)
    }

    @Test("one call for both prompts and a call for each give the same prediction")
    func joinedEqualsSeparate() async throws {
        let network = try await #require(Demo.pipeline).network(.denoiser)
        let (positive, negative) = (Self.context(seed: 1), Self.context(seed: 2))
        // Attention over the same positions twice gives what it gives over them once, so this prompt says the same in two chunks.
        let doubled = NDArray(shape: [1, 154, Demo.contextWidth], values: negative.values + negative.values)
        let joined = try await Self.predict([negative, positive], on: network)
        let separate = try await Self.predict([doubled, positive], on: network)
        for (joined, separate) in zip(joined, separate) {
            // Values up to 4, each a sum of some thousand products.
            #expect(Self.largestDifference(joined, separate) < 1e-5)
        }
    }

    @Test("a UNet for longer prompts gives what one without a mask gives", arguments: [[1], [1, 1], [1, 2], [3, 1], [2, 3], [4, 4]], [1, 2])
    func masked(chunkCounts: [Int], pictureCount: Int) async throws {
        let pipeline = try #require(Demo.pipeline)
        let texts = chunkCounts.enumerated().map { Self.context(seed: UInt64($0.offset), chunks: $0.element) }
        let shape = ShapePlan(.static, contextChunks: 4).shape(of: .denoise, on: "CPU", for: ShapeNeed(
            pictureCount: pictureCount, latentHeight: 8, latentWidth: 8, chunkCounts: chunkCounts))
        let masked = try await Self.predict(texts, on: pipeline.network(.denoiser, shape: shape), pictureCount: pictureCount)
        let plain = try await Self.predict(texts, on: pipeline.network(.denoiser), pictureCount: pictureCount)
        #expect(masked.count == texts.count)
        for (masked, plain) in zip(masked, plain) {
            #expect(masked.shape == [pictureCount, 4, 8, 8])
            // As above: the sums are the same, in another order.
            #expect(Self.largestDifference(masked, plain) < 1e-5)
        }
        // Guards the comparison: other texts do give other numbers.
        if texts.count == 2 { #expect(Self.largestDifference(masked[0], masked[1]) > 1e-3) }
    }

    @Test("texts that do not fill a fixed batch are asked about in several calls")
    func manyTexts() async throws {
        let pipeline = try #require(Demo.pipeline)
        let texts = (1...3).map { Self.context(seed: UInt64($0), chunks: $0) }
        let shape = ShapePlan(.static).shape(of: .denoise, on: "CPU", for: ShapeNeed(
            pictureCount: 1, latentHeight: 8, latentWidth: 8, chunkCounts: [1, 2, 3]))
        #expect(shape.batch == 2)
        let fixed = try await Self.predict(texts, on: pipeline.network(.denoiser, shape: shape))
        let dynamic = try await Self.predict(texts, on: pipeline.network(.denoiser))
        for (fixed, dynamic) in zip(fixed, dynamic) { #expect(Self.largestDifference(fixed, dynamic) < 1e-5) }
    }

    @Test("guidance 1 leaves the negative prompt out, other guidance does not", arguments: [(1, true), (5, false), (0, false)])
    func guidanceOne(scale: Float, isSame: Bool) async throws {
        let pipeline = try #require(Demo.pipeline)
        var pictures: [RGBImage] = []
        for negative in ["", "a red background"] {
            let request = Demo.request("a star") {
                $0.negativePrompt = negative
                $0.cfgScale = scale
            }
            pictures += try await pipeline.generate(request) { _ in }.images
        }
        #expect((pictures[0] == pictures[1]) == isSame)
    }

    private static func context(seed: UInt64, chunks: Int = 1) -> NDArray {
        var noise = BatchNoise(source: .torch, seed: seed, count: 1)
        return noise.draw([77 * chunks, Demo.contextWidth])
    }

    private static func predict(_ texts: [NDArray], on network: CompiledNetwork, pictureCount: Int = 1) async throws -> [NDArray] {
        var noise = BatchNoise(source: .torch, seed: 0, count: pictureCount)
        let call = SamplingRun.ModelCall(latents: noise.draw([4, 8, 8]), timestep: 999)
        var predictor = try NoisePredictor(network, pictureCount: pictureCount)
        // The second call finds the texts in place.
        let first = try await predictor.predict(call, for: texts.map { Conditioning(context: $0) })
        #expect(try await predictor.predict(call, for: texts.map { Conditioning(context: $0) }) == first)
        return first
    }

    private static func largestDifference(_ a: NDArray, _ b: NDArray) -> Float {
        a.shape == b.shape ? zip(a.values, b.values).map { abs($0 - $1) }.max() ?? .infinity : .infinity
    }
}
