import Foundation
import ImageCodecs
import Testing

@Suite struct Base64PictureTests {
    @Test("base64 may have white space in it, the beginning of a data URL, either alphabet, and no padding", arguments: [
        ("aGVsbG8=", "hello"), ("aGVs\r\nbG8=\n", "hello"), (" aGVs\tbG8= ", "hello"), ("aGVsbG8", "hello"), ("aGVsbA==", "hell"),
        ("aGVsbA", "hell"), ("aGVs", "hel"), ("data:image/png;base64,aGVsbG8=", "hello"),
        ("\n DATA:image/PNG;charset=x;Base64, aGVs\nbG8", "hello"),
        ("data:;base64,aGVs", "hel"), ("Pz8/Pj4+", "???>>>"), ("Pz8_Pj4-", "???>>>"), ("", ""), (" ", ""), ("data:image/png;base64,", ""),
    ])
    func read(text: String, content: String) throws { #expect(try Base64Picture.bytes(text) == Array(content.utf8)) }

    @Test("every length and byte comes back")
    func everyByte() throws {
        for count in 0...256 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }
            #expect(try Base64Picture.bytes(Data(bytes).base64EncodedString()) == bytes)
        }
    }

    @Test("what is not base64 is refused with the place", arguments: [
        ("a*==", "character 2 is not one of its letters"), ("aGVs\nbG*8", "character 8 is not one of its letters"),
        ("aGVsbG8=ü", "it goes on behind its end at character 9"), ("ü", "character 1 is not one of its letters"),
        ("aGVs=bG8", "it goes on behind its end at character 6"), ("aGVsb", "its end is missing"), ("a===", "its end is missing"),
        ("data:image/png;base64,%%", "character 23 is not one of its letters"), ("file:///a.png", "character 5 is not one of its letters"),
        ("data:,", "the data URL has no “;base64,”"), ("data:image/png", "the data URL has no “;base64,”"),
        ("data:text/plain,aGVs", "the data URL has no “;base64,”"), ("data:xbase64,aGVs", "the data URL has no “;base64,”"),
    ])
    func refused(text: String, reason: String) {
        #expect(throws: ImageCodecError.invalidBase64(reason: reason)) { try Base64Picture.bytes(text) }
    }

    @Test("an address is not fetched", arguments: ["http://example.org/a.png", "https://example.org", " HTTPS://example.org/a"])
    func addresses(text: String) {
        #expect {
            try Base64Picture.bytes(text)
        } throws: {
            "\($0)" == "Pictures are not fetched from addresses. Send the picture itself, as base64 or as a data URL."
        }
    }
}
