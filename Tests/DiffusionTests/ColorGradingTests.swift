import Generation
import TestSupport
import Testing

@testable import Diffusion

@Suite("Colour grading")
struct ColorGradingTests {
    private let reference: GradingReference

    init() throws { reference = try Fixture.decode(from: "grading/pictures.json") }

    /// The fixture has five digits: up to 0.005 of the 255 steps are its rounding. A few roundings of single precision come on top.
    @Test("each part, and all of them together, agree with SD.Next and kornia")
    func agreement() {
        for expected in reference.cases {
            var picture = FloatImage(reference.image)
            expected.fields.request.grading.apply(to: &picture, seed: reference.seed)
            let values = picture.pixels.flatMap { [$0.x, $0.y, $0.z] }
            let distance = zip(values, expected.values).reduce(0) { max($0, abs($1.0 * 255 - $1.1)) }
            #expect(values.count == expected.values.count && distance < 0.01, "\(expected.fields)")
        }
        #expect(reference.cases.count > 30)
    }

    @Test("values are rounded once, at the end")
    func rounding() throws {
        let all = try #require(reference.cases.last)
        let bytes = all.fields.request.grading.applied(to: reference.image, seed: reference.seed).pixels
        #expect(zip(bytes, all.values).allSatisfy { abs(Float($0) - $1) < 0.51 })
    }

    @Test("the defaults change nothing, bit for bit")
    func defaults() {
        #expect(ColorGrading().applied(to: reference.image, seed: 1) == reference.image)
        // Values of parts that are off change nothing either, although the picture goes through floating point.
        var grading = ColorGrading()
        (grading.equalizingGrid, grading.tintBalance) = (3, 0.9)
        #expect(grading.applied(to: reference.image, seed: 1) == reference.image)
        #expect(FloatImage(reference.image).rounded == reference.image)
    }

    @Test("nothing of one picture stays for the next")
    func isolation() {
        let before = reference.cases.map { $0.fields.request.grading.applied(to: reference.image, seed: 7) }
        let after = reference.cases.reversed().map { $0.fields.request.grading.applied(to: reference.image, seed: 7) }
        #expect(before == after.reversed())
        #expect(ColorGrading().applied(to: reference.image, seed: 7) == reference.image)
    }

    @Test("grain is the seed's")
    func grain() {
        var grading = ColorGrading()
        grading.grain = 0.5
        let pictures = [1, 1, 2].map { grading.applied(to: reference.image, seed: $0) }
        #expect(pictures[0] == pictures[1] && pictures[1] != pictures[2] && pictures[0] != reference.image)
    }

    // What SD.Next's own tests expect: test/test-generation-api.py of pictures, test/test-grading.py of parts.

    @Test("each field goes in SD.Next's direction", arguments: [
        Direction("brightness raises the mean", rises: true, \.mean) { $0.brightness = 0.3 },
        Direction("contrast raises the standard deviation", rises: true, \.deviation) { $0.contrast = 0.5 },
        Direction("less saturation brings the channels' means together", rises: false, \.spread) { $0.saturation = -0.5 },
        Direction("a gamma below 1 raises the mean", rises: true, \.mean) { $0.gamma = 0.7 },
        Direction("3000 K raises red over blue", rises: true, \.warmth) { $0.colorTemperature = 3000 },
        Direction("10000 K raises blue over red", rises: false, \.warmth) { $0.colorTemperature = 10000 },
        Direction("a vignette darkens the corners", rises: false, \.corners) { $0.vignette = 0.8 },
        Direction("shadows above 0 lighten", rises: true, \.mean) { $0.shadows = 0.5 },
        Direction("highlights below 0 darken", rises: false, \.mean) { $0.highlights = -0.3 },
    ])
    fileprivate func directions(_ direction: Direction) {
        let graded = direction.grading.applied(to: reference.image, seed: 42)
        #expect(graded.distance(to: reference.image) > 0.5)
        let (before, after) = (direction.measure(reference.image), direction.measure(graded))
        #expect(direction.rises ? after > before : after < before, "\(before), \(after)")
    }

    @Test("each other field changes the picture", arguments: [
        graded { $0.hue = 0.2 }, graded { $0.sharpness = 0.8 }, graded { $0.grain = 0.5 }, graded { $0.equalizingLimit = 2 },
        graded { $0.midtones = -0.1 },
        graded {
            $0.shadowsTint = RGBColor(red: 0, green: 0x33, blue: 0x66)
            $0.highlightsTint = RGBColor(red: 0xFF, green: 0xCC, blue: 0)
        },
    ])
    func changes(_ grading: ColorGrading) {
        #expect(grading.applied(to: reference.image, seed: 42).distance(to: reference.image) > 0.5)
    }

    @Test("black, white and tiny pictures are graded, and keep their size", arguments: [(64, 64), (4, 4), (2, 5), (1, 1), (17, 8)])
    func edges(width: Int, height: Int) {
        let everything = GenerationRequest.unusual.grading
        for value: UInt8 in [0, 255, 77] {
            let picture = RGBImage(width: width, height: height, pixels: Array(repeating: value, count: 3 * width * height))
            let graded = everything.applied(to: picture, seed: 1)
            #expect((graded.width, graded.height) == (width, height))
        }
    }

