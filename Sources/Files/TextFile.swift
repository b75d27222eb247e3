/// Text files as people's editors leave them: with the mark that some put before the text, and with the line ends of any system.
///
/// Lines are found among bytes, for Swift takes CR LF as one character, which is no line feed.
public enum TextFile {
    /// A file's text as UTF-8, without the mark before it. What its mark says is UTF-16, as some programs of Windows write it, is
    /// converted.
    public static func utf8(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
            isLittle ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8 : UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}

/// The lines of a text, empty ones too, without their ends: LF, CR LF or CR. An end of the last line begins no other.
public struct TextLines: Sequence, IteratorProtocol, Sendable {
    private let text: [UInt8]
    private var position = 0

    /// - Parameter text: UTF-8, as `TextFile.utf8` gives it.
    public init(_ text: [UInt8]) { self.text = text }

    /// The next line, with its place in the text; nil at the end.
    public mutating func next() -> ArraySlice<UInt8>? {
        guard position < text.count else { return nil }
        let start = position
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "\n"), text[end] != UInt8(ascii: "\r") { end += 1 }
        let isPair = end + 1 < text.count && text[end] == UInt8(ascii: "\r") && text[end + 1] == UInt8(ascii: "\n")
        position = end + (isPair ? 2 : 1)
        return text[start..<end]
    }
}
