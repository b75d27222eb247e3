import Generation

/// The way in which a type of value is written in files, environment and flags.
struct SettingForm<Value: Encodable & Sendable>: Sendable {
    /// The values that may be written, as they stand after "Use".
    let allowed: String
    /// All that may be written, where that is a handful of words.
    var choices: [String] = []
    /// `nil`: not allowed.
    let parse: @Sendable (String) -> Value?
    /// Text that `parse` reads back as the same value.
    let text: @Sendable (Value) -> String
}

extension SettingForm where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// One of the type's names, in any case: SD.Next and OpenVINO write `PERFORMANCE` here and `performance` there.
    static var word: Self {
        let names = Value.allCases.map(\.rawValue)
        return .init(
            allowed: names.dropLast().joined(separator: ", ") + (names.last.map { " or \($0)" } ?? ""), choices: names,
            parse: { Value(rawValue: $0.lowercased()) }, text: \.rawValue)
    }
}

extension SettingForm {
    /// As `word`; empty text is `nil`.
    static func optionalWord<Word>() -> Self where Value == Word?, Word: RawRepresentable<String> & CaseIterable & Sendable {
        let word = SettingForm<Word>.word
        return .init(
            allowed: word.allowed + ", or nothing", choices: [""] + word.choices,
            parse: { text in
                if text.isEmpty { return .some(nil) }
                return word.parse(text).map(Optional.some)
            },
            text: { $0?.rawValue ?? "" })
    }
}

extension SettingForm where Value == Int {
    static func count(_ range: ClosedRange<Int>) -> Self {
        .init(
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, text: { "\($0)" })
    }

    static var byteCount: Self {
        .init(allowed: "a number of bytes, such as 8GB (8·10⁹), 512MiB (512·2²⁰) or 0", parse: Int.init(byteText:), text: \.byteText)
    }
}

extension SettingForm where Value == Bool {
    static var yesOrNo: Self {
        .init(
            allowed: "true or false", choices: ["true", "false"],
            parse: { text in
                switch text.lowercased() {
                case "true", "yes", "1": true
                case "false", "no", "0": false
                default: nil
                }
            },
            text: { "\($0)" })
    }
}

extension SettingForm where Value == String {
    /// Any text, also none.
    static var text: Self { .init(allowed: "any text", parse: { $0 }, text: { $0 }) }

    /// Any text but none.
    static var name: Self { .init(allowed: "a name", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }) }
}

extension SettingForm where Value == Double {
    static func number(_ range: ClosedRange<Double>) -> Self {
        .init(
            allowed: "a number from \(wholeIfPossible(range.lowerBound)) to \(wholeIfPossible(range.upperBound))",
            parse: { Double($0).flatMap { range.contains($0) ? $0 : nil } }, text: wholeIfPossible)
    }

    /// `5`, `0.1`: whole numbers without a fraction.
    private static func wholeIfPossible(_ number: Double) -> String { number == number.rounded() ? "\(Int(number))" : "\(number)" }

    static var fraction: Self {
        .init(
            allowed: "a number above 0 and up to 1, such as 0.01 or 1%",
            parse: { text in
                let value = text.hasSuffix("%") ? Double(text.dropLast().trimmed).map { $0 / 100 } : Double(text)
                return value.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
            },
            text: { "\($0)" })
    }

    static var hours: Self {
        .init(
            allowed: "a number of hours from 0 to 8760",
            parse: { Double($0).flatMap { (0...8760).contains($0) ? $0 : nil } }, text: wholeIfPossible)
    }
}

extension SettingForm where Value == [String] {
    static var devices: Self { .init(allowed: DeviceList.allowed, parse: DeviceList.names(in:), text: DeviceList.text(of:)) }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
