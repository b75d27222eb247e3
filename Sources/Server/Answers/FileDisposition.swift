internal import Files
internal import FoundationEssentials
internal import Generation
internal import Store

/// The name that a browser gives a file when it saves it.
///
/// Source: RFC 6266; RFC 8187 for names beyond ASCII.
enum FileDisposition {
    /// - Parameter kind: `inline` to be shown, `attachment` to be saved.
    static func header(_ kind: String, name: String) -> String {
        if name.utf8.allSatisfy(isPlain) { return "\(kind); filename=\"\(name)\"" }
        let ascii = String(decoding: name.utf8.filter(isPlain), as: UTF8.self)
        let plain = SafeFileName.name(ascii, fallback: "picture").replacing("-.", with: ".")
        let encoded = name.utf8.map { byte in
            isUnreserved(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return "\(kind); filename=\"\(plain)\"; filename*=UTF-8''\(encoded.joined())"
    }

    /// Printable ASCII that needs no escape between quotation marks.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (32...126).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension GalleryPicture {
    /// `4063967448-cat-face.png`
    func readableName(_ fileExtension: String) -> String {
        let words = SafeFileName.words(in: details.prompt, mostBytes: 100)
        return SafeFileName.name("\(details.seed)-\(words)", fallback: "\(details.seed)") + "." + fileExtension
    }
}
