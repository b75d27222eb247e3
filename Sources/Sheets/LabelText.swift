/// The text of a label, made fit for one: no control characters, no marks that change the direction of what follows, one space where
/// there are several, and of bounded length.
struct LabelText {
    let text: String

    /// Labels are cut here before anything is measured; no sheet has room for more.
    static let mostCharacters = 600

    init(_ text: String) {
        var scalars = String.UnicodeScalarView()
        // A character may have any number of accents.
        for scalar in text.unicodeScalars.prefix(Self.mostCharacters) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator:
                if scalars.last != " ", !scalars.isEmpty { scalars.append(" ") }
            case .format, .surrogate, .privateUse, .unassigned: break
            default: scalars.append(scalar)
            }
        }
        while scalars.last == " " { scalars.removeLast() }
        if text.unicodeScalars.dropFirst(Self.mostCharacters).first != nil { scalars.append("…") }
        self.text = String(scalars)
    }

    /// The text in lines that are no wider than `width`. Lines end at spaces, after punctuation and between Chinese characters; a word
    /// that is wider is broken.
    /// - Parameter measure: the width of a text.
    /// - Returns: the lines, one at least, and whether a word was broken.
    func lines(width: Int, measure: (Substring) -> Int) -> (lines: [Substring], isBroken: Bool) {
        var lines: [Substring] = []
        var isBroken = false
        var start = text.startIndex, end = text.startIndex
        func trimmed(_ line: Substring) -> Substring { line.last == " " ? line.dropLast() : line }
        for piece in pieces {
            if measure(trimmed(text[start..<piece.endIndex])) > width, start < end {
                lines.append(trimmed(text[start..<end]))
                start = end
            }
            end = piece.endIndex
            guard measure(trimmed(text[start..<end])) > width else { continue }
            isBroken = true
            var position = start
            while position < end {
                let next = text.index(after: position)
                if measure(trimmed(text[start..<next])) > width, start < position {
                    lines.append(text[start..<position])
                    start = position
                }
                position = next
            }
        }
        if start < text.endIndex || lines.isEmpty { lines.append(trimmed(text[start...])) }
        return (lines, isBroken)
    }

    /// The parts of the text between which a line may end.
    private var pieces: [Substring] {
        var pieces: [Substring] = []
        var start = text.startIndex
        for index in text.indices {
            let next = text.index(after: index)
            let isEnd = next == text.endIndex || " -/_,;:，。；：、）".contains(text[index])
                || text[index].isWide && !"，。；：、）！？".contains(text[next])
            if isEnd, next == text.endIndex || text[next] != " " {
                pieces.append(text[start..<next])
                start = next
            }
        }
        return pieces
    }
}

extension Character {
    /// Whether lines may end after it without a space: Chinese, Japanese kana, and full-width forms.
    fileprivate var isWide: Bool {
        switch unicodeScalars.first?.value ?? 0 {
        case 0x2E80...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFFEF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
