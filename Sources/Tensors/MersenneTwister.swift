/// The 32-bit Mersenne Twister, MT19937.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", 1998, with the initialisation of 2002.
struct MersenneTwister: Sendable {
    private static let length = 624
    private static let shift = 397

    private var state: [UInt32]
    private var next = Self.length

    init(seed: UInt32) {
        state = [seed]
        state.reserveCapacity(Self.length)
        for index in 1..<Self.length {
            let last = state[index - 1]
            state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
        }
    }

    /// The next 32 random bits.
    mutating func next32() -> UInt32 {
        if next == Self.length { twist() }
        var bits = state[next]
        next += 1
        bits ^= bits >> 11
        bits ^= (bits << 7) & 0x9d2c_5680
        bits ^= (bits << 15) & 0xefc6_0000
        return bits ^ (bits >> 18)
    }

    /// The next 64 random bits, the first draw in the upper half.
    mutating func next64() -> UInt64 {
        let upper = next32()
        return UInt64(upper) << 32 | UInt64(next32())
    }

    private mutating func twist() {
        for index in 0..<Self.length {
            let following = state[index + 1 < Self.length ? index + 1 : 0]
            let mixed = (state[index] & 0x8000_0000) | (following & 0x7fff_ffff)
            let distant = index + Self.shift
            state[index] = state[distant < Self.length ? distant : distant - Self.length]
                ^ (mixed >> 1) ^ (mixed & 1 == 0 ? 0 : 0x9908_b0df)
        }
        next = 0
    }
}
