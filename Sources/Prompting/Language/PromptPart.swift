/// One of the texts that AND separates. Each is drawn by itself, and the weighted sum of what they ask for is the picture.
public struct PromptPart: Sendable, Hashable {
    /// Without its weight, and without white space at the end.
    public let text: String
    /// The weight after the last colon; finite, 1 when there is none.
    public let weight: Double

    /// Makes a part; with the weight 1 it counts as a prompt without AND does.
    public init(text: String, weight: Double = 1) {
        self.text = text
        self.weight = weight
    }

    /// Splits a text at each AND in capitals that is a word of its own.
    /// - Returns: at least one part.
    ///
    /// Source: A1111 1.10 `get_multicond_prompt_list`; reference parts in Tests/Fixtures/prompting.
    public static func parts(of prompt: String) -> [PromptPart] {
        let text = PromptText(prompt)
        let whole = 0..<text.bytes.count
        var start = 0
        var parts: [PromptPart] = []
        for word in text.occurrences(ofWord: "AND", in: whole) {
            parts.append(PromptPart(text, start..<word.lowerBound))
            start = word.upperBound
        }
        parts.append(PromptPart(text, start..<whole.upperBound))
        return parts
    }

    /// Numbers the part that each place of a text lies in.
    /// - Parameter places: in bytes of the text.
    static func parts(at places: [Int], in prompt: String) -> [Int] {
        let text = PromptText(prompt)
        let words = text.occurrences(ofWord: "AND", in: 0..<text.bytes.count)
        return places.map { place in words.count { $0.upperBound <= place } }
    }

    private init(_ text: PromptText, _ range: Range<Int>) {
        let end = text.startOfSpace(before: range.upperBound, limit: range.lowerBound)
        if let colon = text.bytes[range.lowerBound..<end].lastIndex(of: UInt8(ascii: ":")),
            let weight = Self.weight(text, text.trimmed(colon + 1..<end))
        {
            self.weight = weight
            self.text = text.string(range.lowerBound..<text.startOfSpace(before: colon, limit: range.lowerBound))
        } else {
            weight = 1
            self.text = text.string(range.lowerBound..<end)
        }
    }

    /// Digits with an optional sign and decimal point.
    private static func weight(_ text: PromptText, _ range: Range<Int>) -> Double? {
        var number = ""
        var index = range.lowerBound
        while index < range.upperBound {
            let (scalar, end) = text.scalar(at: index)
            if let digit = scalar.decimalDigit {
                number += "\(digit)"
            } else if scalar == "." || number.isEmpty && (scalar == "+" || scalar == "-") {
                number.unicodeScalars.append(scalar)
            } else {
                return nil
            }
            index = end
        }
        return Double(number)?.clampedToFinite
    }
}
