/// Whole numbers in bytes that nobody vouches for.
extension Collection<UInt8> where Index == Int {
    /// The number in `count` bytes from `offset`, the least significant first.
    /// - Returns: nil when they are not all there, or the number does not fit `Int`.
    func littleEndian(at offset: Int, count: Int) -> Int? {
        guard offset >= startIndex, count <= 8, offset <= endIndex - count else { return nil }
        let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
        return Int(exactly: value)
    }
}
