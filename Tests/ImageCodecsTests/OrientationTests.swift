import Generation
import ImageCodecs
import Testing

@Suite struct OrientationTests {
    /// Exif with one entry in its first directory, the orientation.
    private static func exif(_ code: Int, type: UInt8 = 3, order: String = "MM") -> [UInt8] {
        let big: [UInt8] = [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, type, 0, 0, 0, 1]
        let little: [UInt8] = [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, type, 0, 1, 0, 0, 0]
        let number = type == 4 ? PNGChunks.number(code) : PNGChunks.number(code << 16)
        let littleNumber = PNGChunks.number(code).reversed()
        return Array(order.utf8) + (order == "MM" ? big + number : little + littleNumber) + [0, 0, 0, 0]
    }

    private static func turned(_ file: [UInt8], _ exif: [UInt8]) throws -> DecodedImage {
        try DecodedImage(decoding: PNGChunks.inserting("eXIf", exif, into: file))
    }

    /// The pixels by rows; where there is transparency, with their opacity.
    private static func rows(_ decoded: DecodedImage) -> [[[UInt8]]] {
        let (width, pixels) = (decoded.image.width, decoded.image.pixels)
        return (0..<decoded.image.height).map { y in
            (y * width..<(y + 1) * width).map { pixel in
                Array(pixels[pixel * 3..<pixel * 3 + 3]) + (decoded.alpha.map { [$0[pixel]] } ?? [])
            }
        }
    }

    private static func transposed<Element>(_ rows: [[Element]]) -> [[Element]] {
        rows[0].indices.map { x in rows.map { $0[x] } }
    }

    private static func seen<Element>(_ stored: [[Element]], _ code: Int) -> [[Element]] {
        switch code {
        case 2: stored.map { $0.reversed() }
        case 3: stored.map { $0.reversed() }.reversed()
        case 4: stored.reversed()
        case 5: transposed(stored)
        case 6: transposed(stored.reversed())
        case 7: transposed(stored.map { $0.reversed() }.reversed())
        case 8: transposed(stored.map { $0.reversed() })
        default: stored
        }
    }

    @Test("each pixel and its opacity stand where the orientation says", arguments: 1...8, [
        ("MM", UInt8(3)), ("II", 3), ("MM", 4), ("II", 4),
    ])
    func every(code: Int, form: (order: String, type: UInt8)) throws {
        let file = try PictureFixture.file("alpha.png")
        let expected = Self.seen(Self.rows(try DecodedImage(decoding: file)), code)
        #expect(try Self.rows(Self.turned(file, Self.exif(code, type: form.type, order: form.order))) == expected)
    }

    @Test("a picture wider and higher than a strip of pixels that are turned together is turned whole", arguments: 1...8)
    func large(code: Int) throws {
        let file = try PictureFixture.gradient(width: 150, height: 70).encoded(as: .png)
        #expect(try Self.rows(Self.turned(file, Self.exif(code))) == Self.seen(Self.rows(DecodedImage(decoding: file)), code))
    }

    @Test("an orientation that is none, or lies outside of the block, is ignored", arguments: [
        exif(0), exif(9), exif(65535), exif(6 << 16, type: 4), Array(exif(6).prefix(19)), Array(exif(6).prefix(9)),
        Array("MM\0*\u{7F}\0\0\0".utf8), Array("MM".utf8), Array("MM\0*".utf8) + [0, 0, 0, 8, 0xFF, 0xFF],
    ])
    func invalid(exif: [UInt8]) throws {
        let file = try PictureFixture.file("alpha.png")
        #expect(try Self.turned(file, exif) == DecodedImage(decoding: file))
    }

    @Test("a turned picture is written upright, without its orientation", arguments: ImageFormat.allCases)
    func writtenUpright(format: ImageFormat) throws {
        let turned = try Self.turned(PictureFixture.file("alpha.png"), Self.exif(6)).image
        let again = try DecodedImage(decoding: turned.encoded(as: format, parameters: "a cat")).image
        #expect(again.width == turned.width && again.height == turned.height)
    }
}
