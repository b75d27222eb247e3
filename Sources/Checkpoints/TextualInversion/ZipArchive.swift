/// The files of a zip archive as `torch.save` writes it: stored, not compressed.
///
/// Everything is read from bytes in memory, and nothing outside them, whatever the archive says.
/// Source: PKWARE, "APPNOTE.TXT – .ZIP File Format Specification", 6.3.10.
struct ZipArchive {
    private let bytes: [UInt8]
    private var entries: [String: Range<Int>] = [:]

    /// Names with their folders, sorted.
    var names: [String] { entries.keys.sorted() }

    init(_ bytes: [UInt8]) throws(TextualInversionProblem) {
        self.bytes = bytes
        var directory = try Self.directory(of: bytes)
        while directory.count > 0 {
            guard let entry = DirectoryEntry(bytes, at: directory.lowerBound, limit: directory.upperBound) else {
                throw .damagedArchive("its list of files is cut short")
            }
            directory = entry.end..<directory.upperBound
            guard entry.isPlain else { throw .damagedArchive("\"\(entry.name)\" is compressed or encrypted, which torch.save does not do") }
            guard let content = Self.content(of: entry, in: bytes) else { throw .damagedArchive("\"\(entry.name)\" lies outside the file") }
            guard entries.updateValue(content, forKey: entry.name) == nil else { throw .damagedArchive("\"\(entry.name)\" is in it twice") }
        }
    }

    /// The bytes of a file; nil when there is none of that name.
    func contents(of name: String) -> ArraySlice<UInt8>? { entries[name].map { bytes[$0] } }

    /// Where the list of files lies.
    private static func directory(of bytes: [UInt8]) throws(TextualInversionProblem) -> Range<Int> {
        // The record at the end may be followed by a comment of up to 65,535 bytes.
        let length = 22
        let first = max(0, bytes.count - length - 65_535)
        var end = bytes.count - length
        while end >= first, bytes.littleEndian(at: end, count: 4) != 0x0605_4B50 { end -= 1 }
        guard end >= first, var size = bytes.littleEndian(at: end + 12, count: 4),
            var offset = bytes.littleEndian(at: end + 16, count: 4)
        else {
            throw .damagedArchive("its end is missing")
        }
        // Numbers that do not fit are in the zip64 record, which a locator before the end points to.
        if size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            guard end >= 20, bytes.littleEndian(at: end - 20, count: 4) == 0x0706_4B50,
                let record = bytes.littleEndian(at: end - 12, count: 8),
                record <= bytes.count - 56, bytes.littleEndian(at: record, count: 4) == 0x0606_4B50,
                let wideSize = bytes.littleEndian(at: record + 40, count: 8), let wideOffset = bytes.littleEndian(at: record + 48, count: 8)
            else { throw .damagedArchive("its zip64 record is missing") }
            (size, offset) = (wideSize, wideOffset)
        }
        guard offset <= end, size <= end - offset else { throw .damagedArchive("its list of files lies outside the file") }
        return offset..<offset + size
    }

    /// The entry's bytes, behind a header of its own.
    private static func content(of entry: DirectoryEntry, in bytes: [UInt8]) -> Range<Int>? {
        guard entry.offset <= bytes.count - 30, bytes.littleEndian(at: entry.offset, count: 4) == 0x0403_4B50,
            let nameLength = bytes.littleEndian(at: entry.offset + 26, count: 2),
            let extraLength = bytes.littleEndian(at: entry.offset + 28, count: 2)
        else { return nil }
        let start = entry.offset + 30 + nameLength + extraLength
        guard start <= bytes.count, entry.byteCount <= bytes.count - start else { return nil }
        return start..<start + entry.byteCount
    }
}

/// One line of the archive's list.
private struct DirectoryEntry {
    let name: String
    let byteCount: Int
    /// Offset of the header before its bytes.
    let offset: Int
    /// Neither compressed nor encrypted.
    let isPlain: Bool
    /// Where the next line begins.
    let end: Int

    init?(_ bytes: [UInt8], at start: Int, limit: Int) {
        func number(_ offset: Int, _ count: Int) -> Int? { bytes[..<limit].littleEndian(at: start + offset, count: count) }
        guard number(0, 4) == 0x0201_4B50, let flags = number(8, 2), let method = number(10, 2), let stored = number(20, 4),
            var size = number(24, 4),
            let nameLength = number(28, 2), let extraLength = number(30, 2), let commentLength = number(32, 2), var offset = number(42, 4)
        else { return nil }
        let nameStart = start + 46
        let extra = nameStart + nameLength..<nameStart + nameLength + extraLength
        guard extra.upperBound + commentLength <= limit else { return nil }
        var wide = Zip64Field(bytes[extra])
        if size == 0xFFFF_FFFF {
            guard let value = wide.next() else { return nil }
            size = value
        }
        if stored == 0xFFFF_FFFF { guard wide.next() != nil else { return nil } }
        if offset == 0xFFFF_FFFF {
            guard let value = wide.next() else { return nil }
            offset = value
        }
        name = String(decoding: bytes[nameStart..<extra.lowerBound], as: UTF8.self)
        byteCount = size
        self.offset = offset
        isPlain = method == 0 && flags & 1 == 0
        end = extra.upperBound + commentLength
    }
}

/// The numbers of an entry that need 64 bits, in their order.
private struct Zip64Field {
    private var numbers: ArraySlice<UInt8> = []

    init(_ extra: ArraySlice<UInt8>) {
        var start = extra.startIndex
        while let id = extra.littleEndian(at: start, count: 2), let length = extra.littleEndian(at: start + 2, count: 2) {
            let end = start + 4 + length
            guard end <= extra.endIndex else { return }
            if id == 1 {
                numbers = extra[(start + 4)..<end]
                return
            }
            start = end
        }
    }

    mutating func next() -> Int? {
        guard let number = numbers.littleEndian(at: numbers.startIndex, count: 8) else { return nil }
        numbers = numbers.dropFirst(8)
        return number
    }
}
