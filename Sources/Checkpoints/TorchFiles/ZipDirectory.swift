import Files

/// The list of files in a zip archive as `torch.save` writes it: stored, not compressed. The list alone is read, by which a file is found.
///
/// Source: PKWARE, "APPNOTE.TXT – .ZIP File Format Specification", 6.3.10.
struct ZipDirectory {
    /// A checkpoint of a thousand tensors has a list of 100,000 bytes.
    static let longest = 64 << 20

    private let file: OpenFile
    private var entries: [String: (offset: Int, byteCount: Int)] = [:]

    /// Names with their folders, in no order.
    var names: some Collection<String> { entries.keys }

    /// - Throws: `CheckpointError.torchFile` when the list is damaged, or when a file is compressed or encrypted.
    init(of file: OpenFile) throws(CheckpointError) {
        self.file = file
        do throws(TorchFileProblem) {
            let (offset, byteCount) = try Self.place(of: file)
            let bytes = try file.torchBytes(byteCount, at: offset)
            var next = 0
            while next < bytes.count {
                guard let entry = DirectoryEntry(bytes, at: next) else { throw .damagedArchive("its list of files is cut short") }
                next = entry.end
                guard entry.isPlain else {
                    throw .damagedArchive("\"\(entry.name)\" is compressed or encrypted, which torch.save does not do")
                }
                guard entries.updateValue((entry.offset, entry.byteCount), forKey: entry.name) == nil else {
                    throw .damagedArchive("\"\(entry.name)\" is in it twice")
                }
            }
        } catch {
            throw .torchFile(file: file.name, error)
        }
    }

    /// Where the bytes of a file lie in the archive, behind a header of their own; nil when there is none of that name.
    func place(of name: String) throws(TorchFileProblem) -> Range<Int>? {
        guard let (offset, byteCount) = entries[name] else { return nil }
        let outside = TorchFileProblem.damagedArchive("\"\(name)\" lies outside the file")
        guard offset <= file.byteCount - 30 else { throw outside }
        let header = try file.torchBytes(30, at: offset)
        guard header.littleEndian(at: 0, count: 4) == 0x0403_4B50, let nameLength = header.littleEndian(at: 26, count: 2),
            let extraLength = header.littleEndian(at: 28, count: 2)
        else { throw outside }
        let start = offset + 30 + nameLength + extraLength
        guard start <= file.byteCount, byteCount <= file.byteCount - start else { throw outside }
        return start..<start + byteCount
    }

    /// Where the list of files lies.
    private static func place(of file: OpenFile) throws(TorchFileProblem) -> (offset: Int, byteCount: Int) {
        // The record at the end may be followed by a comment of up to 65,535 bytes; before it, zip64's locator has 20.
        let length = 22
        let tailLength = min(file.byteCount, 20 + length + 65_535)
        let tail = try file.torchBytes(tailLength, at: file.byteCount - tailLength)
        var end = tail.count - length
        while end >= 0, tail.littleEndian(at: end, count: 4) != 0x0605_4B50 { end -= 1 }
        guard end >= 0, var size = tail.littleEndian(at: end + 12, count: 4), var offset = tail.littleEndian(at: end + 16, count: 4) else {
            throw .damagedArchive("its end is missing")
        }
        // Numbers that do not fit are in the zip64 record, which the locator points to.
        if size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF || tail.littleEndian(at: end + 10, count: 2) == 0xFFFF {
            let missing = TorchFileProblem.damagedArchive("its zip64 record is missing")
            guard end >= 20, tail.littleEndian(at: end - 20, count: 4) == 0x0706_4B50,
                let place = tail.littleEndian(at: end - 12, count: 8), place <= file.byteCount - 56
            else { throw missing }
            let record = try file.torchBytes(56, at: place)
            guard record.littleEndian(at: 0, count: 4) == 0x0606_4B50, let wideSize = record.littleEndian(at: 40, count: 8),
                let wideOffset = record.littleEndian(at: 48, count: 8)
            else { throw missing }
            (size, offset) = (wideSize, wideOffset)
        }
        guard offset <= file.byteCount, size <= file.byteCount - offset else {
            throw .damagedArchive("its list of files lies outside the file")
        }
        guard size <= longest else { throw .excessive("a list of files of more than \(longest) bytes") }
        return (offset, size)
    }
}

extension OpenFile {
    /// Bytes that were there when the file was opened.
    /// - Throws: `.damagedArchive` when they are gone.
    func torchBytes(_ count: Int, at offset: Int) throws(TorchFileProblem) -> [UInt8] {
        guard let bytes = try? read(count, at: offset), bytes.count == count else {
            throw .damagedArchive("it ends early, or cannot be read")
        }
        return bytes
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

    init?(_ bytes: [UInt8], at start: Int) {
        func number(_ offset: Int, _ count: Int) -> Int? { bytes.littleEndian(at: start + offset, count: count) }
        guard number(0, 4) == 0x0201_4B50, let flags = number(8, 2), let method = number(10, 2), var stored = number(20, 4),
            var size = number(24, 4),
            let nameLength = number(28, 2), let extraLength = number(30, 2), let commentLength = number(32, 2), var offset = number(42, 4)
        else { return nil }
        let nameStart = start + 46
        let extra = nameStart + nameLength..<nameStart + nameLength + extraLength
        guard extra.upperBound + commentLength <= bytes.count else { return nil }
        var wide = Zip64Field(bytes[extra])
        guard wide.widen(&size), wide.widen(&stored), wide.widen(&offset) else { return nil }
        name = String(decoding: bytes[nameStart..<extra.lowerBound], as: UTF8.self)
        byteCount = size
        self.offset = offset
        isPlain = method == 0 && flags & 1 == 0 && stored == size
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

    /// Replaces a number that stands for one of 64 bits.
    /// - Returns: false when there is none left.
    mutating func widen(_ number: inout Int) -> Bool {
        guard number == 0xFFFF_FFFF else { return true }
        guard let value = numbers.littleEndian(at: numbers.startIndex, count: 8) else { return false }
        number = value
        numbers = numbers.dropFirst(8)
        return true
    }
}
