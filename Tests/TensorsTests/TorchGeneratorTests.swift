import Tensors
import TestSupport
import Testing

@Suite("Noise of PyTorch's CPU generator")
struct TorchGeneratorTests {
    @Test("a fresh generator gives torch.randn's numbers bit for bit")
    func freshGenerator() throws {
        for reference in try NoiseReference.load().torch {
            var generator = TorchGenerator(seed: reference.seed)
            let numbers = generator.normal(reference.n)
            #expect(numbers.count == reference.n)
            #expect(
                numbers.prefix(reference.head.count).map(\.bitPattern) == reference.head.map(\.bitPattern),
                "seed \(reference.seed), n \(reference.n)")
            #expect(
                numbers.suffix(reference.tail.count).map(\.bitPattern) == reference.tail.map(\.bitPattern),
                "seed \(reference.seed), n \(reference.n)")
            // The order of summation is not known: at most 1000 roundings of partial sums below 100.
            #expect(abs(numbers.reduce(0) { $0 + Double($1) } - reference.sum) < 1e-11)
        }
    }

    @Test("calls in a row continue the sequence as PyTorch does, also when short and long ones alternate")
    func consecutiveCalls() throws {
        for reference in try NoiseReference.load().torchCalls {
            var generator = TorchGenerator(seed: reference.seed)
            for (shape, head) in zip(reference.shapes, reference.heads) {
                let numbers = generator.normal(shape.reduce(1, *))
                #expect(numbers.prefix(head.count).map(\.bitPattern) == head.map(\.bitPattern), "seed \(reference.seed), shape \(shape)")
            }
        }
    }

    @Test("every bit of large arrays agrees")
    func wholeArrays() throws {
        for reference in try Fixture.decode(NoiseChecksums.self, from: "sampling/noise_checksums.json").entries {
            var generator = TorchGenerator(seed: try #require(UInt64(reference.seed)))
            let checksums = reference.counts.map { count in
                generator.normal(count).enumerated().reduce(UInt32(0)) { $0 &+ $1.element.bitPattern &* UInt32($1.offset + 1) }
            }
            #expect(checksums == reference.checksums, "seed \(reference.seed), counts \(reference.counts)")
        }
    }

    @Test("no numbers can be drawn")
    func nothing() {
        var generator = TorchGenerator(seed: 0)
        #expect(generator.normal(0).isEmpty)
    }

    @Test("only the lower 32 bits of a seed matter")
    func seedWidth() {
        var small = TorchGenerator(seed: 5)
        var large = TorchGenerator(seed: 5 + (1 << 32))
        #expect(small.normal(20) == large.normal(20))
    }
}
