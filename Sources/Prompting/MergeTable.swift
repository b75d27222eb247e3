/// Which neighbouring tokens become one token, and in what order: the rules of byte pair encoding.
struct MergeTable: Sendable {
    struct Merge {
        /// Lower goes first.
        var rank: Int32
        var token: Int32
    }

    private struct Slot {
        /// Left and right token packed into one number; `empty` where nothing is stored.
        var pair = empty
        var merge = Merge(rank: 0, token: 0)

        static let empty = UInt64.max
    }

    /// An open-addressing table: a power of two, at most half full.
    private var slots: [Slot]
    private var count: Int32 = 0

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
    }

    /// The token that `left` and `right` become side by side.
    subscript(left: Int32, right: Int32) -> Merge? {
        let pair = Self.pair(left, right)
        let slot = slots[index(of: pair)]
        return slot.pair == pair ? slot.merge : nil
    }

    /// Adds the rule that comes after all those added before.
    /// - Precondition: no more rules than the capacity.
    mutating func append(_ left: Int32, _ right: Int32, becomes token: Int32) {
        let pair = Self.pair(left, right)
        slots[index(of: pair)] = Slot(pair: pair, merge: Merge(rank: count, token: token))
        count += 1
    }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Where `pair` is, or the empty place where it belongs.
    private func index(of pair: UInt64) -> Int {
        // Fibonacci hashing: the high bits of the product are well mixed.
        var index = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
        while slots[index].pair != pair, slots[index].pair != Slot.empty { index = (index + 1) & (slots.count - 1) }
        return index
    }
}
