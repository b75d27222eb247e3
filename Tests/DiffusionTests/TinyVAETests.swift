import Checkpoints
import Compilation
import Generation
import GraphIR
import ImageCodecs
import Networks
import OpenVINO
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite("A tiny VAE")
struct TinyVAETests {
    private let folder: TemporaryFolder
    private let model: String

    init() throws {
        folder = try TemporaryFolder()
        model = try TinyCheckpoint.sd1().writeSingleFile(in: folder)
    }

    /// A random model of the first family, which TAESD is for, with what lies in the folder.
    private func pipeline(shapes: ShapePlan = ShapePlan(), inputs: (any InputPictureSource)? = nil) throws -> DiffusionPipeline {
        DiffusionPipeline(
            try OpenCheckpoint(path: model, tinyVAEs: TinyVAELibrary(paths: [folder.path])),
            fallbacks: PerStage(repeating: Fallbacks(.reference)), shapes: shapes, networks: CompiledNetworks(core: try Core()),
            inputPictures: inputs)
    }

    private static let tiny = Demo.request { $0.vae.decoder = .tiny }

    @Test("it draws the picture in place of the model's VAE, which is not even compiled", arguments: [ShapePlan(.dynamic), ShapePlan(.static)])
    func decoder(shapes: ShapePlan) async throws {
        _ = try folder.write(TinyVAEFile.bytes(), to: "taesd.safetensors")
        let pipeline = try pipeline(shapes: shapes)
        let result = try await pipeline.generate(Self.tiny) { _ in }
        #expect(result.compiles.map(\.stage) == Stage.allCases)
        #expect(await pipeline.networks.readyKeys.map(\.network).filter { $0.stage == .decode } == [.tinyDecoder])
        #expect((result.images[0].width, result.images[0].height) == (64, 64))
        let full = try await pipeline.pictures(Demo.request())
        #expect(full != result.images)
        #expect(try await pipeline.pictures(Self.tiny) == result.images)
    }

    @Test("in tiles it gives the same but for the seams")
    func tiles() async throws {
        _ = try folder.write(TinyVAEFile.bytes(), to: "taesd.safetensors")
        let pipeline = try pipeline()
        func picture(_ tiling: VAETiling) async throws -> RGBImage {
            try await pipeline.pictures(Demo.request { ($0.vae.decoder, $0.vae.tiling, $0.width) = (.tiny, tiling, 576) })[0]
        }
        let (whole, tiled) = (try await picture(.off), try await picture(.on))
        #expect(whole != tiled && whole.peakSignalToNoiseRatio(to: tiled) > 24)
    }

    @Test("it reads source pictures, and the model's encoder is not compiled")
    func encoder() async throws {
        _ = try folder.write(TinyVAEFile.bytes(), to: "taesd.safetensors")
        let pipeline = try pipeline(inputs: GreyInput())
        let request = Demo.request { ($0.sourcePictures, $0.vae.encoder) = ([InputPicture(contents: [1])], .tiny) }
        let picture = try await pipeline.pictures(request)
        let used = await pipeline.networks.readyKeys.map(\.network).filter { $0.stage == .decode }
        #expect(Set(used) == [.tinyEncoder, .decoder])
        #expect(try await pipeline.pictures(Demo.request { $0.sourcePictures = request.sourcePictures }) != picture)
        // Nothing can be drawn from its one answer, so that the seed's first noise stays the picture's.
        var sampled = request
        sampled.imageToImage.posterior = .sampleFirst
        let result = try await pipeline.generate(sampled) { _ in }
        #expect(result.images == picture && result.warnings.map(\.name) == [.posteriorUnused])
    }

    @Test("without its file a request is refused by the field, before anything is compiled", arguments: [
        ([], GenerationField.vaeDecoder), (["encoder"], .vaeDecoder), (["decoder"], .vaeEncoder),
    ])
    func refusal(halves: [String], field: GenerationField) async throws {
        if !halves.isEmpty { _ = try folder.write(TinyVAEFile.bytes(halves: halves), to: "taesd_\(halves[0]).safetensors") }
        let pipeline = try pipeline()
        let request = Demo.request { _ = field.set(.text("tiny"), in: &$0) }
        let error = #expect(throws: InvalidRequest.self) { try pipeline.validate(request) }
        #expect(error?.field == field.key && error?.errorReason.name == .missingTinyVAE)
        await #expect(throws: DiffusionError.self) { try await pipeline.generate(request) { _ in } }
        #expect(await pipeline.networks.records.isEmpty)
    }

    @Test("previews are pictures where it is there and wanted, else a pixel for each latent", arguments: [
        (true, PreviewMethod.auto, 64), (true, .fast, 8), (false, .auto, 8),
    ])
    func previews(isThere: Bool, method: PreviewMethod, side: Int) async throws {
        if isThere { _ = try folder.write(TinyVAEFile.bytes(), to: "taesd.safetensors") }
        let pipeline = try pipeline()
        var schedule = PreviewSchedule(everySteps: 1)
        schedule.method = method
        // Once all is compiled, so that no preview comes before its decoder.
        for _ in 0..<2 { _ = try await pipeline.generate(Demo.request(), previews: schedule) { _ in } }
        let log = EventLog()
        let result = try await pipeline.generate(Demo.request { $0.batchSize = 2 }, previews: schedule) { log.append($0) }
        let previews = log.all.compactMap { if case .preview(let images) = $0 { images } else { nil } }
        #expect(previews.first?.map(\.width) == [side, side] && previews.allSatisfy { $0.count == 2 })
        #expect(result.compiles.isEmpty)
        #expect(try await pipeline.pictures(Demo.request { $0.batchSize = 2 }) == result.images, "watching changes no picture")
        #expect(await pipeline.networks.readyKeys.contains { $0.network == .tinyDecoder } == (side == 64))
    }

    @Test("previews of large pictures are no larger than 512 pixels", arguments: [
        (64, 64, 64, 64), (128, 96, 64, 48), (65, 64, 32, 32), (192, 8, 64, 2),
    ])
    func sizes(height: Int, width: Int, expectedHeight: Int, expectedWidth: Int) throws {
        let pipeline = try pipeline(shapes: ShapePlan(.static))
        var need = ShapeNeed(pictureCount: 1, latentHeight: height, latentWidth: width, chunkCounts: [1])
        need.tiling = .none
        let previews = TinyPreviews(need, networks: pipeline.networks) { pipeline.key(of: .tinyDecoder, for: $0) }
        #expect(previews.key.shape.height == .fixed(expectedHeight) && previews.key.shape.width == .fixed(expectedWidth))
    }
}

private struct GreyInput: InputPictureSource {
    func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
        InputImage(RGBImage(width: 64, height: 64, pixels: .init(repeating: 90, count: 64 * 64 * 3)))
    }
}
