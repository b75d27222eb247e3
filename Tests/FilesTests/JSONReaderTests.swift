import Testing

import Files

struct JSONReaderTests {
    private func read(_ text: String) throws(JSONError) -> JSONValue {
        var json = JSONReader(Array(text.utf8))
        let value = try json.readValue()
        try json.finish()
        return value
    }

    @Test("values of every kind are read", arguments: [
        ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-12", .integer(-12)),
        ("9223372036854775807", .integer(.max)), ("9223372036854775808", .unsigned(9_223_372_036_854_775_808)),
        ("18446744073709551616", .number(18_446_744_073_709_551_616)), ("1.5e-3", .number(0.0015)),
        ("-Infinity", .number(-.infinity)), ("Infinity", .number(.infinity)), ("\"a\"", .string("a")), ("[]", .array([])),
        ("{}", .object([:])),
        ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])), ("{\"a\": {\"b\": []}}", .object(["a": .object(["b": .array([])])])),
        (#""\"\\\/\b\f\n\r\t\u00e9\ud83c\udf1e\u0000""#, .string("\"\\/\u{8}\u{c}\n\r\té🌞\0")),
    ])
    func value(text: String, expected: JSONValue) throws {
        #expect(try read(text) == expected)
    }

    @Test("NaN is a number")
    func notANumber() throws {
        guard case .number(let value) = try read("NaN") else { throw JSONError(position: 0, expected: "a number") }
        #expect(value.isNaN)
    }

    @Test("text that is not JSON is refused with the place", arguments: [
        ("", "a value at 0"), ("{", "a string at 1"), ("[1", "\",\" or \"]\" at 2"), ("[1,]", "a value at 3"),
        ("{\"a\" 1}", "\":\" after a member's name at 5"),
        ("{\"a\":1,}", "a string at 7"), ("{\"a\":1 \"b\":2}", "\",\" or \"}\" at 7"), ("01", "no leading zero at 2"),
        ("1.", "a value at 2"), ("1e", "a value at 2"),
        ("-", "a value at 1"), ("+1", "a value at 0"), ("tru", "a value at 0"), ("1 2", "nothing more at 2"),
        ("\"a", "the end of a string at 2"),
        ("\"a\n\"", "no control character in a string at 2"), (#""\x""#, "an escape at 3"), (#""\u12""#, "four hexadecimal digits at 5"),
        (#""\ud800""#, "the second half of a character at 7"), (#""\ud800\u0041""#, "the second half of a character at 13"),
        (#""\udc00""#, "a character's number at 7"),
        ("{\"a\":1,\"a\":2}", "\"a\" only once at 12"), (String(repeating: "[", count: 65), "at most 64 levels of nesting at 65"),
    ])
    func refused(text: String, expected: String) {
        #expect { try read(text) } throws: { error in
            guard let error = error as? JSONError else { return false }
            return "\(error.expected) at \(error.position)" == expected
        }
    }

    @Test("bytes that are not UTF-8 are refused", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) {
        var json = JSONReader([0x22] + bytes + [0x22])
        #expect(throws: JSONError(position: bytes.count + 1, expected: "UTF-8")) { try json.readString() }
    }

    @Test("64 levels of nesting are allowed")
    func nesting() throws {
        _ = try read(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
    }
}
