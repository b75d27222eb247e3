/// Values of a grid's axis as people type them: `10,20,30`, `"a, b",c`, and ranges as A1111's X/Y/Z plot reads them:
///
///     1-5          1, 2, 3, 4, 5
///     1-10 (+2)    1, 3, 5, 7, 9
///     10-4 (-3)    10, 7, 4
///     0-1 [5]      0, 0.25, 0.5, 0.75, 1
///
/// Ranges never go past their end. Source: AUTOMATIC1111, `scripts/xyz_grid.py`, whose ranges of fractions do by a step.
public enum GridValues {
    /// The values in a text.
    /// - Parameters:
    ///   - form: the field's kind; ranges are read for numbers and seeds. nil for a field without one.
    ///   - limit: the most values that may come out.
    /// - Returns: nil when there are more.
    public static func values(in text: String, form: GenerationField.Form?, atMost limit: Int) -> [String]? {
        var values: [String] = []
        for part in parts(of: text) {
            switch form {
            case .whole, .seed: guard append(part, isWhole: true, to: &values, limit) else { return nil }
            case .number: guard append(part, isWhole: false, to: &values, limit) else { return nil }
            default: values.append(part)
            }
            if values.count > limit { return nil }
        }
        return values
    }

    /// The parts of a line of CSV without the space around them; empty ones are left out. `""` within quotation marks stands for one.
    public static func parts(of text: String) -> [String] {
        var parts: [String] = []
        var part = "", isQuoted = false, wasQuoted = false
        func trimmed(_ text: String) -> String {
            var text = Substring(text)
            while text.first?.isWhitespace == true { text.removeFirst() }
            while text.last?.isWhitespace == true { text.removeLast() }
            return String(text)
        }
        func end() {
            let value = trimmed(part)
            if !value.isEmpty { parts.append(value) }
            (part, wasQuoted) = ("", false)
        }
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                part.append("\"")
                rest.removeFirst()
            case "\"" where isQuoted: (isQuoted, wasQuoted) = (false, true)
            case "\"" where !wasQuoted && trimmed(part).isEmpty: (part, isQuoted) = ("", true)
            case "," where !isQuoted: end()
            default: part.append(character)
            }
        }
        end()
        return parts
    }

    /// The parts with commas between them, quoted where `parts(of:)` would read something else.
    public static func text(of parts: [String]) -> String {
        parts.map { part in
            part.contains { $0 == "," || $0 == "\"" } ? "\"" + part.replacing("\"", with: "\"\"") + "\"" : part
        }.joined(separator: ", ")
    }

    // MARK: Ranges

    /// Adds a value, or those of a range.
    /// - Returns: false when there are too many.
    private static func append(_ text: String, isWhole: Bool, to values: inout [String], _ limit: Int) -> Bool {
        guard let range = Range(text, isWhole: isWhole) else {
            values.append(text)
            return true
        }
        guard range.count <= Double(limit - values.count) else { return false }
        for index in 0..<Int(range.count) {
            let number = range.start + range.step * Double(index)
            // Sums of tenths and the like are meant as people write them.
            let rounded = (number * 1e8).rounded() / 1e8
            if isWhole {
                values.append("\(Int64(number))")
            } else {
                values.append(Int64(exactly: rounded).map { "\($0)" } ?? "\(rounded)")
            }
        }
        return true
    }

    private struct Range {
        var start: Double
        var step: Double
        /// A whole number, which may be too large for an `Int`.
        var count: Double

        /// - Returns: nil for what is no range.
        init?(_ text: String, isWhole: Bool) {
            var scanner = Scanner(rest: text.filter { !$0.isWhitespace }[...], isWhole: isWhole)
            guard let start = scanner.number(), scanner.skip("-"), let end = scanner.number() else { return nil }
            self.start = start
            step = end < start ? -1 : 1
            if scanner.skip("[") {
                guard let count = scanner.digits().flatMap(Double.init), count >= 1, scanner.skip("]") else { return nil }
                self.count = count
                step = count > 1 ? (end - start) / (count - 1) : 0
            } else {
                if scanner.skip("(") {
                    guard let sign = scanner.rest.first, sign == "+" || sign == "-", let said = scanner.number(), scanner.skip(")"),
                        said != 0, end == start || (said > 0) == (end > start)
                    else { return nil }
                    step = said
                }
                // A hair more, for fractions that do not add up exactly.
                count = ((end - start) / step + 1e-6).rounded(.down) + 1
            }
            // Whole numbers beyond 2⁵³ are not exact.
            guard scanner.rest.isEmpty, abs(start) < 0x1p53, abs(end) < 0x1p53 else { return nil }
        }
    }

    private struct Scanner {
        var rest: Substring
        let isWhole: Bool

        mutating func skip(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        mutating func digits() -> String? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            return digits.isEmpty ? nil : String(digits)
        }

        mutating func number() -> Double? {
            let isNegative = skip("-")
            if !isNegative { _ = skip("+") }
            guard var text = digits() else { return nil }
            if !isWhole, skip(".") { text += "." + (digits() ?? "0") }
            return Double(text).map { isNegative ? -$0 : $0 }
        }
    }
}
