/// Repeatable damage to files.
struct Mutation {
    var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(state: seed) }

    /// One to three changes; most of the PNG files get the checksums that fit, so that the damage is not found by these alone.
    mutating func mutated(_ file: [UInt8]) -> [UInt8] {
        var file = file
        for _ in 0...below(3) where !file.isEmpty { change(&file) }
        return file.first == 0x89 && below(4) > 0 ? PNGChunks.repairingChecksums(of: file) : file
    }

    private mutating func change(_ file: inout [UInt8]) {
        let place = below(file.count)
        let end = min(file.count, place + 1 + below(16))
        switch below(12) {
        case 0...2: file[place] = UInt8(below(256))
        case 3...5: file[place] ^= 1 << UInt8(below(8))
        case 6...8:
            // Numbers that overflow where they are added or multiplied, or hold nothing.
            let byte: UInt8 = below(2) == 0 ? 0xFF : 0
            for position in place..<min(file.count, place + [1, 2, 4][below(3)]) { file[position] = byte }
        case 9: file.removeLast(file.count - place)
        case 10: file.removeSubrange(place..<end)
        default: file.insert(contentsOf: Array(file[place..<end]), at: below(file.count))
        }
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
}

/// Repeatable random numbers.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
