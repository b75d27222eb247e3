import Compilation
import Diffusion
import Generation
import Tensors
import TestSupport
import Testing

/// The CPU plugin (2026.4.1) prepares attention of dynamic shape for the first length it sees; prepared for a single key, it answered
/// garbage from 16 keys on.
@Suite("Pictures so small that attention has one position")
struct SmallPictureTests {
    @Test("larger pictures are the same after a small one", arguments: [8, 32])
    func larger(side: Int) async throws {
        let request = Demo.request { ($0.width, $0.height) = (128, 128) }
        let expected = try await Demo.newPipeline().pictures(request)
        let pipeline = try Demo.newPipeline()
        _ = try await pipeline.pictures(Demo.request { ($0.width, $0.height) = (side, side) })
        #expect(try await pipeline.pictures(request) == expected)
    }

    @Test("a decoder that began with a single latent decodes larger ones")
    func decoder() async throws {
        func decode(_ latents: NDArray, after first: NDArray? = nil) async throws -> NDArray {
            var decoder = try LatentDecoder(await Demo.newPipeline().network(.decoder))
            if let first { _ = try await decoder.decode(first) }
            return try await decoder.decode(latents)
        }
        let latents = NDArray(repeating: 0.5, shape: [1, 4, 8, 8])
        #expect(try await decode(latents, after: NDArray(repeating: 0.5, shape: [1, 4, 1, 1])) == decode(latents))
    }

    @Test("a small picture is the one that a network compiled for its size draws")
    func small() async throws {
        let request = Demo.request { ($0.width, $0.height) = (32, 32) }
        let expected = try await Demo.newPipeline(shapes: ShapePlan(.static)).pictures(request)[0]
        // Sums in another order: single pixels off by one.
        #expect(try await Demo.newPipeline().pictures(request)[0].peakSignalToNoiseRatio(to: expected) > 60)
    }
}
