/// Picture files that come as text, as in JSON.
public enum Base64Picture {
    /// Reads base64 in the usual or the URL-safe alphabet, with or without `=` at its end, and perhaps after `data:…;base64,`.
    /// White space anywhere is left out.
    /// - Returns: the bytes of the file, which need not be a picture; none for empty text.
    /// - Throws: `.address` for `http:` and `https:`, `.invalidBase64` for text that is not base64.
    public static func bytes(_ text: String) throws(ImageCodecError) -> [UInt8] {
        // Among bytes: to find the characters of 20 MB takes seconds.
        let text = Array(text.utf8)
        var position = text.firstIndex { !isSpace($0) } ?? text.count
        if begins(text[position...], with: "http:") || begins(text[position...], with: "https:") { throw .address }
        if begins(text[position...], with: "data:") {
            guard let comma = text.firstIndex(of: UInt8(ascii: ",")), begins(text[..<comma].suffix(7), with: ";base64") else {
                throw .invalidBase64(reason: "the data URL has no “;base64,”")
            }
            position = comma + 1
        }

        var bytes: [UInt8] = []
        bytes.reserveCapacity((text.count - position) / 4 * 3 + 3)
        var (bits, bitCount, isEnded) = (UInt32(0), 0, false)
        while position < text.count {
            let character = text[position]
            position += 1
            if isSpace(character) { continue }
            if character == UInt8(ascii: "=") {
                isEnded = true
                continue
            }
            guard !isEnded else { throw .invalidBase64(reason: "it goes on behind its end at character \(position)") }
            guard let value = value(of: character) else { throw .invalidBase64(reason: "character \(position) is not one of its letters") }
            bits = bits << 6 | value
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        // One letter has fewer bits than a byte.
        guard bitCount < 6 else { throw .invalidBase64(reason: "its end is missing") }
        return bytes
    }

    private static func isSpace(_ character: UInt8) -> Bool { character == 0x20 || (0x09...0x0D).contains(character) }

    /// In any case, as schemes of URLs are.
    private static func begins(_ text: ArraySlice<UInt8>, with word: String) -> Bool {
        text.count >= word.utf8.count && zip(text, word.utf8).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 && (0x41...0x5A).contains($0)) }
    }

    /// 0 ... 63.
    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case 0x41...0x5A: UInt32(character) - 0x41
        case 0x61...0x7A: UInt32(character) - 0x61 + 26
        case 0x30...0x39: UInt32(character) - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
