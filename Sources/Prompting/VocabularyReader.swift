/// Reads the usual form of `vocab.json`: one object of strings and whole numbers.
///
/// It exists for speed alone: the standard decoder takes a tenth of a second for CLIP's 49,408 tokens, and every start waits for it.
/// Whatever is out of the ordinary, damaged files included, is left to that decoder.
struct VocabularyReader {
    private let json: [UInt8]
    private var position = 0

    /// Every token, as UTF-8, with its id; nil when the text is not of the usual form.
    static func tokens(in json: [UInt8]) -> [TokenVocabulary.Entry]? {
        var reader = VocabularyReader(json: json)
        return reader.object()
    }

    private init(json: [UInt8]) { self.json = json }

    private mutating func object() -> [TokenVocabulary.Entry]? {
        var entries: [TokenVocabulary.Entry] = []
        guard take("{") else { return nil }
        repeat {
            guard let token = string(), take(":"), let id = number() else { return nil }
            entries.append(TokenVocabulary.Entry(token: token, id: id))
        } while take(",")
        guard take("}") else { return nil }
        skipSpace()
        return position == json.count ? entries : nil
    }

    private mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var bytes: [UInt8] = []
        while position < json.count {
            let byte = json[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return bytes
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            case 0..<0x20: return nil
            default: bytes.append(byte)
            }
        }
        return nil
    }

    /// The character that an escape stands for; nil for surrogates, which no token of a byte alphabet needs, and for control characters.
    private mutating func escape() -> Unicode.Scalar? {
        guard position < json.count else { return nil }
        let kind = json[position]
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
        case UInt8(ascii: "u"):
            guard json.count - position >= 4 else { return nil }
            defer { position += 4 }
            let digits = json[position..<position + 4]
            guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
            return UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
        default: return nil
        }
    }

    private mutating func number() -> Int? {
        skipSpace()
        let start = position
        var value = 0
        while position < json.count, case let digit = json[position] &- UInt8(ascii: "0"), digit < 10, position - start < 9 {
            value = value * 10 + Int(digit)
            position += 1
        }
        return position > start ? value : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < json.count, json[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < json.count, [0x20, 0x09, 0x0A, 0x0D].contains(json[position]) { position += 1 }
    }
}
