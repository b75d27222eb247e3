import Generation
import ImageCodecs
import Testing

@Suite struct DecodedImageTests {
    @Test("pictures of every kind have the pixels, the transparency and the parameters that Pillow finds")
    func references() throws {
        let all = try PictureFixture.all()
        #expect(all.count == 25)
        for (name, expected) in all {
            let decoded = try DecodedImage(decoding: PictureFixture.file(name))
            #expect(decoded.image.width == expected.width && decoded.image.height == expected.height, "\(name)")
            #expect(PictureFixture.distance(decoded.image.pixels, PictureFixture.bytes(hex: expected.rgb)) <= expected.tolerance, "\(name)")
            #expect(decoded.alpha == expected.alpha.map(PictureFixture.bytes), "\(name)")
            #expect(decoded.parameters == expected.parameters, "\(name)")
        }
    }

    @Test("what is no picture is refused", arguments: [
        [], [0], Array("a text file".utf8), Array("GIF89a".utf8), Array("RIFF\0\0\0\0WAVE".utf8),
    ])
    func notPictures(file: [UInt8]) {
        #expect(throws: ImageCodecError.unknownFormat) { try DecodedImage(decoding: file) }
    }

    @Test("a picture cut off anywhere before its end is refused", arguments: ["plain.png", "plain.jpg", "progressive.jpg", "lossless.webp"])
    func truncated(name: String) throws {
        let file = try PictureFixture.file(name)
        // A JPEG is complete without its last marker.
        let ending = name.hasSuffix("jpg") ? 8 : 1
        for length in 12...file.count - ending {
            #expect(throws: ImageCodecError.self, "\(length) bytes") { try DecodedImage(decoding: Array(file.prefix(length))) }
        }
    }

    @Test("the message for half a picture says so", arguments: [
            (
                "plain.png",
                "The PNG picture cannot be read: the file ends too early. Save it again with another program, or use another picture."
            ),
            (
                "plain.jpg",
                "The JPEG picture cannot be read: its data ends too early. Save it again with another program, or use another picture."
            ),
            (
                "lossless.webp",
                "The WebP picture cannot be read: the file ends too early. Save it again with another program, or use another picture."
            )
    ])
    func halfMessage(name: String, message: String) throws {
        let file = try PictureFixture.file(name)
        #expect { try DecodedImage(decoding: Array(file.prefix(file.count / 2))) } throws: { "\($0)" == message }
    }

    @Test("an animation is refused")
    func animation() throws {
        let file = try PictureFixture.file("animation.webp")
        #expect(throws: ImageCodecError.undecodable(.webp, reason: "it is an animation")) { try DecodedImage(decoding: file) }
    }

    @Test("a small file that asks for gigabytes is refused by its header", arguments: [
        (20_000, 10), (10, 20_000), (16_384, 16_384), (0x7FFF_FFFF, 0x7FFF_FFFF),
    ])
    func bomb(width: Int, height: Int) throws {
        var file = try PictureFixture.file("plain.png")
        for (offset, number) in [(16, width), (20, height)] {
            for byte in 0..<4 { file[offset + byte] = UInt8(truncatingIfNeeded: number >> (24 - 8 * byte)) }
        }
        file.replaceSubrange(29..<33, with: CRC32.bytes(of: file[12..<29]))
        let reason = "its \(width)x\(height) pixels are more than 16384 a side or 100 million in all"
        #expect(throws: ImageCodecError.undecodable(.png, reason: reason)) { try DecodedImage(decoding: file) }
    }

    @Test("damaged files are refused or read, and never more than that")
    func mutated() throws {
        var generator = SplitMix64(state: 2026)
        var refused = 0
        for name in try PictureFixture.all().keys.sorted() {
            let original = try PictureFixture.file(name)
            for _ in 0..<100 {
                var file = original
                for _ in 0...Int.random(in: 0..<4, using: &generator) {
                    file[Int.random(in: 8..<file.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                if Bool.random(using: &generator) { file.removeLast(Int.random(in: 0..<file.count, using: &generator)) }
                do {
                    let decoded = try DecodedImage(decoding: file)
                    #expect(decoded.image.pixels.count == decoded.image.width * decoded.image.height * 3)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 800)
    }
}

/// The checksum of PNG's chunks.
private enum CRC32 {
    static func bytes(of data: ArraySlice<UInt8>) -> [UInt8] {
        var crc = UInt32.max
        for byte in data {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return withUnsafeBytes(of: (~crc).bigEndian) { Array($0) }
    }
}

/// Repeatable random numbers.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
