import Diffusion
import Generation
import TestSupport
import Testing

/// A model that ignored its prompt would pass every comparison of numbers.
@Suite("The demo checkpoint draws what its prompt says")
struct MeaningTests {
    @Test("the background has the colour that was asked for", arguments: ["red", "white", "black", "yellow", "pink", "blue"])
    func background(name: String) async throws {
        let colour = try #require(Background.palette[name])
        for subject in ["cat face", "star"] {
            let found = try await Self.draw("\(subject) on a \(name) background").background
            let next = Background.palette.filter { $0.key != name }.values.map { found.distance(to: $0) }.min()
            #expect(2 * found.distance(to: colour) < next ?? 0, "\(subject): \(found)")
        }
    }

    @Test("a cat is not a dog, by far more than one wording is another", arguments: [1, 2, 3])
    func subject(seed: UInt64) async throws {
        let cat = try await Self.draw("cat face on a white background", seed: seed)
        let otherWords = try await Self.draw("an emoji of a cat face on a white background", seed: seed)
        let dog = try await Self.draw("dog face on a white background", seed: seed)
        #expect(cat.meanDifference(to: dog) > 2 * cat.meanDifference(to: otherWords))
    }

    @Test("a weight makes what it stands on smaller or larger", arguments: ["red heart", "panda", "pizza"])
    func weight(name: String) async throws {
        var areas: [Double] = []
        for subject in ["(\(name):0.5)", name, "((\(name)))", "(\(name):1.5)"] {
            areas.append(try await Self.draw("\(subject) on a turquoise background").drawnArea)
        }
        #expect(areas[0] < 0.75 * areas[1] && areas[1] < 0.75 * areas[3], "\(areas)")
        #expect(areas[1] < 0.95 * areas[2] && areas[2] < 0.95 * areas[3], "\(areas)")
    }

    @Test("what the negative prompt names goes away")
    func negative() async throws {
        let plain = try await Self.draw("star").background
        let name = try #require(Background.palette.min { plain.distance(to: $0.value) < plain.distance(to: $1.value) }).key
        let without = try await Self.draw("star", negative: "star on a \(name) background").background
        #expect(plain.distance(to: without) > 60, "\(name): \(plain), \(without)")
    }

    @Test("words beyond the 75th token count")
    func secondChunk() async throws {
        let style = Array(repeating: "high quality, best quality, masterpiece, centered, vector art", count: 9).joined(separator: ", ")
        let request = Self.request("\(style), star on a red background")
        let result = try await #require(Demo.pipeline).generate(request) { _ in }
        #expect(result.chunkCount == 2)
        #expect(result.images[0].background.distance(to: try #require(Background.palette["red"])) < 60)
    }

    @Test("a schedule that switches early draws what it switches to, one that switches late what it began with")
    func schedule() async throws {
        let star = try await Self.draw("star on a white background")
        let heart = try await Self.draw("red heart on a white background")
        let early = try await Self.draw("[star:red heart:1] on a white background")
        let late = try await Self.draw("[star:red heart:11] on a white background")
        #expect(early.meanDifference(to: heart) < early.meanDifference(to: star) / 2)
        #expect(late.meanDifference(to: star) < late.meanDifference(to: heart) / 2)
    }

    private static func request(_ prompt: String, negative: String = "", seed: UInt64 = 1) -> GenerationRequest {
        Demo.request(prompt) {
            $0.negativePrompt = negative
            ($0.width, $0.height, $0.steps, $0.cfgScale, $0.seed) = (128, 128, 12, 4, seed)
        }
    }

    private static func draw(_ prompt: String, negative: String = "", seed: UInt64 = 1) async throws -> RGBImage {
        try await #require(Demo.pipeline).pictures(request(prompt, negative: negative, seed: seed))[0]
    }
}

/// Red, green and blue, 0...255.
private struct Background: CustomStringConvertible {
    let channels: [Double]

    /// What the checkpoint was trained on, as in Models/demo/train.py.
    static let palette = [
        "white": [255, 255, 255], "black": [24, 24, 28], "gray": [150, 152, 156], "red": [190, 36, 48], "pink": [255, 178, 204],
        "orange": [250, 150, 56], "yellow": [255, 232, 110], "green": [44, 136, 76], "light green": [190, 236, 170], "blue": [48, 92, 206],
        "light blue": [170, 216, 250], "turquoise": [60, 196, 190], "purple": [140, 84, 196], "brown": [132, 88, 60],
    ].mapValues { Background(channels: $0) }

    func distance(to other: Background) -> Double {
        zip(channels, other.channels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    var description: String { "\(channels)" }
}

extension RGBImage {
    /// The median of the outermost 5 pixels.
    fileprivate var background: Background {
        let frame = (0..<width * height).filter {
            ![$0 % width, width - 1 - $0 % width, $0 / width, height - 1 - $0 / width].allSatisfy { $0 >= 5 }
        }
        return Background(channels: (0..<3).map { channel in Double(frame.map { pixels[3 * $0 + channel] }.sorted()[frame.count / 2]) })
    }

    /// The share of pixels that are not of the background's colour.
    fileprivate var drawnArea: Double {
        let background = background.channels
        let drawn = (0..<width * height).count { pixel in (0..<3).contains { abs(Double(pixels[3 * pixel + $0]) - background[$0]) > 32 } }
        return Double(drawn) / Double(width * height)
    }

    /// The mean of all differences, 0...255.
    fileprivate func meanDifference(to other: RGBImage) -> Double {
        Double(zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(pixels.count)
    }
}
