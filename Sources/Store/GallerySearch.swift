import GRDB

/// A search for pictures as a person types it, as questions that the database understands.
///
/// Words are all to be found, each at least as the beginning of a word; what stands between quotation marks is to be found as it
/// stands. Everything but letters and digits separates words, as in the index. Writing without spaces between words, such as
/// Chinese, is found anywhere.
struct GallerySearch: Equatable {
    /// The question to the index, in FTS5's language; nil for none.
    private(set) var indexQuery: String?
    /// Words that the texts are to hold somewhere.
    private(set) var fragments: [String] = []

    /// SQLite takes expressions of a limited depth.
    static let mostTerms = 32

    init(_ text: String) {
        var terms: [String] = []
        let sections = text.split(separator: "\"", omittingEmptySubsequences: false)
        for (position, section) in sections.enumerated() {
            let words = Self.words(in: section)
            let isPhrase = !position.isMultiple(of: 2)
            let (unspaced, spaced) = (words.filter(Self.isWrittenWithoutSpaces), words.filter { !Self.isWrittenWithoutSpaces($0) })
            fragments += unspaced
            if isPhrase, unspaced.isEmpty, !words.isEmpty {
                // While the second mark is not typed yet, neither may be the end of the last word.
                terms.append("\"\(words.joined(separator: " "))\"" + (position == sections.count - 1 ? "*" : ""))
            } else {
                terms += spaced.map { "\"\($0)\"*" }
            }
        }
        fragments = Array(fragments.prefix(Self.mostTerms))
        // Terms side by side must all be found.
        if !terms.isEmpty { indexQuery = terms.prefix(Self.mostTerms).joined(separator: " ") }
    }

    /// Rows of `picture` are found through the index where it is asked: it has them in order, and need not be read to its end.
    var source: SQL { indexQuery == nil ? "picture" : "picture_text JOIN picture ON picture.number = picture_text.rowid" }
    /// `picture.number`, as whatever is read first has it.
    var number: SQL { indexQuery == nil ? "picture.number" : "picture_text.rowid" }
    /// Holds for rows of `source`.
    var conditions: [SQL] {
        let text: SQL = "lower(picture.prompt || ' ' || picture.negative_prompt || ' ' || picture.model)"
        return (indexQuery.map { ["picture_text MATCH \($0)"] } ?? []) + fragments.map { "instr(\(text), lower(\($0)))" }
    }

    private static func words(in text: some StringProtocol) -> [String] {
        text.unicodeScalars.split { !isPartOfWord($0) }.map { String(String.UnicodeScalarView($0)) }
            // An accent alone is no word.
            .filter { $0.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber,
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
