/// The check sum that zip and PNG files have, made piece by piece.
///
/// Source: PNG specification, annex D; reflected polynomial 0xEDB88320.
public struct CRC32: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    /// Begins with no bytes.
    public init() {}

    /// The check sum of all bytes so far.
    public var value: UInt32 { ~state }

    /// Adds bytes, eight at a time.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var state = state
        var position = 0
        Self.tables.withUnsafeBufferPointer { tables in
            while position + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(state)
                state = 0
                for place in 0..<8 { state ^= tables[(7 - place) << 8 | Int(word >> (place * 8) & 0xFF)] }
                position += 8
            }
            while position < bytes.count {
                state = state >> 8 ^ tables[Int(state & 0xFF ^ UInt32(bytes[position]))]
                position += 1
            }
        }
        self.state = state
    }

    /// Adds bytes.
    public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// Eight tables of 256 numbers: the check sum of a byte with 0 to 7 zero bytes behind it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            tables[byte] = (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        for place in 256..<8 * 256 {
            let before = tables[place - 256]
            tables[place] = before >> 8 ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()
}
