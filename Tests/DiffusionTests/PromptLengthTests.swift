import Compilation
import Generation
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
        let network = try await #require(Demo.pipeline).networks.network(CompileKey(component: .unet))
        let (positive, negative) = (Self.context(seed: 1), Self.context(seed: 2))
        var joined = try NoisePredictor(
            network, Conditioning(positive: positive, negative: negative, cfgScale: 5), batch: 1)
        // Attention over the same positions twice gives what it gives over them once, so this prompt says the same in two chunks.
        let doubled = NDArray(shape: [1, 154, 128], values: negative.values + negative.values)
        var separate = try NoisePredictor(
            network, Conditioning(positive: positive, negative: doubled, cfgScale: 5), batch: 1)

        let call = try Self.firstCall()
        let (first, second) = (try await joined.predict(call), try await separate.predict(call))
        let difference = zip(first.values, second.values).map { abs($0 - $1) }.max() ?? .infinity
        // Values up to 4, whose rounding errors guidance enlarges five times.
        #expect(difference < 1e-4)
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

    private static func context(seed: UInt64) -> NDArray {
        var noise = BatchNoise(source: .torch, seed: seed, count: 1)
        return noise.draw([77, 128])
    }

    private static func firstCall() throws -> SamplingRun.ModelCall {
        let run = try SamplingRun(
            .euler, schedule: .normal, steps: 2, objective: #require(Demo.pipeline).objective,
            noise: BatchNoise(source: .torch, seed: 0, count: 1), imageShape: [4, 8, 8])
        return try #require(run.nextCall)
    }
}
