// The standard library composes characters (NFC) but offers it only through this interface;
// Foundation's copy would load Foundation and its Unicode library at every start.
@_spi(_Unicode) import Swift

/// Text as the tokenizers library sees it before it is cut into words: composed (NFC), then lower-cased scalar by scalar.
///
/// Two versions of Unicode are at work there, both older than the standard library's, and both matter to marks and letters
/// that are new: composition goes by Unicode 9, letters and numbers by Unicode 16.
/// Measured against tokenizers 0.23.3 with a sweep of all code points, each between letters and among combining marks.
enum Normalization {
    static func normalized(_ text: String) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        for scalar in composed(text.unicodeScalars) {
            if scalar.isASCII {
                scalars.append((0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
            } else {
                // By scalar, not by word: a final Σ becomes σ, not ς.
                scalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return scalars
    }

    private static func composed(_ scalars: String.UnicodeScalarView) -> [Unicode.Scalar] {
        // Everything below the first combining mark, U+0300, is composed already.
        guard scalars.contains(where: { $0.value >= 0x300 }) else { return Array(scalars) }
        var composed: [Unicode.Scalar] = []
        var run = String.UnicodeScalarView()
        func finishRun() {
            composed.append(contentsOf: String(run)._nfc)
            run.removeAll()
        }
        for scalar in scalars {
            if isUnknownToComposition(scalar) {
                finishRun()
                composed.append(scalar)
            } else if let parts = misplaced[scalar] {
                run.append(contentsOf: parts)
            } else {
                run.append(scalar)
            }
        }
        finishRun()
        return composed
    }

    /// Characters newer than Unicode 9 neither move nor combine with their neighbours.
    private static func isUnknownToComposition(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300, let age = scalar.properties.age else { return false }
        return age.major > 9
    }

    /// Tibetan vowel signs made of two marks. The standard library (Swift 6.3) takes the sign for a base letter
    /// and does not sort the marks around it; it does sort the two marks.
    private static let misplaced: [Unicode.Scalar: [Unicode.Scalar]] = [
        "\u{F73}": ["\u{F71}", "\u{F72}"],
        "\u{F75}": ["\u{F71}", "\u{F74}"],
        "\u{F81}": ["\u{F71}", "\u{F80}"],
    ]
}
