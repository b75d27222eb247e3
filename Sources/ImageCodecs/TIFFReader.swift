/// Reads numbers out of a TIFF, which is what Exif is stored as; nil wherever an offset leaves the block.
struct TIFFReader {
    /// The beginning of a JPEG's Exif segment. Other files hold the TIFF alone, or this before it as well.
    static let exifPrefix = Array("Exif\0\0".utf8)

    private let block: [UInt8]
    let isLittleEndian: Bool

    /// - Parameter exif: a TIFF, perhaps after `exifPrefix`.
    init?(exif: [UInt8]) {
        block = exif.starts(with: Self.exifPrefix) ? Array(exif.dropFirst(Self.exifPrefix.count)) : exif
        switch block.prefix(4) {
        case [0x4D, 0x4D, 0, 42]: isLittleEndian = false
        case [0x49, 0x49, 42, 0]: isLittleEndian = true
        default: return nil
        }
    }

    func bytes(at offset: Int, count: Int) -> ArraySlice<UInt8>? {
        guard offset >= 0, count >= 0, offset <= block.count, count <= block.count - offset else { return nil }
        return block[offset..<offset + count]
    }

    func unsigned16(at offset: Int) -> UInt16? { number(at: offset, count: 2).map { UInt16(truncatingIfNeeded: $0) } }
    func unsigned32(at offset: Int) -> UInt32? { number(at: offset, count: 4) }

    /// The type and the number of values of an entry, and where its value, or the offset of its value, stands.
    func entry(_ tag: UInt16, inDirectoryAt offset: Int) -> (type: UInt16, count: Int, value: Int)? {
        guard let entries = unsigned16(at: offset) else { return nil }
        for index in 0..<Int(entries) {
            let entry = offset + 2 + 12 * index
            guard let found = unsigned16(at: entry), let type = unsigned16(at: entry + 2), let count = unsigned32(at: entry + 4) else {
                return nil
            }
            if found == tag { return (type, Int(count), entry + 8) }
        }
        return nil
    }

    private func number(at offset: Int, count: Int) -> UInt32? {
        bytes(at: offset, count: count).map { bytes in
            let ordered = isLittleEndian ? Array(bytes.reversed()) : Array(bytes)
            return ordered.reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
}
