import Glibc

/// A1111's imitation of PyTorch's generator on CUDA ("NV" in its settings).
///
/// Each number has its own counter, `(call, 0, index, 0)`, enciphered under the seed by ten rounds of Philox4x32.
/// Source: Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011; A1111 `modules/rng_philox.py`.
public struct PhiloxGenerator: NoiseGenerator {
    private let seed: UInt64
    private var call: UInt32 = 0

    /// Seeds the generator with all 64 bits.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// Draws the next `count` numbers of the standard normal distribution. Each call counts as one, however many numbers it draws.
    public mutating func normal(_ count: Int) -> [Float] {
        defer { call &+= 1 }
        return (0..<count).map { index in
            let bits = Self.encipher(SIMD4(call, 0, UInt32(truncatingIfNeeded: index), 0), key: seed)
            return Self.normal(bits.x, bits.y)
        }
    }

    private static func encipher(_ counter: SIMD4<UInt32>, key seed: UInt64) -> SIMD4<UInt32> {
        var counter = counter
        var key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        for _ in 0..<10 {
            let first = counter.x.multipliedFullWidth(by: 0xd251_1f53)
            let second = counter.z.multipliedFullWidth(by: 0xcd9e_8d57)
            counter = SIMD4(second.high ^ counter.y ^ key.0, second.low, first.high ^ counter.w ^ key.1, first.low)
            key = (key.0 &+ 0x9e37_79b9, key.1 &+ 0xbb67_ae85)
        }
        return counter
    }

    /// The sine half of a Box–Muller pair. The original multiplies integers by single-precision constants, which numpy does in
    /// double precision, and rounds at the end.
    private static func normal(_ radial: UInt32, _ angular: UInt32) -> Float {
        let unit: Float = 2.3283064e-10
        let turn = Float(2.3283064e-10 * 6.2831855)
        let radius = (-2 * log(Double(radial) * Double(unit) + Double(unit / 2))).squareRoot()
        return Float(radius * sin(Double(angular) * Double(turn) + Double(turn / 2)))
    }
}
