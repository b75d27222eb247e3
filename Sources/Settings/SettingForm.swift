import Files
import Generation

/// The way in which a type of value is written in files, environment and flags.
struct SettingForm<Value: Encodable & Sendable>: Sendable {
    /// The values that may be written, as they stand after "Use".
    let allowed: String
    let kind: SettingKind
    /// The least and the greatest number; nil where there are none.
    var range: ClosedRange<Double>?
    /// All that may be written, where that is a handful of words.
    var choices: [String] = []
    /// The fault of a text, as a part of a sentence; nil where `allowed` says it all.
    var objection: @Sendable (String) -> String? = { _ in nil }
    /// `nil`: not allowed.
    let parse: @Sendable (String) -> Value?
    /// Text that `parse` reads back as the same value.
    let text: @Sendable (Value) -> String
    /// Why `parse` refuses a text, as data.
    let reason: @Sendable (String) -> ErrorReason
}

extension ErrorReason {
    /// A text that is no number, or a number outside of a range.
    fileprivate static func number(_ text: String, in range: ClosedRange<Double>) -> ErrorReason {
        guard let number = Double(text) else { return .wrongType(text, wanted: .number) }
        return .outOfRange(.init(number), from: .init(range.lowerBound), to: .init(range.upperBound))
    }
}

extension SettingForm where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// One of the type's names, in any case: SD.Next and OpenVINO write `PERFORMANCE` here and `performance` there.
    static var word: Self {
        let names = Value.allCases.map(\.rawValue)
        return .init(
            allowed: names.dropLast().joined(separator: ", ") + (names.last.map { " or \($0)" } ?? ""), kind: .choice, choices: names,
            parse: { Value(rawValue: $0.lowercased()) }, text: \.rawValue, reason: { .unknownChoice($0, of: names) })
    }
}

extension SettingForm {
    /// As `word`; empty text is `nil`.
    static func optionalWord<Word>() -> Self where Value == Word?, Word: RawRepresentable<String> & CaseIterable & Sendable {
        let word = SettingForm<Word>.word
        return .init(
            allowed: word.allowed + ", or nothing", kind: .choice, choices: [""] + word.choices,
            parse: { text in
                if text.isEmpty { return .some(nil) }
                return word.parse(text).map(Optional.some)
            },
            text: { $0?.rawValue ?? "" }, reason: word.reason)
    }
}

extension SettingForm where Value == Int {
    static func count(_ range: ClosedRange<Int>) -> Self {
        .init(
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)", kind: .whole,
            range: Double(range.lowerBound)...Double(range.upperBound),
            parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, text: { "\($0)" },
            reason: { text in
                guard Double(text) != nil else { return .wrongType(text, wanted: .wholeNumber) }
                let value = Int(text).map { ErrorReason.Value($0) } ?? .init(text)
                return .outOfRange(value, from: .init(range.lowerBound), to: .init(range.upperBound))
            })
    }

    static var byteCount: Self {
        .init(
            allowed: "a number of bytes, such as 8GB (8·10⁹), 512MiB (512·2²⁰) or 0", kind: .bytes, parse: Int.init(byteText:),
            text: \.byteText,
            reason: { .wrongForm($0, example: "8GB") })
    }
}

extension SettingForm where Value == Bool {
    static var yesOrNo: Self {
        .init(
            allowed: "true or false", kind: .flag, choices: ["true", "false"],
            parse: { text in
                switch text.lowercased() {
                case "true", "yes", "1": true
                case "false", "no", "0": false
                default: nil
                }
            },
            text: { "\($0)" }, reason: { .wrongType($0, wanted: .flag) })
    }
}

extension SettingForm where Value == String {
    /// Any text, also none.
    static var text: Self {
        .init(allowed: "any text", kind: .text, parse: { $0 }, text: { $0 }, reason: { .wrongType($0, wanted: .text) })
    }

    /// Any text but none.
    static var name: Self {
        .init(allowed: "a name", kind: .text, parse: { $0.isEmpty ? nil : $0 }, text: { $0 }, reason: { _ in ErrorReason(.missing) })
    }
}

