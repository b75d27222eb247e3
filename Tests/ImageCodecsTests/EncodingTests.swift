import Generation
import ImageCodecs
import Testing

@Suite struct EncodingTests {
    static let texts = [
        "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7", "café ÿ", "猫 🐱 مرحبا", "", "one\r\ntwo\n", String(repeating: "long ", count: 5000)
    ]

    @Test("a PNG comes back as it was, pixels and parameters", arguments: texts)
    func png(text: String) throws {
        let image = PictureFixture.gradient(width: 37, height: 21)
        let file = try image.encoded(as: .png, parameters: text)
        let decoded = try DecodedImage(decoding: file)
        #expect(decoded.image == image)
        #expect(decoded.parameters == text)
        #expect(decoded.alpha == nil)
        #expect(decoded.format == .png)
    }

    @Test("a PNG's parameters are tEXt where Latin-1 suffices and iTXt where not")
    func chunkKinds() throws {
        let image = PictureFixture.gradient(width: 4, height: 4)
        #expect(
            try image.encoded(as: .png, parameters: "café").contains("tEXtparameters\0caf\u{e9}".unicodeScalars.map { UInt8($0.value) }))
        #expect(try image.encoded(as: .png, parameters: "猫").contains(Array("iTXtparameters\0\0\0\0\0猫".utf8)))
    }

    @Test("JPEG and WebP come back nearly as they were, with their parameters", arguments: [ImageFormat.jpeg, .webp], texts)
    func lossy(format: ImageFormat, text: String) throws {
        let image = PictureFixture.gradient(width: 37, height: 21)
        let decoded = try DecodedImage(decoding: image.encoded(as: format, quality: 95, parameters: text))
        // A smooth picture at quality 95, with halved colour resolution: a few levels, more at the edges.
        #expect(PictureFixture.distance(decoded.image.pixels, image.pixels) <= 16)
        #expect(decoded.parameters == text)
        #expect(decoded.format == format)
    }

    @Test("transparency stays in PNG and WebP; JPEG lays it over white", arguments: ImageFormat.allCases)
    func transparency(format: ImageFormat) throws {
        let image = PictureFixture.gradient(width: 37, height: 21)
        let alpha: [UInt8] = (0..<777).map { (index: Int) -> UInt8 in UInt8(index % 37 * 6 + 1) }
        let decoded = try DecodedImage(decoding: image.encoded(as: format, quality: 100, alpha: alpha))
        #expect(decoded.alpha == (format == .jpeg ? nil : alpha))
        if format == .png { #expect(decoded.image == image) }
        let (flat, expected) = (InputImage(decoded.image, alpha: decoded.alpha).flattened(), InputImage(image, alpha: alpha).flattened())
        #expect(PictureFixture.distance(flat.pixels, expected.pixels) <= (format == .png ? 0 : 24))
    }

    @Test("how a picture was changed is a text of its own in a PNG, and goes on with the parameters elsewhere", arguments: [
        ("", "Postprocess upscale by: 2", "Postprocess upscale by: 2"),
        ("a cat\nSteps: 2, Seed: 1, Size: 8x8", "Postprocess upscale by: 2", "a cat\nSteps: 2, Seed: 1, Size: 8x8, Postprocess upscale by: 2"),
        ("a cat", "Postprocess upscaler: 猫", "a cat\nPostprocess upscaler: 猫"),
    ])
    func postprocessing(parameters: String, postprocessing: String, joined: String) throws {
        var picture = Picture(PictureFixture.gradient(width: 8, height: 8), seed: 1, infotext: parameters)
        picture.postprocessing = postprocessing
        let png = try picture.encoded(as: .png)
        #expect(try DecodedImage(decoding: png).parameters == (parameters.isEmpty ? nil : parameters))
        #expect(png.contains(Array("postprocessing\0".utf8)) && png.contains(Array(postprocessing.utf8)))
        for format in [ImageFormat.jpeg, .webp] { #expect(try DecodedImage(decoding: picture.encoded(as: format)).parameters == joined) }
    }

    @Test("a picture without parameters has none", arguments: ImageFormat.allCases)
    func noParameters(format: ImageFormat) throws {
        let file = try PictureFixture.gradient(width: 8, height: 8).encoded(as: format)
        #expect(try DecodedImage(decoding: file).parameters == nil)
    }

    @Test("a picture of one pixel and a quality out of range are fine", arguments: ImageFormat.allCases, [-1, 0, 1, 100, 1000])
    func extremes(format: ImageFormat, quality: Int) throws {
        let image = RGBImage(width: 1, height: 1, pixels: [200, 200, 200])
        let decoded = try DecodedImage(decoding: image.encoded(as: format, quality: quality))
        #expect(decoded.image.width == 1 && decoded.image.height == 1)
    }

    @Test("more than 64 kB of parameters do not fit into a JPEG")
    func tooLong() throws {
        let image = PictureFixture.gradient(width: 8, height: 8)
        let text = String(repeating: "x", count: 40_000)
        #expect {
            try image.encoded(as: .jpeg, parameters: text)
        } throws: {
            "\($0)" == "The generation parameters take 80058 bytes; a JPEG holds 65533. Use PNG or WebP, or shorten the prompt."
        }
        #expect(try DecodedImage(decoding: image.encoded(as: .webp, parameters: text)).parameters == text)
    }

    @Test("a picture too wide for WebP is refused, in words that say what to do")
    func tooWide() {
        let image = RGBImage(width: 16_384, height: 1, pixels: Array(repeating: 0, count: 16_384 * 3))
        #expect {
            try image.encoded(as: .webp)
        } throws: {
            "\($0)" == "The picture cannot be written as WebP: WebP holds at most 16383 pixels a side. Use another format."
        }
    }

    @Test("a format is told by a file's extension or its first bytes", arguments: [
        ("png", ImageFormat.png), ("PNG", .png), ("jpg", .jpeg), ("JPEG", .jpeg), ("webp", .webp), ("gif", nil), ("", nil),
    ])
    func fileExtensions(name: String, format: ImageFormat?) throws {
        #expect(ImageFormat(fileExtension: name) == format)
        guard let format else { return }
        #expect(ImageFormat(signatureOf: try PictureFixture.gradient(width: 2, height: 2).encoded(as: format)) == format)
    }
}
