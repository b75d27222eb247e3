/// A text's bytes, read with the classes of characters that A1111's expressions use: Python's `\s`, `\d` and `\b`.
///
/// All signs of the language are ASCII, so most of the reading goes byte by byte.
struct PromptText {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The character that begins at `index`, and the index after it.
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, end: Int) {
        if bytes[index] < 0x80 { return (Unicode.Scalar(bytes[index]), index + 1) }
        var end = index + 1
        while end < bytes.count, Self.continuesScalar(bytes[end]) { end += 1 }
        let scalar = String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars.first
        return (scalar ?? "\u{FFFD}", end)
    }

    /// The character that ends before `index`, and where it begins.
    func scalar(before index: Int) -> (scalar: Unicode.Scalar, start: Int) {
        var start = index - 1
        while start > 0, Self.continuesScalar(bytes[start]) { start -= 1 }
        return (scalar(at: start).scalar, start)
    }

    private static func continuesScalar(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// The end of the white space that begins at `index`.
    func endOfSpace(from index: Int, limit: Int) -> Int {
        var index = index
        while index < limit {
            let (scalar, end) = scalar(at: index)
            guard scalar.isPythonSpace else { break }
            index = end
        }
        return index
    }

    /// The start of the white space that ends at `index`.
    func startOfSpace(before index: Int, limit: Int) -> Int {
        var index = index
        while index > limit {
            let (scalar, start) = scalar(before: index)
            guard scalar.isPythonSpace else { break }
            index = start
        }
        return index
    }

    /// `range` without the white space at both ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        let start = endOfSpace(from: range.lowerBound, limit: range.upperBound)
        return start..<startOfSpace(before: range.upperBound, limit: start)
    }

    /// Where `word` stands in `range` by itself: what touches it there is no letter, digit or underscore.
    func occurrences(ofWord word: StaticString, in range: Range<Int>) -> [Range<Int>] {
        let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        var found: [Range<Int>] = []
        var index = range.lowerBound
        while index + word.count <= range.upperBound {
            let end = index + word.count
            if bytes[index] == word[0], bytes[index..<end].elementsEqual(word),
                index == range.lowerBound || !scalar(before: index).scalar.isPythonWord,
                end == range.upperBound || !scalar(at: end).scalar.isPythonWord
            {
                found.append(index..<end)
                index = end
            } else {
                index += 1
            }
        }
        return found
    }
}

extension Unicode.Scalar {
    /// Python's `\s`.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Python's `\w`: letters, numbers and the underscore, but not marks.
    var isPythonWord: Bool {
        if isASCII { return (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value) || self == "_" }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: properties.numericType != nil
        }
    }

    /// The value of a decimal digit of any script; nil for all else.
    var decimalDigit: Int? {
        if isASCII { return (0x30...0x39).contains(value) ? Int(value) - 0x30 : nil }
        guard properties.numericType == .decimal, let value = properties.numericValue else { return nil }
        return Int(value)
    }
}
