import Fidelity
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Distance of two arrays")
struct DistanceTests {
    @Test("the figures are those worked out by hand", arguments: [
        // ‖(3, 4)‖ = 5; the difference (0, 1) is a fifth of it; the cosine is (9 + 20) / (5 · √34).
        Example([3, 4], [3, 5], relative: 0.2, maximum: 1, cosine: 29 / (5 * 34.0.squareRoot())),
        Example([3, 4], [3, 4], relative: 0, maximum: 0, cosine: 1),
        Example([1, -2, 2], [-1, 2, -2], relative: 2, maximum: 4, cosine: -1),
        Example([2, 0], [0, 2], relative: 2.0.squareRoot(), maximum: 2, cosine: 0),
        // 5 % too large throughout: the cosine alone would not see it.
        Example([20, -40], [21, -42], relative: 0.05, maximum: 2, cosine: 1),
        Example([0, 0], [0, 0], relative: 0, maximum: 0, cosine: 1),
        Example([0, 0], [0, 1], relative: .infinity, maximum: 1, cosine: 0),
        Example([0, 1], [0, 0], relative: 1, maximum: 1, cosine: 0),
        Example([], [], relative: 0, maximum: 0, cosine: 1),
        Example([.nan, 1, 2], [1, 1, 2], relative: .infinity, maximum: .infinity, cosine: 0, nonFinite: 1),
        Example([1, 1, 2], [.infinity, 1, -.infinity], relative: .infinity, maximum: .infinity, cosine: 0, nonFinite: 2),
        Example([.infinity, .nan], [.infinity, .nan], relative: .infinity, maximum: .infinity, cosine: 0, nonFinite: 2),
        // Squares that single precision has no room for.
        Example([3e30, 4e30], [3e30, 5e30], relative: 0.2, maximum: 1e30, cosine: 29 / (5 * 34.0.squareRoot())),
        Example([3e-30, 4e-30], [3e-30, 5e-30], relative: 0.2, maximum: 1e-30, cosine: 29 / (5 * 34.0.squareRoot())),
        Example([3e38], [-3e38], relative: 2, maximum: 6e38, cosine: -1),
    ])
    func examples(_ example: Example) {
        let distance = Distance(from: example.reference, to: example.candidate)
        // The examples' numbers are rounded to 24 bits before they are compared.
        #expect(isClose(distance.relativeError, example.relative, 3e-7))
        #expect(isClose(distance.maximumError, example.maximum, 3e-7))
        #expect(isClose(distance.cosine, example.cosine, 3e-7))
        #expect(distance.nonFiniteCount == example.nonFinite)
    }

    @Test("a million numbers lose nothing to the order of adding up")
    func manyElements() {
        // In single precision the sum of squares would stop at 2²⁴.
        let reference = NDArray(repeating: 1, shape: [1 << 20])
        let candidate = NDArray(repeating: 1.0078125, shape: [1 << 20])
        #expect(Distance(from: reference, to: candidate).relativeError == 0.0078125)
    }

    @Test("the relative error does not depend on the unit", arguments: [0.001, 1, 1000])
    func scaling(factor: Double) {
        let (reference, candidate) = (NDArray.noise(1), NDArray.noise(1) + 0.01 * NDArray.noise(2))
        let distance = Distance(from: factor * reference, to: factor * candidate)
        #expect(isClose(distance.relativeError, Distance(from: reference, to: candidate).relativeError, 1e-5))
    }

    @Test("of several distances the worst figures count")
    func worst() {
        let reference = NDArray(shape: [2], values: [3, 4])
        let scaled = Distance(from: reference, to: 1.5 * reference)
        let turned = Distance(from: reference, to: NDArray(shape: [2], values: [4, 3]))
        let worst = Distance(worstOf: [turned, scaled])
        #expect(worst.relativeError == scaled.relativeError)
        #expect(worst.maximumError == scaled.maximumError)
        #expect(worst.cosine == turned.cosine)
        #expect(worst == Distance(worstOf: [scaled, turned]))

        let broken = Distance(from: reference, to: NDArray(shape: [2], values: [.nan, 3]))
        #expect(Distance(worstOf: [broken, scaled, broken]).nonFiniteCount == 2)
        #expect(Distance(worstOf: [broken, scaled]).relativeError == .infinity)
    }

    @Test("infinite figures are null in JSON and infinite again when read")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for (candidate, text) in [
            (Float(2), #"{"cosine":1,"maximum_error":1,"non_finite_count":0,"relative_error":1}"#),
            (.nan, #"{"cosine":0,"maximum_error":null,"non_finite_count":1,"relative_error":null}"#),
        ] {
            let distance = Distance(from: NDArray(shape: [1], values: [1]), to: NDArray(shape: [1], values: [candidate]))
            let data = try encoder.encode(distance)
            #expect(String(decoding: data, as: UTF8.self) == text)
            #expect(try JSONDecoder().decode(Distance.self, from: data) == distance)
        }
    }

    private func isClose(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        value == expected || abs(value - expected) <= tolerance * max(abs(expected), 1e-300)
    }
}

/// Two arrays and the figures that they shall get.
struct Example: Sendable, CustomTestStringConvertible {
    let reference: NDArray
    let candidate: NDArray
    let relative: Double
    let maximum: Double
    let cosine: Double
    let nonFinite: Int

    init(_ reference: [Float], _ candidate: [Float], relative: Double, maximum: Double, cosine: Double, nonFinite: Int = 0) {
        self.reference = NDArray(shape: [reference.count], values: reference)
        self.candidate = NDArray(shape: [candidate.count], values: candidate)
        self.relative = relative
        self.maximum = maximum
        self.cosine = cosine
        self.nonFinite = nonFinite
    }

    var testDescription: String { "\(reference.values) and \(candidate.values)" }
}

extension NDArray {
    /// Normal numbers, `[4, 8, 8]`.
    fileprivate static func noise(_ seed: UInt64) -> NDArray {
        var generator = TorchGenerator(seed: seed)
        return NDArray(shape: [4, 8, 8], values: generator.normal(256))
    }
}
