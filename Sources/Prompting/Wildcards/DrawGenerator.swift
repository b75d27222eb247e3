import Glibc

/// Random numbers for choices in a prompt: the same for the same seed on every machine.
///
/// SplitMix64: a counter that grows by the golden ratio, with its bits mixed. Neighbouring seeds, as the pictures of a batch have them,
/// give unrelated numbers.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct DrawGenerator {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: the picture's.
    ///   - stream: tells texts of one picture apart, so that a change in one leaves the draws of the other alone.
    init(seed: UInt64, stream: UInt64) {
        state = Self.mixed(seed) &+ Self.mixed(stream &+ 1)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// 0 ..< 1, in steps of 2⁻⁵³.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Any number of `range`, all as likely but for 2⁻⁵³.
    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.count == 1 ? range.lowerBound : range.lowerBound + min(Int(unit() * Double(range.count)), range.count - 1)
    }

    /// `count` different indices of `weights`, each draw as likely as the weights of those that are left say; where all are zero, any.
    ///
    /// Each index waits a random time, the shorter the greater its weight, and the first ones are drawn.
    /// Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006.
    mutating func indices(_ count: Int, weights: [Double]) -> [Int] {
        let isUniform = !weights.contains { $0 > 0 }
        let times = weights.map { -log(1 - unit()) / (isUniform ? 1 : $0) }
        return Array(weights.indices.sorted { (times[$0], $0) < (times[$1], $1) }.prefix(count))
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
