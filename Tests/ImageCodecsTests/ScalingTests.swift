import Generation
import ImageCodecs
import Testing

@Suite struct ScalingTests {
    @Test("each pixel of a smaller picture is the mean of what it covers")
    func means() throws {
        // Blocks of 2×2 pixels; their means are whole numbers.
        let rows: [[UInt8]] = [[0, 100, 10, 10], [200, 100, 10, 10], [40, 40, 255, 255], [40, 40, 255, 255]]
        let image = RGBImage(width: 4, height: 4, pixels: rows.joined().flatMap { [$0, 255 - $0, 7] })
        let scaled = try image.scaled(width: 2, height: 2)
        #expect(scaled.width == 2 && scaled.height == 2)
        let expected: [UInt8] = [100, 155, 7, 10, 245, 7, 40, 215, 7, 255, 0, 7]
        // libwebp computes with fixed-point fractions, which may round the other way.
        #expect(PictureFixture.distance(scaled.pixels, expected) <= 1)
    }

    @Test("a smooth picture stays the same in any size", arguments: [(100, 50), (37, 21), (300, 10), (1, 1), (600, 400)])
    func sizes(width: Int, height: Int) throws {
        let scaled = try PictureFixture.gradient(width: 200, height: 120).scaled(width: width, height: height)
        // The mean of a gradient is its middle, off by half of a pixel at most at the larger of both steps, and a rounding.
        let tolerance = 3 + 255 / (2 * min(width, height))
        #expect(PictureFixture.distance(scaled.pixels, PictureFixture.gradient(width: width, height: height).pixels) <= tolerance)
    }

    @Test("a picture in its own size is itself")
    func same() throws {
        let image = PictureFixture.gradient(width: 5, height: 3)
        #expect(try image.scaled(width: 5, height: 3) == image)
    }

    @Test("fitting keeps the proportions, and enlarges nothing", arguments: [
            (512, 512, 256, 256), (512, 768, 171, 256), (768, 512, 256, 171), (256, 10, 256, 10), (8, 8, 8, 8), (2000, 1, 256, 1),
            (257, 257, 256, 256)
    ])
    func fitting(width: Int, height: Int, fittedWidth: Int, fittedHeight: Int) throws {
        let fitted = try PictureFixture.gradient(width: width, height: height).fitted(longestSide: 256)
        #expect(fitted.width == fittedWidth && fitted.height == fittedHeight)
    }

    @Test("a size that no picture can have is refused", arguments: [
        (0, 5, "it says that it has no pixels"), (-1, 5, "it says that it has no pixels"),
        (16_385, 5, "its 16385x5 pixels are more than 16384 a side or 100 million in all"),
        (16_000, 16_000, "its 16000x16000 pixels are more than 16384 a side or 100 million in all"),
    ])
    func refused(width: Int, height: Int, reason: String) throws {
        #expect {
            try PictureFixture.gradient(width: 8, height: 8).scaled(width: width, height: height)
        } throws: {
            "\($0)" == "The picture cannot be scaled: \(reason). Use another size."
        }
    }
}
