/// Reads a text's brackets from left to right. Round and square brackets pair up independently: `([)]` is two pairs.
struct AttentionReader {
    private let text: PromptText
    /// The pieces so far, in two arrays: weights are multiplied often, texts seldom touched.
    private var texts: [String] = []
    private var weights: [Double] = []
    private var round = OpenBrackets()
    private var square = OpenBrackets()
    private(set) var unmatched = UnmatchedBrackets()
    /// Where the brackets stand that are never closed, from left to right; those beyond the limit are left out.
    private(set) var unclosed: [(sign: Character, byte: Int)] = []

    /// Brackets that are open and not yet closed.
    private struct OpenBrackets {
        /// For each, how many pieces stood before it.
        var starts: [Int] = []
        /// For each, its place in the text.
        var places: [Int] = []
        /// Those beyond the limit: they pair up and do nothing else.
        var idle = 0

        mutating func open(at place: Int, pieces: Int) {
            starts.append(pieces)
            places.append(place)
        }

        /// - Returns: the first piece within the innermost pair, past all pieces for an idle one; nil when none is open.
        mutating func close() -> Int? {
            guard idle == 0 else {
                idle -= 1
                return .max
            }
            _ = places.popLast()
            return starts.popLast()
        }
    }

    /// How many open brackets can change the weight of a piece, so that a megabyte of brackets takes no quadratic time.
    private static let depthLimit = 100
    private static let roundFactor = 1.1
    private static let squareFactor = 1 / 1.1

    init(_ text: String) { self.text = PromptText(text) }

    mutating func read() -> [AttentionPiece] {
        var index = 0
        while index < text.bytes.count { index = readItem(at: index) }
        unclosed = (round.places.map { ("(", $0) } + square.places.map { ("[", $0) }).sorted { $0.1 < $1.1 }
        unmatched.unclosed = round.starts.count + round.idle + square.starts.count + square.idle
        // What is still open goes on to the end.
        for start in round.starts { multiply(from: start, by: Self.roundFactor) }
        for start in square.starts { multiply(from: start, by: Self.squareFactor) }
        return joinedPieces()
    }

    /// - Returns: the index after what was read.
    private mutating func readItem(at index: Int) -> Int {
        switch text.bytes[index] {
        case UInt8(ascii: "\\"):
            let isEscape = index + 1 < text.bytes.count && Self.escapable.contains(text.bytes[index + 1])
            append(text.string(index + 1..<index + (isEscape ? 2 : 1)))
            return index + (isEscape ? 2 : 1)
        case UInt8(ascii: "("):
            if isBelowLimit { round.open(at: index, pieces: texts.count) } else { round.idle += 1 }
        case UInt8(ascii: "["):
            if isBelowLimit { square.open(at: index, pieces: texts.count) } else { square.idle += 1 }
        case UInt8(ascii: ")"):
            if let start = round.close() { multiply(from: start, by: Self.roundFactor) } else { appendUnopened(index..<index + 1) }
        case UInt8(ascii: "]"):
            if let start = square.close() { multiply(from: start, by: Self.squareFactor) } else { appendUnopened(index..<index + 1) }
        case UInt8(ascii: ":"):
            guard let (weight, end) = closingWeight(at: index) else {
                append(":")
                return index + 1
            }
            if let start = round.close() { multiply(from: start, by: weight) } else { appendUnopened(index..<end) }
            return end
        default:
            var end = index + 1
            while end < text.bytes.count, !Self.signs.contains(text.bytes[end]) { end += 1 }
            appendWords(index..<end)
            return end
        }
        return index + 1
    }

    private static let escapable = Array("()[]\\".utf8)
    private static let signs = Array("()[]\\:".utf8)

    /// Reads `:1.2)`, with white space around the number.
    private func closingWeight(at colon: Int) -> (weight: Double, end: Int)? {
        let limit = text.bytes.count
        var index = text.endOfSpace(from: colon + 1, limit: limit)
        var number = ""
        while index < limit {
            let (scalar, end) = text.scalar(at: index)
            if let digit = scalar.decimalDigit {
                number += "\(digit)"
            } else if scalar == "." || number.isEmpty && (scalar == "+" || scalar == "-") {
                number.unicodeScalars.append(scalar)
            } else {
                break
            }
            index = end
        }
        index = text.endOfSpace(from: index, limit: limit)
        guard index < limit, text.bytes[index] == UInt8(ascii: ")"), let weight = Double(number) else { return nil }
        return (weight.clampedToFinite, index + 1)
    }

    private var isBelowLimit: Bool { round.starts.count + square.starts.count < Self.depthLimit }

    private mutating func multiply(from start: Int, by factor: Double) {
        guard start < weights.count else { return }
        for index in start..<weights.count { weights[index] = (weights[index] * factor).clampedToFinite }
    }

    /// Adds text without brackets, cut at each BREAK and the white space around it.
    private mutating func appendWords(_ range: Range<Int>) {
        var start = range.lowerBound
        for word in text.occurrences(ofWord: "BREAK", in: range) {
            append(text.string(start..<text.startOfSpace(before: word.lowerBound, limit: start)))
            texts.append(AttentionPiece.breakWord)
            weights.append(-1)
            start = text.endOfSpace(from: word.upperBound, limit: range.upperBound)
        }
        append(text.string(start..<range.upperBound))
    }

    private mutating func appendUnopened(_ range: Range<Int>) {
        unmatched.unopened += 1
        append(text.string(range))
    }

    private mutating func append(_ string: String) {
        // The last piece is as heavy, and whatever changes it changes this one too: no bracket opened in between.
        let lastStart = max(round.starts.last ?? 0, square.starts.last ?? 0)
        if weights.last == 1, lastStart < weights.count {
            texts[texts.count - 1] += string
        } else {
            texts.append(string)
            weights.append(1)
        }
    }

    private func joinedPieces() -> [AttentionPiece] {
        var pieces: [AttentionPiece] = []
        for (text, weight) in zip(texts, weights) {
            if pieces.last?.weight == weight {
                pieces[pieces.count - 1].text += text
            } else {
                pieces.append(AttentionPiece(text: text, weight: weight))
            }
        }
        return pieces.isEmpty ? [AttentionPiece(text: "")] : pieces
    }
}

extension Double {
    /// Infinity as the largest number of its sign: with finite factors no product is ever NaN.
    var clampedToFinite: Double { isFinite ? self : (self < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude) }
}
