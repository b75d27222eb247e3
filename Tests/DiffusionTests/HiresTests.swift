import Compilation
import Diffusion
import Generation
import ImageProcessing
import Sampling
import Synchronization
import Testing

@Suite("A second pass at a larger size")
struct HiresTests {
    private static let shared = Result { try Demo.newPipeline() }

    private static func request(_ change: (inout GenerationRequest) -> Void = { _ in }) -> GenerationRequest {
        Demo.request {
            $0.hires.isOn = true
            $0.hires.scale = 1.5
            $0.imageToImage.strength = 0.5
            change(&$0)
        }
    }

    @Test("the picture has the larger size, looks like the first pass, and is no enlargement of it", arguments: [
        LatentUpscaler.bilinear.rawValue, LatentUpscaler.nearestExact.rawValue, PictureUpscaler.lanczos.rawValue,
        PictureUpscaler.nearest.rawValue,
    ])
    func sizes(upscaler: String) async throws {
        let pipeline = try Self.shared.get()
        let request = Self.request {
            $0.steps = 6
            $0.imageToImage.strength = 0.3
            $0.hires.upscaler = upscaler
        }
        let first = try await pipeline.pictures(Demo.request { $0.steps = 6 })[0]
        let picture = try await pipeline.pictures(request)[0]
        #expect((picture.width, picture.height) == (96, 96))
        let enlarged = first.resized(to: PictureSize(width: 96, height: 96))
        #expect(picture != enlarged && picture.peakSignalToNoiseRatio(to: enlarged) > 12)
    }

    @Test("it is image-to-image from the first pass's latents, with all steps and the seed's own noise of that size")
    func asImageToImage() async throws {
        let pipeline = try Self.shared.get()
        let request = Self.request { ($0.steps, $0.hires.steps, $0.imageToImage.strength) = (2, 3, 0.6) }
        let pass = try #require(request.secondPass)
        #expect(pass.samplingFromPicture.settings.steps == 5 && pass.samplingFromPicture.skippedSteps == 2)
        let told = Mutex<[[Int]]>([])
        _ = try await pipeline.generate(request) { event in
            if case .denoising(let done, let total) = event { told.withLock { $0.append([done, total]) } }
        }
        // The steps of both passes count up.
        #expect(told.withLock { $0 } == [[0, 5], [1, 5], [2, 5], [2, 5], [3, 5], [4, 5], [5, 5]])
    }

    @Test("a prompt of its own counts in the second pass, and in it alone")
    func prompts() async throws {
        let pipeline = try Self.shared.get()
        let plain = try await pipeline.pictures(Self.request())
        #expect(try await pipeline.pictures(Self.request { $0.hires.prompt = $0.prompt }) == plain)
        #expect(try await pipeline.pictures(Self.request { $0.hires.prompt = "yellow star on a blue background" }) != plain)
        // 1.0 and more of a schedule lies in the second pass.
        let scheduled = Self.request {
            ($0.prompt, $0.steps) = ("[red apple on a white background:yellow star on a blue background:1.0]", 2)
        }
        let parts = Self.request { $0.hires.prompt = "yellow star on a blue background" }
        #expect(try await pipeline.pictures(scheduled) == pipeline.pictures(parts))
    }

    @Test("pictures of a batch are those that are drawn alone; dynamic shapes compile the UNet once")
    func batches() async throws {
        let pipeline = try Demo.newPipeline()
        let alone = try await [UInt64(5), 6].asyncMap { seed in try await pipeline.pictures(Self.request { $0.seed = seed })[0] }
        let batch = try await pipeline.pictures(Self.request { ($0.seed, $0.batchSize) = (5, 2) })
        // Sums in another order: single pixels off by one.
        for (one, other) in zip(alone, batch) { #expect(one.peakSignalToNoiseRatio(to: other) > 60) }
        #expect(await pipeline.networks.compileCounts == PerStage(encode: 1, denoise: 1, decode: 1))
    }

    private static let refused: [(String, @Sendable (inout GenerationRequest) -> Void)] = [
        ("hires_upscaler", { $0.hires.upscaler = "ESRGAN" }),
        ("hires_width", { ($0.width, $0.hires.scale) = (1024, 8) }),
        ("hires_scale", { $0.hires.scale = 0.5 }),
        ("hires", { $0.sourcePictures = [InputPicture(sha256: String(repeating: "a", count: 64))].compactMap(\.self) }),
    ]

    @Test("what cannot be a second pass is refused under the name of its field", arguments: refused)
    func refusals(field: String, change: @Sendable (inout GenerationRequest) -> Void) throws {
        let pipeline = try Self.shared.get()
        let error = #expect(throws: InvalidRequest.self) { try pipeline.validate(Self.request(change)) }
        #expect(error?.field == field)
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