    @Test("a vignette leaves the middle lighter than the corners, grain stays within 0 to 1, and tones of 0 leave the picture")
    func parts() {
        let grey = RGBImage(width: 64, height: 64, pixels: Array(repeating: 128, count: 3 * 64 * 64))
        var dark = FloatImage(grey)
        dark.darkenCorners(by: 1)
        #expect(dark.pixels[32 * 64 + 32].x > dark.pixels[0].x && dark.pixels[0] == .zero)
        var grainy = FloatImage(grey)
        grainy.addGrain(1, seed: 3)
        #expect(grainy != FloatImage(grey) && grainy.pixels.allSatisfy { $0.min() >= 0 && $0.max() <= 1 })
        var same = FloatImage(reference.image)
        same.adjustTones(shadows: 0, midtones: 0, highlights: 0)
        // To Lab and back with matrices of six digits.
        let distances = zip(same.pixels, FloatImage(reference.image).pixels).map { $0 - $1 }
        #expect(distances.allSatisfy { $0.max() < 1e-3 && $0.min() > -1e-3 })
    }

    @Test("light is white at 6500 K, red below and blue above, and never negative")
    func light() {
        let daylight = LightColor.scale(kelvins: 6500)
        #expect((daylight - 1).max() < 0.15 && (daylight - 1).min() > -0.15)
        let (warm, cool) = (LightColor.scale(kelvins: 3000), LightColor.scale(kelvins: 10000))
        #expect(warm.x > warm.z && cool.z > cool.x && warm.min() > 0 && cool.min() > 0)
        for kelvins in [1000, 2000, 4000, 8000, 15000, 40000] as [Double] { #expect(LightColor.scale(kelvins: kelvins).min() >= 0) }
    }

    @Test("equalizing never loses a pixel: the highest level becomes white, whatever is cut off", arguments: [0.1, 1, 2.5, 40] as [Float])
    func equalizing(limit: Float) {
        var counts = [Int](repeating: 0, count: 256)
        (counts[3], counts[100], counts[255]) = (500, 499, 1)
        let table = FloatImage.equalizingTable(counts, limit: limit, total: 1000)
        #expect(table[255] == 255 && zip(table, table.dropFirst()).allSatisfy(<=))
    }

    @Test("the pipeline grades what it has decoded, each picture with its own seed, and keeps what it was before")
    func pipeline() async throws {
        let pipeline = try #require(Demo.pipeline)
        let plain = Demo.request { $0.batchSize = 2 }
        var request = plain
        (request.grading.vignette, request.grading.grain) = (0.5, 0.3)
        let drawn = try await pipeline.draw(pipeline.plan(for: [request])) { _ in }
        #expect(try await drawn.decoded == pipeline.pictures(plain))
        let expected = zip(drawn.decoded, request.seeds).map { request.grading.applied(to: $0, seed: $1) }
        #expect(drawn.results.flatMap(\.images) == expected && expected != drawn.decoded)
        // The next request has nothing of it.
        #expect(try await pipeline.pictures(plain) == drawn.decoded)
    }
}

/// Pictures that SD.Next has graded; made by Tests/Fixtures/grading/make_grading.py.
private struct GradingReference: Decodable {
    struct Case: Decodable {
        var fields: FieldValues
        /// Red, green and blue in turn, 0 to 255, before they are cut to whole numbers.
        var values: [Float]
    }

    var width: Int
    var height: Int
    var seed: UInt64
    var pixels: [UInt8]
    var cases: [Case]

    var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }
}

/// The effect of a grading on a measure of the picture.
private struct Direction: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rises: Bool
    let measure: @Sendable (RGBImage) -> Double
    let grading: ColorGrading

    init(
        _ description: String, rises: Bool, _ measure: @escaping @Sendable (RGBImage) -> Double, _ change: (inout ColorGrading) -> Void
    ) {
        testDescription = description
        self.rises = rises
        self.measure = measure
        grading = graded(change)
    }
}

private func graded(_ change: (inout ColorGrading) -> Void) -> ColorGrading {
    var grading = ColorGrading()
    change(&grading)
    return grading
}

extension RGBImage {
    fileprivate var mean: Double { Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count) }

    fileprivate var deviation: Double {
        let mean = mean
        return (pixels.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(pixels.count)).squareRoot()
    }

    private var channelMeans: [Double] {
        (0..<3).map { channel in
            stride(from: channel, to: pixels.count, by: 3).reduce(0) { $0 + Double(pixels[$1]) } / Double(width * height)
        }
    }

    fileprivate var spread: Double { (channelMeans.max() ?? 0) - (channelMeans.min() ?? 0) }
    fileprivate var warmth: Double { channelMeans[0] - channelMeans[2] }

    /// The mean of the four corners' pixels.
    fileprivate var corners: Double {
        let corners = [0, width - 1, (height - 1) * width, height * width - 1]
        return corners.flatMap { pixels[3 * $0..<3 * $0 + 3] }.reduce(0) { $0 + Double($1) } / 12
    }

    /// The mean distance of values.
    fileprivate func distance(to other: RGBImage) -> Double {
        zip(pixels, other.pixels).reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) } / Double(pixels.count)
    }
}
