import Checkpoints
import Compilation
import Foundation
import Generation
import ImageProcessing
import OpenVINO
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite("Upscalers at work")
struct UpscalingTests {
    /// Compact, 2×; Tests/Fixtures/upscalers/make_upscalers.py wrote it.
    private static let compact = Fixture.url("upscalers/compact-2x.pth").path

    private let folder: TemporaryFolder
    private let library: UpscalerLibrary
    private let networks: CompiledNetworks

    init() throws {
        folder = try TemporaryFolder()
        try folder.write([UInt8](Data(contentsOf: URL(filePath: Self.compact))), to: "compact.pth")
        library = UpscalerLibrary(folders: [folder.path])
        networks = CompiledNetworks(core: try Core())
    }

    private struct Inputs: InputPictureSource {
        let image: InputImage
        func image(of picture: InputPicture) -> InputImage { image }
    }

    private func pipeline(_ image: InputImage, shapes: ShapePlan = ShapePlan()) -> UpscalingPipeline {
        UpscalingPipeline(shapes: shapes, networks: networks, upscalers: library, inputPictures: Inputs(image: image))
    }

    private static func request(_ upscaler: String = "compact", _ change: (inout Upscaling) -> Void = { _ in }) -> GenerationRequest {
        var request = GenerationRequest(prompt: "")
        request.upscaling.mode = .plain
        request.upscaling.upscaler = upscaler
        request.sourcePictures = InputPicture(sha256: String(repeating: "1", count: 64)).map { [$0] } ?? []
        change(&request.recipe.upscaling)
        return request
    }

