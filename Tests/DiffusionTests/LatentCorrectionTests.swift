import Generation
import TestSupport
import Sampling
import Tensors
import Testing

@testable import Diffusion

@Suite("Latent corrections")
struct LatentCorrectionTests {
    private let reference: CorrectionReference

    init() throws { reference = try Fixture.decode(from: "grading/latents.json") }

    /// The fixture has six digits of values up to 10, and a few roundings of single precision come on top.
    @Test("after each step they agree with SD.Next, in pictures of four channels and of sixteen")
    func agreement() {
        var count = 0
        for set in reference.sets {
            let latents = NDArray(shape: set.shape, values: set.latents)
            for expected in set.cases {
                for answer in expected.answers {
                    let corrected = expected.fields.request.correction.corrected(
                        latents, step: answer.step, of: reference.steps, tintLatents: reference.tint)
                    let distance = zip(corrected.values, answer.latents).reduce(0) { max($0, abs($1.0 - $1.1)) }
                    #expect(corrected.shape == set.shape && distance < 1e-4, "\(expected.fields), step \(answer.step)")
                    count += 1
                }
            }
        }
        #expect(count > 30)
    }

    @Test("the defaults, and numbers of parts that are off, change nothing, bit for bit")
    func defaults() {
        let latents = latents()
        var idle = LatentCorrection()
        (idle.mode, idle.clampBoundary, idle.clampThreshold, idle.maximizingCenter) = (.absolute, 1, 0.2, 2)
        (idle.maximizingBoundary, idle.tint) = (0.5, .white)
        for correction in [LatentCorrection(), idle] {
            #expect(!correction.changesLatents)
            for step in 0..<20 { #expect(correction.corrected(latents, step: step, of: 20, tintLatents: [1, 1, 1, 1]) == latents) }
        }
    }

    @Test("each picture is corrected by itself")
    func batch() {
        let (one, other) = (latents(seed: 1), latents(seed: 2))
        let correction = GenerationRequest.unusual.correction
        for step in 0..<20 {
            let together = correction.corrected(.concatenated([one, other]), step: step, of: 20)
            #expect(together == .concatenated([one, other].map { correction.corrected($0, step: step, of: 20) }))
        }
    }

    @Test("each part has its stretch of the way, whatever the number of steps", arguments: [1, 2, 5, 10, 20, 33, 1000])
    func stretches(stepCount: Int) {
        let latents = latents()
        func steps(_ change: (inout LatentCorrection) -> Void) -> [Int] {
            var correction = LatentCorrection()
            change(&correction)
            return (0..<stepCount).filter { correction.corrected(latents, step: $0, of: stepCount, tintLatents: [1, 1, 1, 1]) != latents }
        }
        func share(_ range: ClosedRange<Double>) -> [Int] {
            (0..<stepCount).filter { range.contains(Double($0) / Double(stepCount)) }
        }
        #expect(steps { $0.clamps = true } == share(0...0.05.nextDown))
        #expect(steps { $0.color = 4 } == share(0.2...0.7))
        #expect(steps { $0.tintStrength = 4 } == share(0.2...0.7))
        #expect(steps { $0.brightness = 4 } == share(0.8...1))
        #expect(steps { $0.sharpness = 4 } == share(0.7...1))
        #expect(steps { $0.maximizes = true } == share(0.9...1))
    }

    @Test("latents that are kept in another scale are corrected as if they were not")
    func scales() {
        let correction = GenerationRequest.unusual.correction
        for step in [0, 6, 15, 19] {
            let expected = correction.corrected(latents(), step: step, of: 20)
            let other = correction.corrected(4 * latents(), step: step, of: 20, scale: 0.25)
            // Powers of two round nothing.
            #expect(other == 4 * expected)
            #expect(correction.corrected(latents(), step: 3, of: 20, scale: 0.3) == latents())
        }
    }

    @Test("without latents of its colour, a tint changes latents of sixteen channels only")
    func tintWithoutLatents() {
        var correction = LatentCorrection()
        correction.tintStrength = 2
        #expect(correction.corrected(latents(), step: 6, of: 20) == latents())
        #expect(correction.corrected(latents(channels: 16), step: 6, of: 20) != latents(channels: 16))
    }

    // What SD.Next's own test expects: test/test-grading.py.

    @Test("pressing moves what lies outside inwards, leaves latents within the boundary, and does nothing from a share of 0")
    func pressing() {
        var outlying = LatentPicture(latents())
        outlying.press(below: 4, from: 0.8)
        #expect(outlying.array.values[0] < 10 && outlying.array.values[64] > -10 && outlying.array.isFinite)
        var small = LatentPicture(0.1 * latents())
        small.press(below: 4, from: 0.8)
        #expect(small.array == 0.1 * latents())
        var open = LatentPicture(latents())
        open.press(below: 4, from: 0)
        #expect(open.array == latents())
    }

    @Test("centring moves means towards 0 or to what is added")
    func centering() {
        let shifted = latents().map { $0 + 2 }
        for channels in [nil, 0..<4] as [Range<Int>?] {
            var all = LatentPicture(shifted)
            all.center(channels: channels, all: 1)
            #expect(abs(all.array.mean) < 1e-5)
        }
        var each = LatentPicture(shifted)
        each.center(each: 1)
        for channel in 0..<4 {
            let plane = each.array.values[64 * channel..<64 * (channel + 1)]
            #expect(abs(NDArray(shape: [64], values: Array(plane)).mean) < 1e-5)
        }
        var added = LatentPicture(shifted)
        added.center(all: 1, adding: 5)
        #expect(abs(added.array.mean - 5) < 1e-5)
    }

    @Test("stretching widens, narrows, and leaves zeros")
    func stretching() {
        for boundary: Float in [8, 2] {
            var picture = LatentPicture(latents())
            picture.stretch(to: boundary)
            #expect(abs(picture.array.values.reduce(0) { max($0, abs($1)) } - boundary) < 1e-5)
        }
        var zeros = LatentPicture(NDArray(repeating: 0, shape: [1, 4, 8, 8]))
        zeros.stretch(to: 4)
        #expect(zeros.array.values.allSatisfy { $0 == 0 })
    }

    @Test("every shape stays what it is, and its numbers finite", arguments: [
        [1, 4, 64, 64], [2, 4, 8, 16], [1, 8, 8, 8], [1, 16, 8, 8], [1, 4, 1, 1], [1, 4, 2, 3],
    ])
    func shapes(_ shape: [Int]) {
        var noise = BatchNoise(source: .torch, seed: 3, count: shape[0])
        let latents = noise.draw(Array(shape.dropFirst()))
        for step in [0, 6, 15, 19] {
            let corrected = GenerationRequest.unusual.correction.corrected(latents, step: step, of: 20, tintLatents: reference.tint)
            #expect(corrected.shape == shape && corrected.isFinite)
        }
    }

    /// Noise with one large value in each of two channels.
    private func latents(channels: Int = 4, seed: UInt64 = 1) -> NDArray {
        var noise = BatchNoise(source: .torch, seed: seed, count: 1)
        var latents = noise.draw([channels, 8, 8])
        (latents.values[0], latents.values[64]) = (10, -10)
        return latents
    }
}

/// Latents that SD.Next has corrected; made by Tests/Fixtures/grading/make_grading.py.
private struct CorrectionReference: Decodable {
    struct Answer: Decodable {
        var step: Int
        var latents: [Float]
    }

    struct Case: Decodable {
        var fields: FieldValues
        var answers: [Answer]
    }

    struct LatentSet: Decodable {
        var shape: [Int]
        var latents: [Float]
        var cases: [Case]
    }

    var steps: Int
    var tint: [Float]
    var sets: [LatentSet]
}

extension NDArray {
    fileprivate var mean: Float { Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count)) }
}
