import Fidelity
import Generation
import Testing

@Suite("Pictures side by side")
struct ComparisonTests {
    @Test("reference, candidate and amplified difference stand in this order, row by row")
    func layout() {
        let reference = RGBImage(width: 1, height: 2, pixels: [10, 20, 30, 40, 50, 60])
        let candidate = RGBImage(width: 1, height: 2, pixels: [10, 18, 31, 140, 50, 34])
        let comparison = Comparison(of: reference, and: candidate)
        #expect(comparison.amplification == 10)
        #expect(comparison.difference == RGBImage(width: 1, height: 2, pixels: [0, 20, 10, 255, 0, 255]))
        #expect(comparison.report().picture == PictureDistance(from: reference, to: candidate))
        #expect(comparison.image.width == 3)
        #expect(comparison.image.height == 2)
        #expect(comparison.image.pixels == [
            10, 20, 30, 10, 18, 31, 0, 20, 10,
            40, 50, 60, 140, 50, 34, 255, 0, 255,
        ])
    }

    @Test("any amplification is taken", arguments: [(1, 3), (2, 6), (85, 255), (86, 255), (Int.max, 255)] as [(Int, UInt8)])
    func amplification(factor: Int, brightness: UInt8) {
        let comparison = Comparison(of: .plain(100), and: .plain(97), amplification: factor)
        #expect(comparison.image.pixels.suffix(3) == [brightness, brightness, brightness])
        #expect(comparison.amplification == factor)
    }
}
