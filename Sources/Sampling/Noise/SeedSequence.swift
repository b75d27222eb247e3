/// numpy's `SeedSequence`, with a pool of 24 words: many seeds from one.
///
/// Source: numpy 2.4 `numpy/random/bit_generator.pyx`; O'Neill, "Developing a seed_seq alternative", 2015.
struct SeedSequence {
    private static let poolSize = 24
    private let pool: [UInt32]

    /// - Parameters:
    ///   - entropy: the seed.
    ///   - spawnKey: the place of a child.
    init(entropy: UInt64, spawnKey: [UInt64] = []) {
        var data = Self.words(entropy)
        if !spawnKey.isEmpty {
            data += .init(repeating: 0, count: Self.poolSize - data.count)
            data += spawnKey.flatMap(Self.words)
        }
        var hash: UInt32 = 0x43b0_d7e5
        func hashed(_ word: UInt32) -> UInt32 {
            var word = word ^ hash
            hash = hash &* 0x931e_8875
            word = word &* hash
            return word ^ word >> 16
        }
        func mixed(_ a: UInt32, _ b: UInt32) -> UInt32 {
            let word = 0xca01_f9dd &* a &- 0x4973_f715 &* b
            return word ^ word >> 16
        }
        var pool = (0..<Self.poolSize).map { hashed($0 < data.count ? data[$0] : 0) }
        for source in pool.indices {
            for target in pool.indices where target != source { pool[target] = mixed(pool[target], hashed(pool[source])) }
        }
        for word in data.dropFirst(Self.poolSize) {
            for target in pool.indices { pool[target] = mixed(pool[target], hashed(word)) }
        }
        self.pool = pool
    }

    /// `generate_state(count)`.
    func state(_ count: Int) -> [UInt32] {
        var hash: UInt32 = 0x8b51_f9dd
        return (0..<count).map { index in
            var word = pool[index % Self.poolSize] ^ hash
            hash = hash &* 0x58f3_8ded
            word = word &* hash
            return word ^ word >> 16
        }
    }

    /// The words of a number, the lowest first; at least one.
    private static func words(_ number: UInt64) -> [UInt32] {
        let (low, high) = (UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32))
        return high == 0 ? [low] : [low, high]
    }
}
