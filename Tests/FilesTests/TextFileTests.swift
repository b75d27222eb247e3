import Files
import Testing

@Suite("Text files")
struct TextFileTests {
    private static func lines(_ bytes: [UInt8]) -> [String] { TextLines(TextFile.utf8(bytes)).map { String(decoding: $0, as: UTF8.self) } }

    @Test(
        "lines end as on any system, and the last may have no end",
        arguments: [
            ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("a\rb\r", ["a", "b"]),
            ("a\n\nb", ["a", "", "b"]), ("a\r\n\r\nb", ["a", "", "b"]),
            ("a\r\r\nb", ["a", "", "b"]), ("a\n\rb", ["a", "", "b"]), ("\r\na", ["", "a"]), ("ü\r\n\u{301}x", ["ü", "\u{301}x"]),
            ("\u{FEFF}a\r\n", ["a"]), ("\u{FEFF}", []), ("a\u{FEFF}", ["a\u{FEFF}"]),
            ("a\u{2028}b\u{85}c", ["a\u{2028}b\u{85}c"]),
        ])
    func lines(text: String, lines: [String]) { #expect(Self.lines(Array(text.utf8)) == lines) }

    @Test("what says that it is UTF-16 is read so", arguments: [true, false])
    func utf16(isLittle: Bool) {
        let bytes = "\u{FEFF}ä:b\r\n😀\r\n".utf16.flatMap {
            isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)]
        }
        #expect(Self.lines(bytes) == ["ä:b", "😀"])
        // Half a unit at the end is nothing.
        #expect(Self.lines(bytes + [0x41]) == ["ä:b", "😀"])
    }
}
