import GRDB

/// What a person types to find pictures, as questions that the database understands.
///
/// Words are all to be found, each at least as the beginning of a word; what stands between quotation marks is to be found as it
/// stands. Everything but letters and digits separates words, as in the index. Writing without spaces between words, such as
/// Chinese, is found anywhere.
struct GallerySearch: Equatable {
    /// What the index is asked, in FTS5's language; nil for nothing.
    private(set) var indexQuery: String?
    /// What the texts are to hold somewhere.
    private(set) var fragments: [String] = []

    /// SQLite takes expressions of a limited depth.
    static let mostTerms = 32

    init(_ text: String) {
        var terms: [String] = []
        for (position, section) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            let words = Self.words(in: section)
            let isPhrase = !position.isMultiple(of: 2)
            if words.contains(where: Self.isWrittenWithoutSpaces) {
                fragments += words
            } else if isPhrase, !words.isEmpty {
                terms.append("\"\(words.joined(separator: " "))\"")
            } else {
                terms += words.map { "\"\($0)\"*" }
            }
        }
        fragments = Array(fragments.prefix(Self.mostTerms))
        // Terms side by side must all be found.
        if !terms.isEmpty { indexQuery = terms.prefix(Self.mostTerms).joined(separator: " ") }
    }

    /// Holds for rows of `picture`.
    var condition: SQL {
        var conditions: [SQL] = fragments.map { "instr(picture.prompt || ' ' || picture.negative_prompt || ' ' || picture.model, \($0))" }
        if let indexQuery {
            conditions.append("picture.number IN (SELECT rowid FROM picture_text WHERE picture_text MATCH \(indexQuery))")
        }
        return conditions.allHold
    }

    private static func words(in text: some StringProtocol) -> [String] {
        text.unicodeScalars.split { !isPartOfWord($0) }.map { String(String.UnicodeScalarView($0)) }
            // An accent alone is no word.
            .filter { $0.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber, .otherNumber,
            .nonspacingMark, .spacingMark, .enclosingMark, .privateUse: true
        default: false
        }
    }

    private static func isWrittenWithoutSpaces(_ word: String) -> Bool {
        word.unicodeScalars.contains { scalar in
            // Thai and Lao; kana.
            scalar.properties.isIdeographic || (0x0E00...0x0EFF).contains(scalar.value) || (0x3040...0x30FF).contains(scalar.value)
        }
    }
}
