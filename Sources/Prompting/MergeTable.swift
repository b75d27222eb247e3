/// Which neighbouring tokens become one token, and in what order: the rules of byte pair encoding.
struct MergeTable: Sendable {
    struct Merge {
        /// Lower goes first.
        var rank: Int32
        var token: Int32
    }

    /// Left and right token packed into one number; `empty` where nothing is stored. A power of two, at most half full.
    private var pairs: [UInt64]
    private var merges: [Merge]
    private var count: Int32 = 0
    private static let empty = UInt64.max

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        pairs = Array(repeating: Self.empty, count: size)
        merges = Array(repeating: Merge(rank: 0, token: 0), count: size)
    }

    /// What `left` and `right` become side by side.
    subscript(left: Int32, right: Int32) -> Merge? {
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        return pairs[slot] == pair ? merges[slot] : nil
    }

    /// Adds the rule that comes after all those added before.
    /// - Precondition: no more rules than the capacity.
    mutating func append(_ left: Int32, _ right: Int32, becomes token: Int32) {
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        pairs[slot] = pair
        merges[slot] = Merge(rank: count, token: token)
        count += 1
    }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func slot(of pair: UInt64) -> Int {
        // Fibonacci hashing: the high bits of the product are well mixed.
        var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & (pairs.count - 1)
        while pairs[slot] != pair, pairs[slot] != Self.empty { slot = (slot + 1) & (pairs.count - 1) }
        return slot
    }
}
