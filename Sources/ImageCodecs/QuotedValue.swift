import FoundationEssentials

/// A parameter's value as a JSON string, where it would be misread without.
enum QuotedValue {
    /// A1111 quotes values with `,`, `:` or a line break. Those that begin with a quotation mark, or have space around them
    /// or control characters inside, would come back changed, and are quoted as well.
    static func quoting(_ value: String) -> String {
        let scalars = value.unicodeScalars
        let isPlain =
            !scalars.contains { $0 == "," || $0 == ":" || $0.properties.generalCategory == .control }
            && scalars.first != "\"" && scalars.first?.properties.isWhitespace != true && scalars.last?.properties.isWhitespace != true
        if isPlain { return value }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A string always has a JSON form.
        guard let json = try? encoder.encode(value) else { return value }
        return String(decoding: json, as: UTF8.self)
    }

    /// The value that was quoted; `text` itself when it is not a JSON string.
    static func unquoting(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "\""), text.utf8.last == UInt8(ascii: "\"") else { return text }
        return (try? JSONDecoder().decode(String.self, from: Data(text.utf8))) ?? text
    }
}
