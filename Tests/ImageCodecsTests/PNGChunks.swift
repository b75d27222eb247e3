/// The chunks of a PNG: length, kind, data and checksum each, after eight bytes.
enum PNGChunks {
    /// A chunk behind the header, which is 25 bytes long.
    static func inserting(_ kind: String, _ data: [UInt8], into file: [UInt8]) -> [UInt8] {
        let content = Array(kind.utf8) + data
        let chunk = number(data.count) + content + checksum(of: content[...])
        return Array(file[..<33]) + chunk + Array(file[33...])
    }

    /// The file with the checksums that its chunks should have, as far as their lengths lead.
    static func repairingChecksums(of file: [UInt8]) -> [UInt8] {
        var file = file
        var start = 8
        while start + 12 <= file.count {
            let end = start + 8 + file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard end + 4 <= file.count else { break }
            file.replaceSubrange(end..<end + 4, with: checksum(of: file[start + 4..<end]))
            start = end + 4
        }
        return file
    }

    static func number(_ number: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) } }

    /// CRC-32.
    private static func checksum(of data: ArraySlice<UInt8>) -> [UInt8] {
        var crc = UInt32.max
        for byte in data {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return withUnsafeBytes(of: (~crc).bigEndian) { Array($0) }
    }
}
