/// Cuts normalized text into CLIP's words, as its expression does:
///
///     <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
///
/// then each of them once more by GPT-2's expression, which only cuts the first two alternatives (into `<|`, the letters, `|>`).
struct WordSplitter {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    /// Words that are cut already.
    private var pending: [Range<Int>] = []

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// The next word as a range of the scalars; nil at the end.
    mutating func next() -> Range<Int>? {
        if !pending.isEmpty { return pending.removeFirst() }
        while position < scalars.count, Kind(scalars[position]) == .space { position += 1 }
        guard position < scalars.count else { return nil }
        if let marker = Self.markers.first(where: starts) {
            let end = position + marker.count
            pending = [position + 2..<end - 2, end - 2..<end]
            defer { position = end }
            return position..<position + 2
        }
        if let contraction = Self.contractions.first(where: starts) {
            return take(contraction.count)
        }
        let kind = Kind(scalars[position])
        if kind == .number { return take(1) }
        var end = position + 1
        while end < scalars.count, Kind(scalars[end]) == kind { end += 1 }
        return take(end - position)
    }

    private mutating func take(_ count: Int) -> Range<Int> {
        defer { position += count }
        return position..<position + count
    }

    private func starts(with text: [Unicode.Scalar]) -> Bool {
        text[0] == scalars[position] && scalars[position...].starts(with: text)
    }

    private static let markers = ["<|startoftext|>", "<|endoftext|>"].map { Array($0.unicodeScalars) }
    private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }

    private enum Kind {
        case letter, number, space, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x61...0x7A, 0x41...0x5A: self = .letter
            case 0x30...0x39: self = .number
            case 0x20, 0x09...0x0D: self = .space
            case 0..<0x80: self = .other
            default: self = Self.outsideASCII(scalar.properties)
            }
        }

        private static func outsideASCII(_ properties: Unicode.Scalar.Properties) -> Kind {
            // The expression's engine knows Unicode 16.
            if let age = properties.age, age.major > 16 { return .other }
            return switch properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
            case .decimalNumber, .letterNumber, .otherNumber: .number
            default: properties.isWhitespace ? .space : .other
            }
        }
    }
}
