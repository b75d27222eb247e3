extension Infotext {
    /// Reads the text as A1111 does: any text is an infotext, at worst one that is all prompt.
    ///
    /// The last line holds parameters when at least three are found in it. Lines lose the space around them.
    public init(parsing text: String) {
        var lines = text.unicodeScalars.trimmed.split(separator: "\n", omittingEmptySubsequences: false)
        var parameters: [Parameter] = []
        if let last = lines.last {
            parameters = ParameterScanner.parameters(in: Array(last))
            if parameters.count < 3 { parameters = [] } else { lines.removeLast() }
        }
        var prompt: [Substring.UnicodeScalarView] = []
        var negative: [Substring.UnicodeScalarView]?
        for line in lines.map(\.trimmed) {
            let marker = "Negative prompt:".unicodeScalars
            if line.starts(with: marker) {
                negative = (negative ?? []) + [line.dropFirst(marker.count).trimmed]
            } else if negative != nil {
                negative?.append(line)
            } else {
                prompt.append(line)
            }
        }
        self.init(prompt: Self.joined(prompt), negativePrompt: Self.joined(negative ?? []), parametersAsRead: parameters)
    }

    /// Without empty lines before the first that is not.
    private static func joined(_ lines: [Substring.UnicodeScalarView]) -> String {
        lines.drop(while: \.isEmpty).map { String($0) }.joined(separator: "\n")
    }
}

/// Finds what A1111's expression finds, in one pass:
///
///     \s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)
private struct ParameterScanner {
    private let line: [Unicode.Scalar]
    private var position = 0

    static func parameters(in line: [Unicode.Scalar]) -> [Infotext.Parameter] {
        var scanner = ParameterScanner(line: line)
        var parameters: [Infotext.Parameter] = []
        while let parameter = scanner.next() { parameters.append(parameter) }
        return parameters
    }

    private init(line: [Unicode.Scalar]) { self.line = line }

    private mutating func next() -> Infotext.Parameter? {
        while position < line.count {
            guard line[position].isWord else {
                position += 1
                continue
            }
            let start = position
            position += 1
            while position < line.count, line[position].isWord || " -/".unicodeScalars.contains(line[position]) { position += 1 }
            // No key begins further right in this run either: it would have to end at the same place.
            guard position > start + 1, position < line.count, line[position] == ":" else { continue }
            let key = String(line[start..<position])
            position += 1
            while position < line.count, line[position].properties.isWhitespace { position += 1 }
            return Infotext.Parameter(key, value())
        }
        return nil
    }

    /// The value at `position`, which moves behind the comma.
    private mutating func value() -> String {
        let start = position
        let end = quotedEnd() ?? line[start...].firstIndex(of: ",") ?? line.count
        position = end + 1
        return QuotedValue.unquoting(String(line[start..<end]))
    }

    /// Where a quoted value ends; nil when there is none, or something other than a comma follows it.
    private func quotedEnd() -> Int? {
        guard position < line.count, line[position] == "\"" else { return nil }
        var end = position + 1
        while end < line.count, line[end] != "\"" { end += line[end] == "\\" ? 2 : 1 }
        end += 1
        guard end > position + 2, end <= line.count else { return nil }
        return end == line.count || line[end] == "," ? end : nil
    }
}

extension String {
    fileprivate init(_ scalars: ArraySlice<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}

extension Unicode.Scalar {
    /// `\w` of Python's expressions.
    fileprivate var isWord: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            true
        default: self == "_"
        }
    }
}

extension BidirectionalCollection where Element == Unicode.Scalar {
    /// Without white space at both ends.
    fileprivate var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.properties.isWhitespace }),
            let last = lastIndex(where: { !$0.properties.isWhitespace })
        else { return self[endIndex...] }
        return self[first...last]
    }
}
