import Generation
import ImageCodecs
import TestSupport
import Testing

/// `Tests/Fixtures/images/inputs/inputs.json`: files such as people send, and what must be read from them.
struct InputFixture: Decodable {
    /// Width and height after turning.
    var size: [Int]?
    /// The colours in the middle of each quarter, by rows, on white where the picture is transparent.
    var colours: [[UInt8]]?
    /// How far a channel may be off.
    var tolerance: Int?
    var alpha: String?
    /// Why the file is not read.
    var refused: String?
    /// How many pixels a mask marks; by alpha.
    var repaintedPixels: Int?
    /// The values of a grey mask.
    var values: [UInt8]?

    private enum CodingKeys: String, CodingKey {
        case size, colours, tolerance, alpha, refused, repaintedPixels = "repainted_pixels", values
    }

    static func all() throws -> [String: InputFixture] { try Fixture.decode(from: "images/inputs/inputs.json") }

    static func decoded(_ name: String) throws -> DecodedImage { try DecodedImage(decoding: PictureFixture.file("inputs/" + name)) }
}

@Suite struct InputPictureTests {
    @Test("files such as people send are read upright, flat on white, or refused")
    func table() throws {
        let all = try InputFixture.all()
        #expect(all.count == 37)
        for (name, expected) in all where expected.refused == nil {
            let decoded = try InputFixture.decoded(name)
            let flat = InputImage(decoded).flattened()
            if let size = expected.size { #expect([flat.width, flat.height] == size, "\(name)") }
            if let alpha = expected.alpha { #expect(decoded.alpha == PictureFixture.bytes(hex: alpha), "\(name)") }
            guard let colours = expected.colours, let tolerance = expected.tolerance else { continue }
            let seen = [(1, 1), (3, 1), (1, 3), (3, 3)].flatMap { Self.colour(of: flat, column: $0.0, row: $0.1) }
            #expect(PictureFixture.distance(seen, colours.flatMap(\.self)) <= tolerance, "\(name): \(seen)")
        }
        for (name, expected) in all where expected.refused != nil {
            #expect(throws: ImageCodecError.self, "\(name)") { try InputFixture.decoded(name) }
        }
    }

    /// The pixel at that many quarters of the width and height.
    private static func colour(of image: RGBImage, column: Int, row: Int) -> [UInt8] {
        let pixel = row * (image.height / 4) * image.width + column * (image.width / 4)
        return Array(image.pixels[pixel * 3..<pixel * 3 + 3])
    }

    @Test("what is refused is named", arguments: [
        ("animated.gif", ImageCodecError.unsupportedFormat(name: "GIF")), ("not-a-picture.png", .unknownFormat),
        ("truncated.png", .undecodable(.png, reason: "the file ends too early")),
        ("huge.png", .undecodable(.png, reason: "its 60000x60000 pixels are more than 16384 a side or 100 million in all")),
    ])
    func refusals(name: String, error: ImageCodecError) { #expect(throws: error) { try InputFixture.decoded(name) } }

    @Test("masks keep each value: transparency, and shades of grey")
    func masks() throws {
        let all = try InputFixture.all()
        #expect(try InputFixture.decoded("mask-alpha.png").alpha?.count { $0 > 128 } == all["mask-alpha.png"]?.repaintedPixels)
        #expect(try InputFixture.decoded("mask-openai.png").alpha?.count { $0 == 0 } == all["mask-openai.png"]?.repaintedPixels)
        #expect(try Set(InputFixture.decoded("mask-grey.png").image.pixels).sorted() == all["mask-grey.png"]?.values)
    }

    @Test("each of the 65,536 values of 16 bits becomes the nearest of 8 bits")
    func sixteenBits() throws {
        let pixels = try InputFixture.decoded("all-16.png").image.pixels
        let expected = (0..<65536).map { UInt8(($0 * 255 + 32767) / 65535) }
        #expect(pixels == expected.flatMap { [$0, $0, $0] })
    }
}
