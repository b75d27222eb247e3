import Generation
import ImageCodecs
import Testing

@Suite struct DecodedImageTests {
    @Test("pictures of every kind have the pixels, the transparency and the parameters that Pillow finds")
    func references() throws {
        let all = try PictureFixture.all()
        #expect(all.count == 29)
        for (name, expected) in all {
            let decoded = try DecodedImage(decoding: PictureFixture.file(name))
            #expect(decoded.image.width == expected.width && decoded.image.height == expected.height, "\(name)")
            #expect(PictureFixture.distance(decoded.image.pixels, PictureFixture.bytes(hex: expected.rgb)) <= expected.tolerance, "\(name)")
            #expect(decoded.alpha == expected.alpha.map(PictureFixture.bytes), "\(name)")
            #expect(decoded.parameters == expected.parameters, "\(name)")
        }
    }

    @Test("what is no picture is refused", arguments: [
        [], [0], Array("a text file".utf8), Array("BMW".utf8), Array("<p>".utf8), Array("RIFF\0\0\0\0WAVE".utf8),
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

    @Test("a picture of another format is refused by its name", arguments: [
            ("GIF89a", "a GIF"), ("BM\u{36}\0\0\0\0\0\0\0\u{36}\0", "a BMP"),
            ("II*\0\u{8}\0\0\0", "a TIFF"), ("MM\0*\0\0\0\u{8}", "a TIFF"),
            ("\0\0\0 ftypavif\0\0\0\0avifmif1", "an AVIF"), ("\0\0\0\u{18}ftypmif1\0\0\0\0mif1avif", "an AVIF"),
            ("\0\0\0\u{18}ftypheic\0\0\0\0mif1heic", "a HEIC"), ("\u{FF}\n\u{F8}", "a JPEG XL"),
            ("\0\0\0\u{C}JXL \r\n\u{87}\n", "a JPEG XL"),
            ("\0\0\0\u{C}jP  \r\n\u{87}\n", "a JPEG 2000"), ("\u{FF}O\u{FF}Q", "a JPEG 2000"),
            ("8BPS\0\u{1}", "a PSD"), ("%PDF-1.7", "a PDF"),
            ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG"), ("\n<?xml version=\"1.0\"?>\n<!-- a -->\n<svg/>", "an SVG"),
            ("\0\0\u{1}\0\u{1}\0", "an ICO"),
    ])
    func otherFormats(latin1: String, name: String) {
        let file = latin1.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        #expect { try DecodedImage(decoding: file) } throws: { "\($0)" == "This is \(name). Use PNG, JPEG or WebP." }
    }

    @Test("text and media that only begin alike are no picture of another format", arguments: [
        "BMW and others of that kind", "<?xml version=\"1.0\"?><rss/>", "<html><svg/></html>",
        "\0\0\0\u{18}ftypisom\0\0\u{2}\0isommp42", "\0\0\0 ftyp",
        "\0\0\0\0ftypheicheicheic",
    ])
    func alike(text: String) {
        #expect(throws: ImageCodecError.unknownFormat) { try DecodedImage(decoding: Array(text.utf8)) }
    }

    @Test("a small file that asks for gigabytes is refused by its header", arguments: [
        (20_000, 10), (10, 20_000), (16_384, 16_384), (0x7FFF_FFFF, 0x7FFF_FFFF),
    ])
    func bomb(width: Int, height: Int) throws {
        var file = try PictureFixture.file("plain.png")
        file.replaceSubrange(16..<24, with: PNGChunks.number(width) + PNGChunks.number(height))
        file = PNGChunks.repairingChecksums(of: file)
        let reason = "its \(width)x\(height) pixels are more than 16384 a side or 100 million in all"
        #expect(throws: ImageCodecError.undecodable(.png, reason: reason)) { try DecodedImage(decoding: file) }
    }

    @Test("a JPEG's and a WebP's header is believed no more", arguments: [
            // A frame's height and width; the canvas, each less 1, in 24 bits.
            ("plain.jpg", [0xFF, 0xC0], 5, [0xEA, 0x60, 0xEA, 0x60], "60000x60000"),
            ("animation.webp", Array("VP8X".utf8), 12, [0xFF, 0xFF, 0xFF, 0x0F, 0, 0], "16777216x16"),
            ("animation.webp", Array("VP8X".utf8), 12, [0xFF, 0x3F, 0, 0xFF, 0x3F, 0], "16384x16384"),
    ] as [(String, [UInt8], Int, [UInt8], String)])
    func bombs(name: String, mark: [UInt8], offset: Int, size: [UInt8], pixels: String) throws {
        var file = try PictureFixture.file(name)
        let start = try #require(file.firstRange(of: mark)).lowerBound + offset
        file.replaceSubrange(start..<start + size.count, with: size)
        let reason = "its \(pixels) pixels are more than 16384 a side or 100 million in all"
        let format = try #require(ImageFormat(signatureOf: file))
        #expect(throws: ImageCodecError.undecodable(format, reason: reason)) { try DecodedImage(decoding: file) }
    }

    @Test("a header that promises more than there is makes no picture", arguments: [
            ("plain.png", Array("IHDR".utf8), 11, [14], "Not enough image data"),
            ("text.png", Array("tEXt".utf8), -4, [0x7F], "the file ends too early"),
            ("plain.jpg", [0xFF, 0xC0], 5, [1, 0], "its data ends too early"),
            ("exif.webp", Array("VP8X".utf8), 15, [200], "its data is damaged"),
            ("animation.webp", Array("VP8X".utf8), 12, [3], "its first frame lies outside the picture"),
    ] as [(String, [UInt8], Int, [UInt8], String)])
    func lies(name: String, mark: [UInt8], offset: Int, lie: [UInt8], reason: String) throws {
        var file = try PictureFixture.file(name)
        let start = try #require(file.firstRange(of: mark)).lowerBound + offset
        file.replaceSubrange(start..<start + lie.count, with: lie)
        if name.hasSuffix("png") { file = PNGChunks.repairingChecksums(of: file) }
        let format = try #require(ImageFormat(signatureOf: file))
        #expect(throws: ImageCodecError.undecodable(format, reason: reason)) { try DecodedImage(decoding: file) }
    }

    @Test("the limit of pixels is the caller's", arguments: ImageFormat.allCases)
    func pixelLimit(format: ImageFormat) throws {
        let file = try PictureFixture.gradient(width: 50, height: 40).encoded(as: format)
        #expect(try DecodedImage(decoding: file, pixelLimit: 2000).image.width == 50)
        let reason = "its 50x40 pixels are more than 16384 a side or 0.002 million in all"
        #expect(throws: ImageCodecError.undecodable(format, reason: reason)) { try DecodedImage(decoding: file, pixelLimit: 1999) }
        #expect(throws: ImageCodecError.self) { try DecodedImage(decoding: file, pixelLimit: -1) }
    }

    @Test("each colour is laid over the background to the nearest whole number", arguments: [
        RGBColor.white, .black, RGBColor(red: 1, green: 128, blue: 77),
    ])
    func flattened(background: RGBColor) throws {
        // Every colour with every opacity: columns and rows of a grey picture with transparency.
        let file = try PictureFixture.file("inputs/all-grey-alpha.png")
        let flat = InputImage(try DecodedImage(decoding: file)).flattened(on: background)
        #expect(flat.width == 256 && flat.height == 256)
        let behind = [background.red, background.green, background.blue].map(Int.init)
        let farthest = flat.pixels.enumerated().map { index, value in
            let (colour, alpha) = (index / 3 % 256, index / 3 / 256)
            return abs(Int(value) * 255 - colour * alpha - behind[index % 3] * (255 - alpha))
        }.max()
        // Half of 255, rounded down.
        #expect(farthest == 127)
    }

    @Test("a picture without transparency is flat already")
    func opaque() throws {
        let image = PictureFixture.gradient(width: 5, height: 3)
        #expect(try InputImage(DecodedImage(decoding: image.encoded(as: .png))).flattened(on: .black) == image)
    }

    @Test("damaged files are refused or read, and never more than that")
    func mutated() throws {
        var mutation = Mutation(seed: 2026)
        var refused = 0
        let names = try PictureFixture.all().keys.sorted() + InputFixture.all().keys.sorted().map { "inputs/" + $0 }
        for name in names {
            let original = try PictureFixture.file(name)
            for _ in 0..<60 {
                do {
                    let decoded = try DecodedImage(decoding: mutation.mutated(original), pixelLimit: 100_000)
                    let pixelCount = decoded.image.width * decoded.image.height
                    #expect(pixelCount <= 100_000 && decoded.image.pixels.count == pixelCount * 3)
                    #expect(decoded.alpha.map(\.count) ?? pixelCount == pixelCount)
                } catch {
                    refused += 1
                }
            }
        }
        // Both happen often, so that both are tested.
        #expect((names.count * 10...names.count * 50).contains(refused), "\(refused) of \(names.count * 60)")
    }
}
