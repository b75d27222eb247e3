import GRDB

/// A search for pictures as a person types it, as questions that the database understands.
///
/// Words are all to be found, each at least as the beginning of a word, in prompt, negative prompt, model or any parameter; what stands
/// between quotation marks is to be found as it stands. Everything but letters and digits separates words, as in the index. Writing
/// without spaces between words, such as Chinese, is found anywhere.
///
/// `seed:123`, `model:name`, `sampler:"DPM++ 2M"`, `size:512x768`, `steps:20` and `cfg:7` are properties: see `Property`.
struct GallerySearch: Equatable {
    /// A property that pictures are to have.
    enum Property: Equatable {
        case seed(UInt64)
        /// A part of the name in any case; all of it where it was typed between quotation marks.
        case model(String, isWhole: Bool)
        case sampler(String, isWhole: Bool)
        /// nil where it is not typed yet.
        case size(Int, Int?)
        case steps(Int)
        case cfgScale(Double)
        /// A value that no picture can have.
        case impossible
    }

    /// The question to the index, in FTS5's language; nil for none.
    private(set) var indexQuery: String?
    /// Words that the texts are to hold somewhere.
    private(set) var fragments: [String] = []
    private(set) var properties: [Property] = []

    /// SQLite takes expressions of a limited depth.
    static let mostTerms = 32

    init(_ text: String) {
        var scanner = PropertyScanner(text)
        let text = scanner.scan()
        properties = Array(scanner.properties.prefix(Self.mostTerms))
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
        let text: SQL =
            "lower(picture.prompt || ' ' || picture.negative_prompt || ' ' || picture.model || ' ' || picture.parameters)"
        return (indexQuery.map { ["picture_text MATCH \($0)"] } ?? []) + fragments.map { "instr(\(text), lower(\($0)))" }
            + properties.map(\.condition)
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

extension GallerySearch.Property {
    /// - Parameters:
    ///   - key: the word before the colon, in lower case.
    ///   - value: not empty.
    /// - Returns: nil for a word that names no property.
    fileprivate init?(_ key: String, _ value: String, isWhole: Bool) {
        switch key {
        case "seed": self = UInt64(value).map(Self.seed) ?? .impossible
        case "model": self = .model(value, isWhole: isWhole)
        case "sampler": self = .sampler(value, isWhole: isWhole)
        case "size":
            let sides = value.lowercased().split(separator: /[x×*]/, maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
            guard let width = sides[0] else {
                self = .impossible
                return
            }
            self = .size(width, sides.count > 1 ? sides[1] : nil)
        case "steps": self = Int(value).map(Self.steps) ?? .impossible
        case "cfg": self = Double(value).flatMap { $0.isFinite ? .cfgScale($0) : nil } ?? .impossible
        default: return nil
        }
    }

    fileprivate var condition: SQL {
        switch self {
        case .seed(let seed): "picture.seed = \(Int64(bitPattern: seed))"
        case .model(let name, isWhole: true): "lower(picture.model) = lower(\(name))"
        case .model(let name, isWhole: false): "instr(lower(picture.model), lower(\(name)))"
        case .sampler(let name, isWhole: true): "lower(picture.sampler) = lower(\(name))"
        case .sampler(let name, isWhole: false): "instr(lower(picture.sampler), lower(\(name)))"
        case .size(let width, let height?): "picture.width = \(width) AND picture.height = \(height)"
        case .size(let side, nil): "picture.width = \(side) OR picture.height = \(side)"
        case .steps(let steps): "picture.steps = \(steps)"
        // `7.5` was read from a text as well; the margin is for arithmetic that is none.
        case .cfgScale(let scale): "abs(picture.cfg_scale - \(scale)) < 0.000001"
        case .impossible: "FALSE"
        }
    }
}

/// Finds properties in a search, in one pass.
private struct PropertyScanner {
    private(set) var properties: [GallerySearch.Property] = []
    private let text: [Unicode.Scalar]
    private var rest = String.UnicodeScalarView()

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// - Returns: the text without the properties that were found.
    mutating func scan() -> String {
        var position = 0
        var isQuoted = false
        while position < text.count {
            let isBeginning = position == 0 || text[position - 1].properties.isWhitespace
            if !isQuoted, isBeginning, let end = readProperty(at: position) {
                rest.append(" ")
                position = end
                continue
            }
            if text[position] == "\"" { isQuoted.toggle() }
            rest.append(text[position])
            position += 1
        }
        return String(rest)
    }

    /// - Returns: the position behind the property; nil when none is there.
    private mutating func readProperty(at start: Int) -> Int? {
        // "sampler" is the longest key. Chinese keyboards have a wide colon.
        guard let colon = text[start...].prefix(8).firstIndex(where: { $0 == ":" || $0 == "：" }) else { return nil }
        let key = String(String.UnicodeScalarView(text[start..<colon])).lowercased()
        var (begin, end) = (colon + 1, colon + 1)
        let isQuoted = begin < text.count && text[begin] == "\""
        if isQuoted { begin += 1 }
        end = text[begin...].firstIndex { isQuoted ? $0 == "\"" : $0.properties.isWhitespace } ?? text.count
        let value = String(String.UnicodeScalarView(text[begin..<end]))
        let next = isQuoted && end < text.count ? end + 1 : end
        // A key alone, as it is while the value is not typed yet, asks for nothing.
        guard let property = GallerySearch.Property(key, value.isEmpty ? "0" : value, isWhole: isQuoted && end < text.count) else {
            return nil
        }
        if !value.isEmpty { properties.append(property) }
        return next
    }
}
