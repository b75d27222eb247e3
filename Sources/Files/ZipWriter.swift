/// The parts of a zip file that stand between its entries' contents, made while the file is sent: nothing but the names is kept.
///
/// Contents are stored as they are: pictures are compressed already. A file over 4 GB, or of more than 65535 entries, has zip64's records
/// as well. Names are UTF-8.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10.
public struct ZipWriter: Sendable {
    private struct Entry {
        let name: [UInt8]
        let crc32: UInt32
        let byteCount: UInt32
        let time: UInt32
        let offset: UInt64
    }

    private var entries: [Entry] = []
    private var names: Set<String> = []
    /// Bytes of the file so far, with the contents of all entries that were begun.
    public private(set) var byteCount: UInt64 = 0

    /// Begins an empty file.
    public init() {}

    /// The time of an entry in a zip file's own form: two seconds are its smallest step, and 1980 is its first year.
    public struct Time: Sendable, Hashable {
        let bits: UInt32

        /// - Parameters: of the local calendar; years out of 1980 to 2107 become the nearest.
        public init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
            let date = UInt32(min(max(year, 1980), 2107) - 1980) << 9 | UInt32(month & 15) << 5 | UInt32(day & 31)
            bits = date << 16 | UInt32(hour & 31) << 11 | UInt32(minute & 63) << 5 | UInt32(min(second, 59) / 2)
        }
    }

    /// Begins an entry. After the bytes that are returned come its contents.
    /// - Parameters:
    ///   - name: its path, with slashes. The second of equal names gets `-2` before its extension.
    ///   - byteCount: of the contents.
    ///   - crc32: of the contents.
    public mutating func begin(_ name: String, byteCount: UInt32, crc32: UInt32, time: Time) -> [UInt8] {
        let entry = Entry(
            name: Array(free(name).utf8.prefix(Int(UInt16.max))), crc32: crc32, byteCount: byteCount, time: time.bits,
            offset: self.byteCount)
        entries.append(entry)
        let header = header(of: entry)
        self.byteCount += UInt64(header.count) + UInt64(byteCount)
        return header
    }

    private mutating func free(_ name: String) -> String {
        let end = name.lastIndex(of: ".").flatMap { name[$0...].contains("/") ? nil : $0 } ?? name.endIndex
        var (free, number) = (name, 1)
        // Names differ in more than case, for file systems that do not tell it.
        while !names.insert(free.lowercased()).inserted {
            number += 1
            free = name[..<end] + "-\(number)" + name[end...]
        }
        return free
    }

    /// Bytes of a whole file with these entries.
    public static func byteCount(of entries: some Sequence<(name: String, byteCount: UInt32)>) -> UInt64 {
        var writer = ZipWriter()
        for entry in entries {
            _ = writer.begin(
                entry.name, byteCount: entry.byteCount, crc32: 0, time: Time(year: 1980, month: 1, day: 1, hour: 0, minute: 0, second: 0))
        }
        let end = writer.end()
        return writer.byteCount + UInt64(end.count)
    }

    private func header(of entry: Entry) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.add(UInt32(0x0403_4B50))
        bytes.addFields(of: entry.time, entry.crc32, entry.byteCount, version: 20)
        bytes.add(UInt16(entry.name.count))
        bytes.add(UInt16(0))
        return bytes + entry.name
    }

    /// The list of all entries, which ends the file.
    public func end() -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            let isFar = entry.offset >= UInt64(UInt32.max)
            bytes.add(UInt32(0x0201_4B50))
            // Made by Unix, so that the rights of files are said below.
            bytes.add(UInt16(3 << 8 | 45))
            bytes.addFields(of: entry.time, entry.crc32, entry.byteCount, version: isFar ? 45 : 20)
            bytes.add(UInt16(entry.name.count))
            bytes.add(UInt16(isFar ? 12 : 0))
            // No comment, the first disk, no text.
            for _ in 0..<3 { bytes.add(UInt16(0)) }
            // A plain file that its owner writes and all read.
            bytes.add(UInt32(0o100644) << 16)
            bytes.add(isFar ? .max : UInt32(entry.offset))
            bytes += entry.name
            if isFar {
                bytes.add(UInt16(1))
                bytes.add(UInt16(8))
                bytes.add(entry.offset)
            }
        }
        let size = UInt64(bytes.count)
        if entries.count >= Int(UInt16.max) || byteCount >= UInt64(UInt32.max) { bytes += farEnd(size: size) }
        bytes.add(UInt32(0x0605_4B50))
        bytes.add(UInt32(0))
        for _ in 0..<2 { bytes.add(UInt16(clamping: entries.count)) }
        bytes.add(UInt32(clamping: size))
        bytes.add(UInt32(clamping: byteCount))
        bytes.add(UInt16(0))
        return bytes
    }

    /// Zip64's end, and where it is.
    private func farEnd(size: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.add(UInt32(0x0606_4B50))
        bytes.add(UInt64(44))
        for _ in 0..<2 { bytes.add(UInt16(45)) }
        for _ in 0..<2 { bytes.add(UInt32(0)) }
        for _ in 0..<2 { bytes.add(UInt64(entries.count)) }
        bytes.add(size)
        bytes.add(byteCount)
        bytes.add(UInt32(0x0706_4B50))
        bytes.add(UInt32(0))
        bytes.add(byteCount + size)
        bytes.add(UInt32(1))
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func add<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// What stands in an entry's header and in the list alike.
    fileprivate mutating func addFields(of time: UInt32, _ crc32: UInt32, _ byteCount: UInt32, version: UInt16) {
        add(version)
        // Names are UTF-8.
        add(UInt16(1 << 11))
        // Stored.
        add(UInt16(0))
        add(time)
        add(crc32)
        add(byteCount)
        add(byteCount)
    }
}
