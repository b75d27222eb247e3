import Glibc

/// PyTorch's CPU generator: `torch.randn(count, generator: torch.Generator().manual_seed(seed))` in `float32`, bit for bit.
///
/// The bits are those of PyTorch on an x86-64 processor with AVX2; on others PyTorch itself differs in the last ones.
/// Source: ATen `CPUGeneratorImpl`, `DistributionsHelper.h` and `cpu/DistributionTemplates.h`.
public struct TorchGenerator: NoiseGenerator {
    private var engine: MersenneTwister
    /// The second number of the last double-precision pair, until it is asked for.
    private var spare: Double?

    /// - Parameter seed: any 64 bits, as `manual_seed` takes them; the engine sees only the lower 32.
    public init(seed: UInt64) {
        engine = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
    }

    /// Draws the next `count` numbers of the standard normal distribution. As in PyTorch, 16 and more are drawn in another way than fewer.
    public mutating func normal(_ count: Int) -> [Float] {
        count < Self.blockLength ? singles(count) : blocks(count)
    }

    // MARK: Fewer than 16 numbers: one at a time, in double precision

    private mutating func singles(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(nextDouble()) }
    }

    private mutating func nextDouble() -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        let angle = 2 * Double.pi * uniformDouble()
        let radius = (-2 * log1p(-uniformDouble())).squareRoot()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }

    /// 53 random bits as a number in 0 ..< 1.
    private mutating func uniformDouble() -> Double {
        Double(engine.next64() & ((1 << 53) - 1)) * 0x1p-53
    }

    // MARK: 16 and more: in blocks, in single precision

    private static let blockLength = 16

    private mutating func blocks(_ count: Int) -> [Float] {
        var numbers = (0..<count).map { _ in uniform() }
        for start in stride(from: 0, through: count - Self.blockLength, by: Self.blockLength) {
            Self.makeNormal(&numbers, blockAt: start)
        }
        if !count.isMultiple(of: Self.blockLength) {
            // The last block is a whole one of fresh numbers, laid over the end of the one before.
            let start = count - Self.blockLength
            for index in start..<count { numbers[index] = uniform() }
            Self.makeNormal(&numbers, blockAt: start)
        }
        return numbers
    }

    /// 24 random bits as a number in 0 ..< 1.
    private mutating func uniform() -> Float {
        Float(engine.next32() & ((1 << 24) - 1)) * 0x1p-24
    }

    /// Each number of the block's first half makes a pair with its counterpart in the second.
    private static func makeNormal(_ numbers: inout [Float], blockAt start: Int) {
        let half = blockLength / 2
        for index in start..<start + half {
            (numbers[index], numbers[index + half]) = BoxMuller.normals(radial: numbers[index], angular: numbers[index + half])
        }
    }
}
