import Generation
import Testing

@Suite("Enlarging pictures")
struct UpscalingTests {
    private static func upscaling(by scale: Float = 2, _ width: Int = 0, _ height: Int = 0, crops: Bool = true) -> Upscaling {
        var upscaling = Upscaling()
        (upscaling.scale, upscaling.width, upscaling.height, upscaling.crops) = (scale, width, height, crops)
        return upscaling
    }

    @Test("sizes by factor are multiples of 8, those that are said are exact", arguments: [
        (upscaling(by: 2), (64, 48), (128, 96), (128, 96)),
        // A1111: 2 · 65 = 130 becomes 128.
        (upscaling(by: 2), (65, 64), (128, 128), (128, 128)), (upscaling(by: 1.3), (512, 512), (664, 664), (664, 664)),
        (upscaling(by: 0.5), (64, 64), (32, 32), (32, 32)), (upscaling(by: 2), (3, 1), (6, 2), (6, 2)),
        (upscaling(by: 0.1), (5, 5), (1, 1), (1, 1)),
        (upscaling(0, 0), (64, 64), (128, 128), (128, 128)),
        // Covered, then cut.
        (upscaling(512, 512), (100, 50), (1024, 512), (512, 512)), (upscaling(512, 512), (50, 100), (512, 1024), (512, 512)),
        (upscaling(512, 512, crops: false), (100, 50), (1024, 512), (1024, 512)),
        (upscaling(100, 70), (49, 49), (100, 96), (100, 70)), (upscaling(100, 99), (49, 49), (100, 99), (100, 99)),
        // One side follows from the other.
        (upscaling(200, 0), (100, 50), (200, 96), (200, 96)), (upscaling(0, 200), (100, 50), (400, 200), (400, 200)),
    ] as [(Upscaling, (Int, Int), (Int, Int), (Int, Int))])
    func sizes(upscaling: Upscaling, picture: (Int, Int), enlarged: (Int, Int), final: (Int, Int)) {
        let size = UpscaledSize(upscaling, of: PictureSize(width: picture.0, height: picture.1))
        #expect((size.enlarged.width, size.enlarged.height) == enlarged)
        #expect((size.final.width, size.final.height) == final)
    }

    private static func upscaling(_ width: Int, _ height: Int, crops: Bool = true) -> Upscaling {
        upscaling(by: 2, width, height, crops: crops)
    }

    @Test("sizes beyond what can be opened again are refused, with the size", arguments: [
        (upscaling(by: 8), (4096, 16)), (upscaling(by: 4), (4000, 3000)), (upscaling(16384, 100), (10, 100)),
        (upscaling(by: 8), (Int(Int32.max), Int(Int32.max))),
    ] as [(Upscaling, (Int, Int))])
    func limits(upscaling: Upscaling, picture: (Int, Int)) throws {
        let size = UpscaledSize(upscaling, of: PictureSize(width: picture.0, height: picture.1))
        let error = try #require(throws: InvalidRequest.self) { try size.validate(field: .upscaleScale) }
        #expect(error.field == "upscale_by" && error.description.contains(size.enlarged.text))
    }

    private static let refused: [(String, @Sendable (inout GenerationRequest) -> Void)] = [
        ("upscaling", { $0.sourcePictures = [] }), ("mask", { $0.mask = Self.picture }),
        ("upscaling", { $0.inpainting.extends.left = 8 }), ("hires", { $0.hires.isOn = true }),
        ("upscale_by", { $0.upscaling.scale = 9 }), ("upscaler_2_visibility", { $0.upscaling.secondShare = 1.5 }),
        ("tile_overlap", { ($0.upscaling.mode, $0.width, $0.upscaling.tileOverlap) = (.redraw, 64, 64) }),
    ]

    @Test("what does not go together is refused", arguments: refused)
    func refusals(field: String, change: @Sendable (inout GenerationRequest) -> Void) throws {
        var request = GenerationRequest(prompt: "")
        request.upscaling.mode = .plain
        request.sourcePictures = [try #require(Self.picture)]
        try request.validate()
        change(&request)
        #expect(try #require(throws: InvalidRequest.self) { try request.validate() }.field == field)
    }

    private static let picture = InputPicture(sha256: String(repeating: "7", count: 64))
}