    /// Waves, so that seams would show.
    private static func picture(_ width: Int, _ height: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let across = 60 * cos(Double(y) / 7 + Double(x) / 31)
                for phase in [0.0, 2.1, 4.2] { pixels.append(UInt8(127.5 + across + 60 * sin(Double(x) / 5 + phase))) }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private func picture(_ image: RGBImage, _ request: GenerationRequest) async throws -> RGBImage {
        try await pipeline(InputImage(image)).enlarge([request]) { _ in }[0].images[0]
    }

    @Test("tiles make the picture that the network makes of the whole, and progress counts them")
    func tiles() async throws {
        guard case .network(let file) = try library.upscaler(named: "compact", field: .upscaler) else { return }
        let image = Self.picture(250, 210)
        let key = CompileKey(checkpoint: file.identity, network: .upscaler, placement: .reference)
        let network = try await networks.network(key, of: file)
        var call = try NetworkCall(network)
        try call.setInput("picture", to: image.unitPlanes)
        let planes = try await call.run("upscaled")
        let whole = try #require(RGBImage(planes: planes.map { $0 * 2 - 1 }))

        let told = Mutex<[[Int]]>([])
        let pipeline = pipeline(InputImage(image, parameters: "a cat"))
        let result = try await pipeline.enlarge([Self.request { ($0.width, $0.crops) = (500, false) }]) {
            if case .upscaling(let tile, let total) = $0 { told.withLock { $0.append([tile, total]) } }
        }[0]
        #expect(told.withLock { $0 } == (0..<4).map { [$0, 4] })
        #expect(result.images[0].size == PictureSize(width: 500, height: 416))
        #expect(result.pictures[0].infotext == "a cat" && result.pictures[0].alpha == nil)
        // The network has three convolutions, and sees three pixels around; 420 rows were then brought to 416.
        let enlarged = whole.resized(to: PictureSize(width: 500, height: 416))
        #expect(result.images[0].peakSignalToNoiseRatio(to: enlarged) > 60)
        #expect(await networks.compileCounts.decode == 1)
        #expect(result.places.decode.device == "CPU")
    }

    @Test("the network is used until the picture is large enough, and then Lanczos makes it fit", arguments: [
        (2, [32, 24], [32 * 2, 24 * 2], 1), (3, [32, 24], [96, 72], 2), (8, [16, 16], [128, 128], 3), (1, [32, 24], [32, 24], 1),
        (0.5, [32, 24], [16, 8], 0),
    ] as [(Float, [Int], [Int], Int)])
    func passes(scale: Float, from: [Int], to: [Int], passes: Int) async throws {
        let count = Mutex(0)
        let image = try await pipeline(InputImage(Self.picture(from[0], from[1]))).enlarge([Self.request { $0.scale = scale }]) {
            if case .upscaling = $0 { count.withLock { $0 += 1 } }
        }[0].images[0]
        #expect([image.width, image.height] == to)
        #expect(count.withLock { $0 } == passes)
    }

    @Test("a pass that would lead to too large a picture begins with a smaller one")
    func largePictures() throws {
        let configuration = try #require(try configuration())
        func passes(_ side: Int, _ scale: Float) -> UpscalerPasses {
            var upscaling = Upscaling()
            upscaling.scale = scale
            let size = PictureSize(width: side, height: side)
            return UpscalerPasses(from: size, to: UpscaledSize(upscaling, of: size), by: configuration)
        }
        #expect(passes(4000, 2).passes.map(\.size.width) == [4000] && !passes(4000, 2).isShrunk)
        // 3000 → 6000 → 12000 would be 144 million pixels; 9600 are wanted.
        #expect(passes(3000, 3.2).passes.map(\.size.width) == [3000, 4800] && passes(3000, 3.2).isShrunk)
    }

    private func configuration() throws -> UpscalerConfiguration? {
        guard case .network(let file) = try library.upscaler(named: "compact", field: .upscaler) else { return nil }
        return file.network.configuration
    }

    @Test("built-in upscalers resize, None leaves the picture, a second one is mixed in by its share, the rest is cut")
    func builtIn() async throws {
        let image = Self.picture(40, 24)
        let size = PictureSize(width: 80, height: 48)
        #expect(try await picture(image, Self.request("Lanczos")) == image.resized(to: size))
        #expect(try await picture(image, Self.request("nearest")) == image.resized(to: size, filter: .nearest))
        #expect(try await picture(image, Self.request("None") { $0.scale = 4 }) == image)
        let mixed = try await picture(image, Self.request("Lanczos") { ($0.secondUpscaler, $0.secondShare) = ("Nearest", 0.25) })
        #expect(mixed == image.resized(to: size).blended(with: image.resized(to: size, filter: .nearest), share: 0.25))
        let cut = try await picture(image, Self.request("Lanczos") { ($0.width, $0.height) = (48, 48) })
        #expect(cut == image.resized(to: size).cropped(to: PixelBox(x: 16..<64, y: 0..<48)))
        #expect(await networks.records.isEmpty)
    }

    @Test("transparency is enlarged with the picture")
    func alpha() async throws {
        let alpha: [UInt8] = (0..<960).map { (index: Int) -> UInt8 in UInt8(index % 40 * 6) }
        let source = InputImage(Self.picture(40, 24), alpha: alpha)
        let result = try await pipeline(source).enlarge([Self.request { ($0.width, $0.height) = (64, 48) }]) { _ in }[0]
        let expected = GrayImage(width: 40, height: 24, pixels: alpha).resized(to: PictureSize(width: 80, height: 48))
        #expect(result.pictures[0].alpha == expected.cropped(to: PixelBox(x: 8..<72, y: 0..<48)).pixels)
        #expect(result.images[0].size == PictureSize(width: 64, height: 48))
    }

    @Test("static shapes fix the tile, and all tiles have one")
    func staticShapes() async throws {
        let pipeline = pipeline(InputImage(Self.picture(250, 64)), shapes: ShapePlan(.exact))
        let result = try await pipeline.enlarge([Self.request()]) { _ in }[0]
        #expect(result.compiles.map(\.shape) == ["batch 1, picture 192×64"])
        #expect(result.compiles.map(\.stage) == [.decode])
    }

    @Test("a single request compiles the network once for all passes, and lets go of it")
    func retention() async throws {
        let pipeline = UpscalingPipeline(
            networks: networks, retention: .untilUsed, upscalers: library, inputPictures: Inputs(image: InputImage(Self.picture(32, 24))))
        let result = try await pipeline.enlarge([Self.request { $0.scale = 8 }]) { _ in }[0]
        #expect(result.compiles.count == 1 && result.images[0].width == 256)
        #expect(await networks.readyKeys.isEmpty)
    }

    @Test("cancelling stops between tiles")
    func cancelling() async throws {
        let told = Mutex(0)
        let pipeline = pipeline(InputImage(Self.picture(250, 250)))
        let task = Task {
            try await pipeline.enlarge([Self.request()]) { event in
                guard case .upscaling(let tile, _) = event else { return }
                told.withLock { $0 = tile }
                if tile == 1 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        let error = await #expect(throws: DiffusionError.self) { try await task.value }
        if case .cancelled = error {} else { Issue.record("\(String(describing: error))") }
        #expect(told.withLock { $0 } == 1)
    }

    @Test("a network whose numbers are not finite goes on at the next place, and the picture is whole")
    func fallback() async throws {
        let first = Placement(device: "CPU", precision: .bf16)
        let faulty = CompiledNetworks(core: try Core(), fault: { key, output in
            key.placement == first ? output.map { _ in .nan } : output
        })
        let image = Self.picture(32, 24)
        let pipeline = UpscalingPipeline(
            fallbacks: Fallbacks(first, then: [.reference]), networks: faulty, upscalers: library,
            inputPictures: Inputs(image: InputImage(image)))
        let result = try await pipeline.enlarge([Self.request()]) { _ in }[0]
        #expect(result.moves.map(\.to) == [.reference])
        #expect(try await picture(image, Self.request()) == result.images[0])
    }

    @Test("the second pass of hires fix begins with an upscaler's picture, case and aliases included")
    func hires() async throws {
        let pipeline = try Demo.newPipeline(upscalers: library)
        let events = Mutex<[GenerationEvent]>([])
        func pictures(_ upscaler: String) async throws -> RGBImage {
            let request = Demo.request {
                $0.hires.isOn = true
                ($0.hires.scale, $0.hires.upscaler, $0.imageToImage.strength, $0.steps) = (1.5, upscaler, 0.2, 4)
            }
            return try await pipeline.generate(request) { event in events.withLock { $0.append(event) } }.images[0]
        }
        let picture = try await pictures("COMPACT")
        #expect(picture.size == PictureSize(width: 96, height: 96))
        #expect(events.withLock { $0.contains(.upscaling(tile: 0, of: 1)) })
        #expect(try await pictures("Lanczos") != picture)
        await #expect(throws: DiffusionError.self) { _ = try await pictures("missing") }
    }

    @Test("a small source picture is enlarged by the upscaler that the recipe names; with a mask it is not, and that is told")
    func sources() async throws {
        let image = Self.picture(32, 32)
        let pipeline = try Demo.newPipeline(inputPictures: Inputs(image: InputImage(image)), upscalers: library)
        var request = Demo.request { $0.imageToImage.strength = 0.1 }
        request.sourcePictures = Self.request().sourcePictures
        let plain = try await pipeline.pictures(request)[0]
        request.imageToImage.upscaler = "compact"
        let events = Mutex<[GenerationEvent]>([])
        let picture = try await pipeline.generate(request) { event in events.withLock { $0.append(event) } }.images[0]
        #expect(events.withLock { $0 }.contains(.upscaling(tile: 0, of: 1)) && picture != plain)
        // As if the enlarged picture had been given.
        let enlarged = try await self.picture(image, Self.request())
        let other = try Demo.newPipeline(inputPictures: Inputs(image: InputImage(enlarged)))
        request.imageToImage.upscaler = ""
        #expect(try await other.pictures(request)[0] == picture)
        (request.imageToImage.upscaler, request.mask) = ("compact", request.sourcePictures[0])
        let masked = try await pipeline.generate(request) { _ in }
        #expect(masked.warnings.contains { $0.name == .sourceUpscalerUnused })
    }

    @Test("a picture is enlarged and drawn anew in tiles, each with a seed of its own")
    func redrawing() async throws {
        let image = Self.picture(72, 64)
        let pipeline = try Demo.newPipeline(inputPictures: Inputs(image: InputImage(image)), upscalers: library)
        var request = Demo.request { $0.imageToImage.strength = 0 }
        request.sourcePictures = Self.request().sourcePictures
        (request.upscaling.mode, request.upscaling.upscaler, request.upscaling.tileOverlap) = (.redraw, "compact", 16)
        let events = Mutex<[GenerationEvent]>([])
        let result = try await pipeline.generate(request) { event in events.withLock { $0.append(event) } }
        #expect(result.pictures.count == 1 && result.images[0].size == PictureSize(width: 144, height: 128))
        let told = events.withLock { $0 }
        #expect(told.compactMap { if case .decoding(let index, 9, _) = $0 { index } else { nil } } == Array(0..<9))
        #expect(told.contains(.denoising(done: 9, total: 9)) && told.contains(.upscaling(tile: 0, of: 1)))
        #expect(await pipeline.networks.compileCounts == PerStage(encode: 1, denoise: 1, decode: 3))
        // Almost nothing is drawn anew of a smooth picture: the VAE and one step at the smallest noise.
        var pixels: [UInt8] = []
        for y in 0..<64 { for x in 0..<72 { pixels += [UInt8(60 + 2 * x), UInt8(80 + 2 * y), 120] } }
        let smooth = RGBImage(width: 72, height: 64, pixels: pixels)
        let other = try Demo.newPipeline(inputPictures: Inputs(image: InputImage(smooth)))
        var plain = request
        plain.upscaling.upscaler = "Lanczos"
        let redrawn = try await other.pictures(plain)[0]
        #expect(redrawn.peakSignalToNoiseRatio(to: smooth.resized(to: PictureSize(width: 144, height: 128))) > 20)
        // The whole, not its tiles, is graded.
        request.grading.vignette = 1
        let graded = try await pipeline.generate(request) { _ in }.images[0]
        #expect(graded == request.grading.applied(to: result.images[0], seed: request.seed))
    }

    @Test("unknown names and pictures that would become too large are refused before anything is compiled")
    func refusals() async throws {
        for (request, field) in [
            (Self.request("missing"), "upscaler"), (Self.request { ($0.secondUpscaler, $0.secondShare) = ("missing", 0.5) }, "upscaler_2"),
        ] {
            #expect(try #require(throws: InvalidRequest.self) {
                try UpscalingPipeline.validate(request, upscalers: library)
            }.field == field)
        }
        let wide = InputImage(RGBImage(width: 4096, height: 1, pixels: .init(repeating: 0, count: 3 * 4096)))
        await #expect(throws: DiffusionError.self) { try await pipeline(wide).enlarge([Self.request { $0.scale = 8 }]) { _ in } }
        #expect(await networks.records.isEmpty)
    }
}
