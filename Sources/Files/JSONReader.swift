/// Reads JSON (RFC 8259) from bytes that nobody vouches for, one token at a time.
///
/// It exists beside Foundation's decoders because a safetensors header needs what they do not give: members in
/// their order with duplicates visible, integers that are exact or refused, and a bound on nesting.
/// `NaN`, `Infinity` and `-Infinity` count as numbers, because Python writes them into scheduler configurations.
public struct JSONReader {
    /// Deeper nesting is refused, so that a file cannot exhaust the stack.
    public static let deepestNesting = 64

    private let bytes: [UInt8]
    /// Bytes read so far.
    public private(set) var position = 0
    /// For each object or array that is open: nothing of it has been read yet.
    private var isAtFirst: [Bool] = []

    /// - Parameter bytes: the whole text, as UTF-8.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    // Objects and arrays: begin, then take members or elements until there are none.

    /// Reads the `{` of an object.
    public mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), "an object") }
    /// Reads the `[` of an array.
    public mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), "an array") }

    /// The name of the object's next member, whose value must be read next; nil after the last one.
    public mutating func nextKey() throws(JSONError) -> String? {
        guard try advance(to: UInt8(ascii: "}")) else { return nil }
        let key = try readString()
        try expect(UInt8(ascii: ":"), "\":\" after a member's name")
        return key
    }

    /// Whether the array has one more element, which must be read next.
    public mutating func hasNextElement() throws(JSONError) -> Bool { try advance(to: UInt8(ascii: "]")) }

    /// After the last value only white space may follow.
    public mutating func finish() throws(JSONError) {
        skipSpace()
        if position < bytes.count { throw failure("nothing more") }
    }

    // Values

    /// Reads a string, with its escapes decoded.
    public mutating func readString() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""), "a string")
        let start = position
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(bytes[start..<position])
            case UInt8(ascii: "\\"):
                return try readEscapedString(from: start)
            case 0..<0x20:
                throw failure("no control character in a string")
            default:
                position += 1
            }
        }
        throw failure("the end of a string")
    }

    /// A whole number without fraction or exponent that fits `Int`.
    public mutating func readInteger() throws(JSONError) -> Int {
        guard case .integer(let value) = try readNumber() else { throw failure("a whole number") }
        return value
    }

    /// Any value, whole. An object with two members of one name is refused.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try beginObject()
            while let key = try nextKey() {
                guard members.updateValue(try readValue(), forKey: key) == nil else { throw failure("\"\(key)\" only once") }
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try beginArray()
            while try hasNextElement() { elements.append(try readValue()) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try take("true", as: .bool(true))
        case UInt8(ascii: "f"): return try take("false", as: .bool(false))
        case UInt8(ascii: "n"): return try take("null", as: .null)
        default: return try readNumber()
        }
    }

    // How it works

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONError) {
        skipSpace()
        guard peek() == byte else { throw failure(expected) }
        position += 1
    }

    private mutating func begin(_ byte: UInt8, _ expected: String) throws(JSONError) {
        try expect(byte, expected)
        guard isAtFirst.count < Self.deepestNesting else { throw failure("at most \(Self.deepestNesting) levels of nesting") }
        isAtFirst.append(true)
    }

    /// Steps over the comma before the next member or element; false, and one level up, at `end`.
    private mutating func advance(to end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        if peek() == end {
            position += 1
            isAtFirst.removeLast()
            return false
        }
        if isAtFirst[isAtFirst.count - 1] {
            isAtFirst[isAtFirst.count - 1] = false
        } else {
            try expect(UInt8(ascii: ","), "\",\" or \"\(Character(Unicode.Scalar(end)))\"")
        }
        return true
    }

    private mutating func take(_ word: StaticString, as value: JSONValue) throws(JSONError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard word.withUTF8Buffer({ bytes[position...].starts(with: $0) }) else { throw failure("a value") }
        position += length
        return value
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        skipSpace()
        let start = position
        if peek() == UInt8(ascii: "N") { return try take("NaN", as: .number(.nan)) }
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "I") {
            return try take("Infinity", as: .number(position > start ? -.infinity : .infinity))
        }
        let firstDigit = position
        try skipDigits()
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 { throw failure("no leading zero") }
        var isWhole = true
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try skipDigits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        let digits = try text(bytes[start..<position])
        if isWhole, let value = Int(digits) { return .integer(value) }
        if isWhole, let value = UInt64(digits) { return .unsigned(value) }
        guard let value = Double(digits) else { throw failure("a number") }
        return .number(value)
    }

    private mutating func skipDigits() throws(JSONError) {
        guard let byte = peek(), (0x30...0x39).contains(byte) else { throw failure("a value") }
        while let byte = peek(), (0x30...0x39).contains(byte) { position += 1 }
    }

    private mutating func readEscapedString(from start: Int) throws(JSONError) -> String {
        var decoded = Array(bytes[start..<position])
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(decoded[...])
            case UInt8(ascii: "\\"): decoded += String(try readEscape()).utf8
            case 0..<0x20: throw failure("no control character in a string")
            default: decoded.append(byte)
            }
        }
        throw failure("the end of a string")
    }

    private mutating func readEscape() throws(JSONError) -> Character {
        guard let byte = peek() else { throw failure("the end of a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try readFourHexDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard peek() == UInt8(ascii: "\\") else { throw failure("the second half of a character") }
                position += 1
                guard peek() == UInt8(ascii: "u") else { throw failure("the second half of a character") }
                position += 1
                let low = try readFourHexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("the second half of a character") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("a character's number") }
            return Character(scalar)
        default: throw failure("an escape")
        }
    }

    private mutating func readFourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = byte.hexadecimalDigit else { throw failure("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw failure("UTF-8") }
        return text
    }

    private func failure(_ expected: String) -> JSONError { JSONError(position: position, expected: expected) }
}

/// JSON that breaks the rules: what was expected where.
public struct JSONError: Error, Sendable, Hashable {
    /// Bytes before the place.
    public let position: Int
    /// Continues "expected …".
    public let expected: String
    /// The member that was being read, where the caller knows it.
    public var member: String?

    /// Makes an error for a place that is `position` bytes from the start.
    public init(position: Int, expected: String, member: String? = nil) {
        self.position = position
        self.expected = expected
        self.member = member
    }
}
