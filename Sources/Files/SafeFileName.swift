/// Names of files and folders that every file system and shell can live with, made from any text.
public enum SafeFileName {
    /// Most bytes of a name in UTF-8, with everything that is put behind it. Linux allows 255, encrypted folders less.
    public static let mostBytes = 200
    /// Bytes that are kept free for `-123456` and `.png`.
    static let ending = 16

    /// The words of a text with hyphens between them: `a (red:1.2) apple, 猫` becomes `a-red-apple-猫`.
    ///
    /// Letters and digits of every script are kept; all else separates words. Weights of prompts are left out.
    /// - Parameters:
    ///   - mostBytes: of the result in UTF-8. It ends with a whole word where that costs less than half of it.
    ///   - kept: characters that are kept as well.
    /// - Returns: empty text when there are no words.
    public static func words(in text: String, mostBytes: Int, keeping kept: String = "") -> String {
        let kept = Set(kept.unicodeScalars)
        // A bound for time: names take less than a tenth of it.
        let scalars = Array(text.unicodeScalars.prefix(2000))
        var words: [String.UnicodeScalarView] = [.init()]
        var marks = 0
        var position = 0
        while position < scalars.count {
            let scalar = scalars[position]
            if let end = endOfWeight(scalars, at: position) {
                position = end
                continue
            }
            position += 1
            let isMark = scalar.isMark && words.last?.isEmpty == false && marks < 4
            if scalar.isLetterOrDigit || isMark || kept.contains(scalar) {
                words[words.count - 1].append(scalar)
                marks = isMark ? marks + 1 : 0
            } else if words.last?.isEmpty == false {
                words.append(.init())
            }
        }
        return cut(words.filter { !$0.isEmpty }.map { String($0) }.joined(separator: "-"), mostBytes: mostBytes)
    }

    /// The position behind `:1.2` of `(red:1.2)`; nil where no weight begins.
    private static func endOfWeight(_ scalars: [Unicode.Scalar], at start: Int) -> Int? {
        guard scalars[start] == ":" else { return nil }
        var end = start + 1
        while end < scalars.count, "0123456789.+- ".unicodeScalars.contains(scalars[end]) { end += 1 }
        return end > start + 1 && end < scalars.count && ")]>".unicodeScalars.contains(scalars[end]) ? end : nil
    }

    /// A name of a file or folder.
    ///
    /// Control characters and what Windows or Linux do not allow become hyphens; spaces, dots and hyphens at both ends go; names that
    /// Windows keeps for itself get an underscore. What is left has `mostBytes - 16` bytes at most.
    /// - Parameter fallback: the name where nothing is left.
    public static func name(_ text: String, fallback: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(2000) {
            let safe: Unicode.Scalar = scalar.isUnsafeInNames ? "-" : scalar.properties.generalCategory == .spaceSeparator ? " " : scalar
            if safe == "-" || safe == " ", scalars.last == safe { continue }
            scalars.append(safe)
        }
        let name = trimmed(cut(trimmed(String(scalars)), mostBytes: mostBytes - ending))
        if name.isEmpty { return fallback }
        let stem = name.split(separator: ".").first.map { trimmed(String($0)).uppercased() }
        return stem.map(reserved.contains) == true ? "_" + name : name
    }

    private static func trimmed(_ text: String) -> String {
        let isEdge: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "." || $0 == "-" }
        let start = text.unicodeScalars.drop(while: isEdge)
        guard let last = start.lastIndex(where: { !isEdge($0) }) else { return "" }
        return String(start[...last])
    }

    /// A text's beginning: characters are whole, and so is the last word where that costs less than half.
    private static func cut(_ text: String, mostBytes: Int) -> String {
        guard text.utf8.count > mostBytes else { return text }
        var (kept, keptBytes) = (String.UnicodeScalarView(), 0)
        // Up to here no character is cut apart.
        var whole = kept
        var isWordEnd = false
        for scalar in text.unicodeScalars {
            if !scalar.isMark { whole = kept }
            isWordEnd = scalar == "-"
            keptBytes += UTF8.width(scalar)
            if keptBytes > mostBytes { break }
            kept.append(scalar)
        }
        if !isWordEnd, let hyphen = whole.lastIndex(of: "-"), whole[..<hyphen].count > whole.count / 2 { whole = .init(whole[..<hyphen]) }
        return String(whole)
    }

    /// Source: Microsoft, "Naming Files, Paths, and Namespaces".
    private static let reserved: Set<String> = Set(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"] + ["COM", "LPT"].flatMap { port in "0123456789¹²³".map { "\(port)\($0)" } })
}

extension Unicode.Scalar {
    fileprivate var isLetterOrDigit: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber: true
        default: false
        }
    }

    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }

    /// Invisible characters may turn the direction of what follows, or make two names look the same.
    fileprivate var isUnsafeInNames: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
        default: "/\\:*?\"<>|".unicodeScalars.contains(self)
        }
    }
}
