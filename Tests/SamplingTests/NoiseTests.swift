@testable import Sampling
import Tensors
import TestSupport
import Testing

@Suite("Noise of samplers")
struct NoiseTests {
    // MARK: Brownian trees

    private struct Reference: Decodable {
        struct Tree: Decodable {
            struct Query: Decodable {
                let (from, to): (Float, Float)
                let (increment, draw): ([Float], [Float])

                enum CodingKeys: String, CodingKey { case from, to, increment, draw }

                init(from decoder: any Decoder) throws {
                    let container = try decoder.container(keyedBy: CodingKeys.self)
                    from = try container.decode(Float.self, forKey: .from)
                    to = try container.decode(Float.self, forKey: .to)
                    increment = try container.decode([Float].self, forKey: .increment)
                    draw = try container.decode([Float].self, forKey: .draw)
                }
            }
            var source: NoiseSource
            var seed: UInt64
            var least: Float
            var greatest: Float
            var queries: [Query]
        }
        struct Sequence: Decodable {
            var entropy: UInt64
            var key: [UInt64]
            var state: [UInt32]
        }
        var count: Int
        var trees: [Tree]
        var sequences: [Sequence]
    }

    @Test("seed sequences are numpy's")
    func sequences() throws {
        let reference: Reference = try Fixture.decode(from: "sampling/brownian.json")
        for expected in reference.sequences {
            #expect(SeedSequence(entropy: expected.entropy, spawnKey: expected.key).state(4) == expected.state, "\(expected)")
        }
    }

    /// torch's square root of single precision may be one off in the last of 24 bits, and the division by it another.
    @Test("Brownian increments are torchsde's bit for bit, and draws to two units in the last place")
    func brownian() throws {
        let reference: Reference = try Fixture.decode(from: "sampling/brownian.json")
        for expected in reference.trees {
            let tree = BrownianTree(
                from: expected.least, to: expected.greatest, count: reference.count, seed: expected.seed, source: expected.source)
            for query in expected.queries {
                #expect(tree.increment(from: query.to, to: query.from) == query.increment,
                    "\(expected.source) \(expected.seed) \(query.from)")
                let draws = tree.noise(from: Double(query.from), to: Double(query.to))
                #expect(zip(draws, query.draw).allSatisfy { abs($0 - $1) <= 2 * max($0.ulp, $1.ulp) })
            }
        }
    }

    @Test("the same interval has the same noise, however the way there is cut")
    func cuts() {
        func tree() -> BrownianTree { BrownianTree(from: 0.03, to: 14.6, count: 16, seed: 5, source: .torch) }
        let (one, other) = (tree(), tree())
        _ = one.noise(from: 14.6, to: 3)
        _ = one.noise(from: 3, to: 1)
        #expect(one.increment(from: 0.5, to: 1) == other.increment(from: 0.5, to: 1))
        // A Brownian motion's variance is the interval's length; 16 numbers of some hundred intervals.
        let squares = (0..<100).flatMap { index in
            other.noise(from: 14 - Double(index) * 0.1, to: 13.9 - Double(index) * 0.1).map { $0 * $0 }
        }
        #expect(abs(squares.reduce(0, +) / Float(squares.count) - 1) < 0.15)
    }

    /// Python 3.13, `round(x, 6)`.
    @Test("millionths are Python's", arguments: [
        (0.0000005, 0.0), (0.0000015, 2e-6), (0.0000025, 3e-6), (1.0000005, 1.000001), (2.6750005, 2.675), (7.3219055, 7.321905),
        (4518.7637695, 4518.76377), (14.6146430, 14.614643),
    ])
    func rounding(x: Double, expected: Double) { #expect(BrownianTree.rounded(x) == expected) }

    // MARK: The noise to start from

    private struct Start: Decodable {
        var shape: [Int]
        var seed: UInt64
        var subseed: UInt64
        var strength: Float
        var size: [Int]?
        var delta: Int
        var noise: [Float]
        var next: [Float]
    }

    /// Angles of an arc cosine near 1 lose half of the digits; sums of five squares are added in another order.
    @Test("variations, sizes of other pictures and ENSD are A1111's")
    func start() throws {
        let cases: [Start] = try Fixture.decode(from: "sampling/start_noise.json")
        #expect(cases.count == 9)
        for expected in cases {
            let variation = expected.strength == 0 ? nil : ImageSeed.Variation(expected.subseed, strength: expected.strength)
            var noise = BatchNoise(
                source: .torch, seeds: [ImageSeed(expected.seed, variation: variation)],
                options: NoiseOptions(
                    resizedFrom: expected.size.map { LatentSize(height: $0[0], width: $0[1]) }, seedDelta: expected.delta))
            let first = noise.start(expected.shape)
            #expect(zip(first.values, expected.noise).allSatisfy { abs($0 - $1) < 2e-6 }, "\(expected.shape) \(expected.strength)")
            if expected.strength == 0 { #expect(first.values == expected.noise) }
            #expect(noise.draw(expected.shape).values == expected.next)
        }
    }

    @Test("with Philox, variations and sizes are made of its numbers")
    func philox() {
        var noise = BatchNoise(
            source: .philox, seeds: [ImageSeed(1), ImageSeed(1, variation: .init(2, strength: 1))],
            options: NoiseOptions(resizedFrom: LatentSize(height: 2, width: 2)))
        let drawn = noise.start([1, 2, 4])
        var (one, two) = (PhiloxGenerator(seed: 1), PhiloxGenerator(seed: 2))
        let (own, other) = (one.normal(4), two.normal(4))
        #expect([drawn.values[1], drawn.values[2], drawn.values[5], drawn.values[6]] == own)
        let turned = [drawn.values[9], drawn.values[10], drawn.values[13], drawn.values[14]]
        #expect(zip(turned, other).allSatisfy { abs($0 - $1) < 1e-5 })
    }
}