extension SettingForm where Value == Double {
    static func number(_ range: ClosedRange<Double>) -> Self {
        .init(
            allowed: "a number from \(wholeIfPossible(range.lowerBound)) to \(wholeIfPossible(range.upperBound))", kind: .number,
            range: range,
            parse: { Double($0).flatMap { range.contains($0) ? $0 : nil } }, text: wholeIfPossible,
            reason: { .number($0, in: range) })
    }

    /// `5`, `0.1`: whole numbers without a fraction.
    private static func wholeIfPossible(_ number: Double) -> String { number == number.rounded() ? "\(Int(number))" : "\(number)" }

    static var fraction: Self {
        .init(
            allowed: "a number above 0 and up to 1, such as 0.01 or 1%", kind: .fraction, range: 0...1,
            parse: { text in
                let value = text.hasSuffix("%") ? Double(text.dropLast().trimmed).map { $0 / 100 } : Double(text)
                return value.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
            },
            text: { "\($0)" },
            reason: { text in
                guard let number = Double(text) else {
                    return text.hasSuffix("%") ? .outOfRange(.init(text), from: 0, to: 1) : .wrongForm(text, example: "0.01")
                }
                return .outOfRange(.init(number), from: 0, to: 1)
            })
    }

    static var hours: Self {
        .init(
            allowed: "a number of hours from 0 to 8760", kind: .number, range: 0...8760,
            parse: { Double($0).flatMap { (0...8760).contains($0) ? $0 : nil } }, text: wholeIfPossible,
            reason: { .number($0, in: 0...8760) })
    }
}

extension SettingForm where Value == [String] {
    static var devices: Self {
        .init(
            allowed: DeviceList.allowed, kind: .devices, parse: DeviceList.names(in:), text: DeviceList.text(of:),
            reason: DeviceList.reason(refusing:))
    }

    static var hosts: Self {
        .init(
            allowed: "names of servers separated by commas, such as example.org or *.example.org", kind: .text,
            parse: { text in
                guard let names = FolderList.paths(in: text.lowercased(), separator: ",") else { return nil }
                let isName: (String) -> Bool = { name in
                    let plain = name.hasPrefix("*.") ? name.dropFirst(2) : name[...]
                    return plain.contains(".") && plain.utf8.allSatisfy { byte in
                        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                            || "-.".utf8.contains(byte)
                    }
                }
                return names.allSatisfy(isName) ? names : nil
            },
            text: { $0.joined(separator: ", ") }, reason: { .wrongForm($0, example: "example.org") })
    }

    static var folders: Self {
        .init(
            allowed: "folders separated by \":\", or a list of them: [\"/models\", \"/more\"]", kind: .text,
            parse: { FolderList.paths(in: $0) },
            text: FolderList.text(of:), reason: { .wrongForm($0, example: "/models:/more") })
    }

    static var files: Self {
        .init(
            allowed: "files or folders separated by \":\", or a list of them: [\"clip_l.safetensors\", \"/more\"]", kind: .text,
            parse: { FolderList.paths(in: $0) }, text: FolderList.text(of:), reason: { .wrongForm($0, example: "clip_l:clip_g") })
    }
}

extension SettingForm where Value == DownloadClients {
    static var downloadClients: Self {
        .init(
            allowed: "off, all, or names of accounts and keys separated by commas", kind: .text, parse: { DownloadClients($0) },
            text: \.description, reason: { .wrongType($0, wanted: .text) })
    }
}

extension SettingForm where Value == FileNamePattern {
    static var fileNames: Self {
        let placeholders = FileNamePattern.Placeholder.allCases.map { "[\($0.rawValue)]" }
        return .init(
            allowed: placeholders.dropLast().joined(separator: ", ") + " and " + (placeholders.last ?? "")
                + " with text between them and \"/\" after folders, such as \(FileNamePattern.standard)",
            kind: .text,
            objection: { text in
                do throws(FileNamePatternProblem) {
                    _ = try FileNamePattern(text)
                    return nil
                } catch {
                    return error.description
                }
            },
            parse: { try? FileNamePattern($0) }, text: \.description,
            reason: { .wrongForm($0, example: FileNamePattern.standard.description) })
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
