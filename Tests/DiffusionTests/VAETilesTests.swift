import Compilation
import Generation
import ImageCodecs
import ImageProcessing
import OpenVINO
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite("The VAE in tiles")
struct VAETilesTests {
    /// The demo draws pictures of 128 pixels, so that its tiles have 32 latents and share 8.
    private static func request(
        _ tiling: VAETiling, width: Int = 256, height: Int = 256, _ change: (inout GenerationRequest) -> Void = { _ in }
    ) -> GenerationRequest {
        Demo.request {
            ($0.width, $0.height, $0.vae.tiling) = (width, height, tiling)
            change(&$0)
        }
    }

    private static func tileCounts(of events: [GenerationEvent]) -> [Int?] {
        events.reduce(into: []) { counts, event in
            if case .decoding(_, _, let tile) = event { counts.append(tile?.count) }
        }
    }

    @Test("tiles are as few as share a quarter; a picture of a tile's size is taken as a whole", arguments: [
        (64, 64, Tiling.none, [1, 1]), (64, 65, .none, [1, 2]), (96, 128, .none, [2, 3]), (512, 512, .none, [11, 11]),
        // Latents are continued across edges that fit together, by as much as tiles share.
        (64, 64, .both, [1, 1]), (128, 128, .x, [3, 3]), (128, 32, .y, [3, 1]), (64, 128, .y, [2, 3]),
    ])
    func counts(height: Int, width: Int, edges: Tiling, expected: [Int]) {
        let tiles = VAETiles(height: height, width: width, tile: 64, edges: edges, scaleFactor: 8)
        #expect([tiles.plan.rows.starts.count, tiles.plan.columns.starts.count] == expected)
        #expect(tiles.isWhole == (expected == [1, 1]))
        #expect(VAETiles(height: height, width: width, tile: 0, edges: edges, scaleFactor: 8).isWhole)
    }

    @Test("a decoder that looks at single latents gives the same picture in tiles, across edges that fit together too", arguments: [
        Tiling.none, .x, .y, .both,
    ])
    func blending(edges: Tiling) async throws {
        let tiles = VAETiles(height: 21, width: 14, tile: 8, edges: edges, scaleFactor: 2)
        let latents = NDArray(shape: [1, 1, 21, 14], values: (0..<294).map { Float($0 * 7919 % 401) })
        func enlarged(_ x: NDArray) -> NDArray {
            let (height, width) = (2 * x.shape[2], 2 * x.shape[3])
            return NDArray(shape: [1, 1, height, width], values: (0..<height * width).map { pixel in
                x.values[pixel / width / 2 * (width / 2) + pixel % width / 2]
            })
        }
        var told: [TileProgress?] = []
        let picture = try await tiles.decoded(latents) { told.append($0) } by: { enlarged($0) }
        #expect(zip(picture.values, enlarged(latents).values).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(picture.shape == [1, 1, 42, 28])
        #expect(told == (0..<tiles.plan.count).map { TileProgress($0, of: tiles.plan.count) })
        let encoded = try await tiles.encoded(picture) { _ in } by: { picture in
            let (height, width) = (picture.shape[2] / 2, picture.shape[3] / 2)
            return NDArray(shape: [1, 1, height, width], values: (0..<height * width).map {
                picture.values[$0 / width * 2 * 2 * width + $0 % width * 2]
            })
        }
        #expect(zip(encoded.values, latents.values).allSatisfy { abs($0 - $1) < 1e-3 } && encoded.shape == latents.shape)
    }

    @Test("a picture in tiles is nearly the whole one, and each tile is told")
    func picture() async throws {
        let pipeline = try #require(Demo.pipeline)
        let (whole, wholeEvents) = try await pipeline.recorded(Self.request(.off))
        let (tiled, events) = try await pipeline.recorded(Self.request(.on))
        #expect(Self.tileCounts(of: wholeEvents) == [nil])
        #expect(Self.tileCounts(of: events) == .init(repeating: 9, count: 9))
        #expect(tiled.images != whole.images)
        #expect(tiled.images[0].peakSignalToNoiseRatio(to: whole.images[0]) > 24)
        #expect(tiled.compiles.isEmpty, "one network of any shape serves both")
        // Whoever asks for tiles knows of them.
        #expect(whole.warnings == tiled.warnings)
        // What is no larger than a tile is the same.
        #expect(try await pipeline.pictures(Self.request(.on, width: 128, height: 64)) == pipeline.pictures(Self.request(.off, width: 128, height: 64)))
    }

    @Test("left to itself it takes tiles when the whole exceeds the budget, and says so")
    func auto() async throws {
        let tight = try Demo.newPipeline(networks: CompiledNetworks(core: Core(), memoryBudget: 20_000_000))
        let (result, events) = try await tight.recorded(Self.request(.auto))
        #expect(Self.tileCounts(of: events).count == 9)
        #expect(try await tight.pictures(Self.request(.on)) == result.images)
        #expect(result.warnings.contains { $0.name == .vaeTiles && $0.values == ["count": 9] && $0.description.contains("9 tiles") })
        let wide = try #require(Demo.pipeline)
        #expect(try await wide.pictures(Self.request(.auto)) == wide.pictures(Self.request(.off)))
        #expect(tight.memoryForecast(for: Self.request(.auto)).work.decode < tight.memoryForecast(for: Self.request(.off)).work.decode)
    }

    @Test("static networks are compiled for a tile, once for all sizes")
    func shapes() async throws {
        let pipeline = try Demo.newPipeline(shapes: ShapePlan(.static))
        let first = try await pipeline.generate(Self.request(.on)) { _ in }
        #expect(first.compiles.last?.shape == "batch 1, latents 32×32")
        let second = try await pipeline.generate(Self.request(.on, width: 192, height: 128)) { _ in }
        #expect(second.compiles.map(\.stage) == [.denoise])
    }

    @Test("source pictures are encoded in tiles, and the latents are nearly those of the whole")
    func encoder() async throws {
        let source = RGBImage(width: 256, height: 256, pixels: (0..<256 * 256 * 3).map { (index: Int) -> UInt8 in
            UInt8((index / 3 % 256 + index / 768) / 2)
        })
        let inputs = OneInput(image: InputImage(source))
        let pipeline = try Demo.newPipeline(inputPictures: inputs)
        func request(_ tiling: VAETiling) -> GenerationRequest {
            Self.request(tiling) {
                $0.sourcePictures = [OneInput.picture]
                ($0.imageToImage.strength, $0.imageToImage.fixesSteps) = (0, false)
            }
        }
        let (tiled, events) = try await pipeline.recorded(request(.on))
        let whole = try await pipeline.pictures(request(.off))
        #expect(events.count { if case .encodingPictures(.some) = $0 { true } else { false } } == 9)
        #expect(tiled.images != whole && tiled.images[0].peakSignalToNoiseRatio(to: whole[0]) > 24)
    }

    @Test("cancelling stops between two tiles")
    func cancelling() async throws {
        let pipeline = try #require(Demo.pipeline)
        let last = Mutex(-1)
        let task = Task {
            try await pipeline.generate(Self.request(.on)) { event in
                guard case .decoding(_, _, let tile?) = event else { return }
                last.withLock { $0 = tile.index }
                if tile.index == 4 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: DiffusionError.self) { try await task.value }
        #expect(last.withLock { $0 } == 4)
    }
}

/// A single source picture.
private struct OneInput: InputPictureSource {
    static let picture = InputPicture(contents: [1])
    let image: InputImage

    func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage { image }
}
