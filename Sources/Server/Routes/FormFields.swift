internal import Hummingbird

/// The fields of a query, or of an HTML form that was sent (`application/x-www-form-urlencoded`).
struct FormFields {
    private let items: [(name: String, value: String)]

    /// Reads the fields. A plus is a space; text that is not percent-encoded UTF-8 is taken as it stands.
    init(_ text: some StringProtocol) {
        items = text.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                let spaced = String(part.replacing("+", with: " "))
                return spaced.percentDecoded ?? spaced
            }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    /// The first value of a field.
    subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// A text as the value of a field: everything but letters, digits and `-._~` as an escape.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) { return String(character) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}

extension Request {
    /// The first value that the query gives a parameter; see `FormFields`.
    func query(_ name: String) -> String? { FormFields(uri.query ?? "")[name] }

    /// Whether the query says `true` or `1` for a parameter.
    func flag(_ name: String) -> Bool { ["true", "1"].contains(query(name)?.lowercased()) }
}
