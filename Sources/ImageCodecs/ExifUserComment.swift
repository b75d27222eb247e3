/// The one field of Exif that holds generation parameters: a TIFF whose first directory points to the Exif directory,
/// in which tag 0x9286 is the comment. Source: Exif 2.32, sections 4.5 and 4.6.5.
enum ExifUserComment {
    private static let exifDirectoryTag: UInt16 = 0x8769
    private static let userCommentTag: UInt16 = 0x9286
    private static let unicode = Array("UNICODE\0".utf8)

    /// A TIFF that holds only `text`, big-endian as piexif, and so A1111, writes it.
    static func tiff(holding text: String) -> [UInt8] {
        let comment = unicode + text.utf16.flatMap(\.bigEndianBytes)
        var bytes = Array("MM\0*".utf8) + UInt32(8).bigEndianBytes
        func directory(tag: UInt16, type: UInt16, count: UInt32, value: UInt32) {
            bytes += UInt16(1).bigEndianBytes + tag.bigEndianBytes + type.bigEndianBytes + count.bigEndianBytes
            bytes += value.bigEndianBytes + UInt32(0).bigEndianBytes
        }
        directory(tag: exifDirectoryTag, type: 4, count: 1, value: 26)
        directory(tag: userCommentTag, type: 7, count: UInt32(clamping: comment.count), value: 44)
        return bytes + comment
    }

    /// The comment in an Exif block of either byte order; nil when there is none or the block is damaged.
    static func text(in exif: [UInt8]) -> String? {
        guard let tiff = TIFFReader(exif: exif), let first = tiff.unsigned32(at: 4),
            let pointer = tiff.entry(exifDirectoryTag, inDirectoryAt: Int(first)), let directory = tiff.unsigned32(at: pointer.value),
            let entry = tiff.entry(userCommentTag, inDirectoryAt: Int(directory)), entry.count >= 8,
            let start = tiff.unsigned32(at: entry.value),
            let comment = tiff.bytes(at: Int(start), count: entry.count)
        else { return nil }
        let content = comment.dropFirst(8)
        if comment.starts(with: unicode) { return utf16(content, littleEndian: tiff.isLittleEndian) }
        // "ASCII" or not said; often filled up with zeros.
        return String(decoding: content.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Writers do not agree whose byte order counts, the file's or always big-endian;
    /// most text has a zero byte in most characters, and the zeros say it.
    private static func utf16(_ content: ArraySlice<UInt8>, littleEndian fileIsLittleEndian: Bool) -> String {
        let bytes = Array(content)
        let highZeros = stride(from: 0, to: bytes.count, by: 2).count { bytes[$0] == 0 }
        let lowZeros = stride(from: 1, to: bytes.count, by: 2).count { bytes[$0] == 0 }
        let littleEndian = highZeros == lowZeros ? fileIsLittleEndian : lowZeros > highZeros
        var units = stride(from: 0, to: bytes.count - 1, by: 2).map { at in
            let (first, second) = (UInt16(bytes[at]), UInt16(bytes[at + 1]))
            return littleEndian ? second << 8 | first : first << 8 | second
        }
        if units.first == 0xFEFF { units.removeFirst() }
        return String(decoding: units, as: UTF16.self)
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
