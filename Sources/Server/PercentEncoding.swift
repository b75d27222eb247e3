internal import Files

extension StringProtocol {
    /// The text with its escapes decoded, `%C3%BC` to `ü`.
    /// - Returns: nil for an escape without two hexadecimal digits, and for bytes that are not UTF-8.
    ///
    /// Source: RFC 3986, section 2.1.
    var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimalDigit, let low = rest.popFirst()?.hexadecimalDigit else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
