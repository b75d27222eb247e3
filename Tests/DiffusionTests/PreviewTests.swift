import Checkpoints
import Generation
import Sampling
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite("Previews")
struct PreviewTests {
    /// What is known of the first family's VAE.
    private static let usual = LatentColors(factors: Family.sd1.latentColors ?? [])
    private static let truth = LatentColors(factors: [[0.3, -0.2, 0.1, 0, 0.1], [0, 0.3, -0.1, 0.2, -0.2], [-0.1, 0.1, 0.3, 0.1, 0]])

    private static func latents(seed: UInt64, height: Int = 6, width: Int = 10) -> NDArray {
        var generator = TorchGenerator(seed: seed)
        return NDArray(shape: [1, 4, height, width], values: generator.normal(4 * height * width))
    }

    /// What a VAE of these colours, and nothing else, would decode: fields of 8×8 pixels.
    private static func decoded(_ latents: NDArray, _ colors: LatentColors = truth) throws -> RGBImage {
        let small = try #require(colors.picture(of: latents))
        let (width, height) = (8 * small.width, 8 * small.height)
        let pixels = (0..<height).flatMap { y in
            (0..<width).flatMap { x in (0..<3).map { small.pixels[3 * (y / 8 * small.width + x / 8) + $0] } }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private static func greatestDifference(_ a: LatentColors?, _ b: LatentColors) -> Float {
        zip(a?.factors.flatMap(\.self) ?? [], b.factors.flatMap(\.self)).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test("a position's colour is its channels, each times its factor, and what is added")
    func picture() throws {
        let latents = NDArray(shape: [1, 4, 1, 2], values: [1.2, 0, 0, 2, 0, 0, 0, -1])
        // 0.3 · 1.2 + 0.1 = 0.46 and so on, −1 ... 1 as 0 ... 255.
        #expect(try #require(Self.truth.picture(of: latents)).pixels == [186, 102, 112, 89, 153, 140])
        let spoiled = NDArray(shape: [1, 4, 1, 1], values: [1, .nan, 0, 0])
        #expect(Self.truth.picture(of: spoiled) == nil)
    }

    @Test("the factors of a linear VAE are found from latents in all colours; one picture tells too little")
    func fit() throws {
        var fit = LatentColorFit(channels: 4)
        let latents = Self.latents(seed: 1)
        fit.learn(latents, became: try Self.decoded(latents))
        #expect(fit.colors == nil)
        fit.learnAllColors(latents, became: try Self.decoded(latents))
        // Pixels are whole numbers, and a few of them are cut at 0 or 255.
        #expect(Self.greatestDifference(fit.colors, Self.truth) < 0.02)
    }

    @Test("what is known holds until pictures show otherwise, and for colours that they do not show")
    func correction() throws {
        var fit = LatentColorFit(channels: 4, knowing: Self.usual)
        #expect(Self.greatestDifference(fit.colors, Self.usual) < 1e-4)
        // Nothing but a grey that latents of 0 became.
        let empty = NDArray(repeating: 0, shape: [1, 4, 2, 2])
        for _ in 0..<100 { fit.learn(empty, became: RGBImage(width: 16, height: 16, pixels: .init(repeating: 191, count: 768))) }
        let colors = try #require(fit.colors)
        for (factors, known) in zip(colors.factors, Self.usual.factors) {
            #expect(zip(factors, known).dropLast().allSatisfy { abs($0 - $1) < 1e-4 })
            // From 0 on the way to 0.498, as far as 8 against 20 allow.
            #expect(abs(factors[4] - (191 * 2 / 255 - 1) * 20 / 28) < 0.02)
        }
    }

    @Test("after many pictures, only the latest count")
    func forgetting() throws {
        var fit = LatentColorFit(channels: 4, knowing: Self.usual)
        for seed in 0..<100 {
            let latents = Self.latents(seed: UInt64(seed), height: 4, width: 4)
            fit.learn(latents, became: try Self.decoded(latents, seed < 20 ? Self.usual : Self.truth))
        }
        // Stable Diffusion's differ from the truth by 0.57 at most, and count as 8 of 28.
        #expect(Self.greatestDifference(fit.colors, Self.truth) < 0.2)
    }

    @Test(
        "a family's factors are assumed for a VAE of its scale, another's are not",
        arguments: [(Float(0.18215), true), (0.13025, false), (1, false)])
    func known(scale: Float, isKnown: Bool) throws {
        let folder = try TemporaryFolder()
        var tiny = TinyCheckpoint.sd1(vocabularySize: 8)
        tiny.vae.scalingFactor = scale
        let checkpoint = try Checkpoint.open(tiny.writeFolder(in: folder))
        #expect((LatentColors(checkpoint) != nil) == (isKnown && checkpoint.vae.configuration.scaleFactor == 8))
    }

    @Test("a preview comes every so many steps, of each picture of the batch, in the size of the latents", arguments: [
        (interval: 0, after: []), (interval: 1, after: [1, 2, 3, 4, 5]), (interval: 2, after: [2, 4]), (interval: 9, after: []),
    ])
    func events(interval: Int, after: [Int]) async throws {
        let pipeline = try #require(Demo.pipeline)
        _ = try await pipeline.pictures(Demo.request())
        let request = Demo.request { ($0.steps, $0.batchSize) = (5, 2) }
        let (result, events) = try await pipeline.recorded(request, previews: PreviewSchedule(everySteps: interval))
        var steps: [Int] = []
        var done = 0
        for event in events {
            switch event {
            case .denoising(let count, _): done = count
            case .preview(let images):
                steps.append(done)
                #expect(images.count == 2)
                #expect(images.allSatisfy { ($0.width, $0.height) == (16, 16) })
            default: break
            }
        }
        #expect(steps == after)
        #expect(try await pipeline.pictures(Demo.request { ($0.steps, $0.batchSize) = (5, 2) }) == result.images)
    }

    @Test("the last preview resembles the picture, with a VAE that nothing was known of", arguments: [Sampler.euler, .ddimDiffusers, .lcm])
    func resemblance(_ sampler: Sampler) async throws {
        let pipeline = try Demo.newPipeline()
        // As in a server that has drawn before: the VAE is compiled.
        _ = try await pipeline.network(.decoder)
        let request = Demo.request { ($0.steps, $0.sampler, $0.width, $0.height) = (8, sampler, 128, 128) }
        let (result, events) = try await pipeline.recorded(request, previews: PreviewSchedule(everySteps: 8))
        let preview = try #require(events.compactMap { if case .preview(let images) = $0 { images[0] } else { nil } }.last)
        let means = result.images[0].meanColors(columns: preview.width, rows: preview.height)
        let colors = preview.meanColors(columns: preview.width, rows: preview.height)
        let error = zip(means, colors).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Float(means.count)
        let mean = means.reduce(0, +) / Float(means.count)
        let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(means.count)
        // What linear factors leave unexplained, of what there is to see.
        #expect(error < 0.3 * variance, "\(error) of \(variance)")
    }
}
