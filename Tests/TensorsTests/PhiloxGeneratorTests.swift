import Tensors
import Testing

@Suite("Noise of A1111's GPU generator")
struct PhiloxGeneratorTests {
    /// The original computes in double precision and rounds at the end. Its logarithm and sine are numpy's own and may differ in the
    /// last of 53 bits from the C library's, which survives the rounding to 24 bits about once in 2²⁸ numbers: none of these.
    @Test("two calls in a row give the original's numbers bit for bit")
    func consecutiveCalls() throws {
        for reference in try NoiseReference.load().philox {
            var generator = PhiloxGenerator(seed: reference.seed)
            let count = reference.shape.reduce(1, *)
            for expected in [reference.first, reference.second] {
                let numbers = generator.normal(count)
                #expect(numbers.count == count)
                #expect(numbers.prefix(expected.count).map(\.bitPattern) == expected.map(\.bitPattern), "seed \(reference.seed)")
            }
        }
    }

    @Test("all 64 bits of a seed matter")
    func seedWidth() {
        var small = PhiloxGenerator(seed: 5)
        var large = PhiloxGenerator(seed: 5 + (1 << 32))
        #expect(small.normal(20) != large.normal(20))
    }
}
