import Generation
import ImageProcessing
import Testing
import TestSupport

@Suite struct ColorMatchingTests {
    @Test("colours match as A1111's colour correction matches them")
    func matched() throws {
        struct Reference: Decodable { var pixels: [UInt8] }
        let expected = try Fixture.decode(Reference.self, from: "processing/colors.json").pixels
        let picture = RGBImage.test(width: 48, height: 36).turned
        let matched = picture.colorMatched(to: .test(width: 40, height: 30))
        // OpenCV's way back from CIELAB counts in whole numbers and is off by up to 2.
        #expect(matched.pixels.count == expected.count)
        #expect(zip(matched.pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
        #expect(matched != picture)
    }

    @Test("gray pictures stay gray, black and white included")
    func gray() {
        func gray(_ levels: [UInt8]) -> RGBImage { RGBImage(width: levels.count, height: 1, pixels: levels.flatMap { [$0, $0, $0] }) }
        let picture = gray([0, 30, 128, 255])
        #expect(picture.colorMatched(to: gray([90])) == picture)
    }
}
