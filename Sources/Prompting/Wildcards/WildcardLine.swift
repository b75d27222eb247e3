import Files


/// A line of a wildcard file.
struct WildcardLine: Sendable, Hashable {
    /// Finite, not negative.
    var weight: Double
    /// May hold wildcards and choices itself.
    var text: String

    /// The lines of a file, without empty ones and those that begin with `#`. `2::text` is twice as likely as the others.
    static func lines(in bytes: [UInt8]) -> [WildcardLine] {
        TextLines(TextFile.utf8(bytes)).compactMap { line in
            let text = String(decoding: line, as: UTF8.self).trimmingSpace
            guard !text.isEmpty, !text.hasPrefix("#") else { return nil }
            let utf8 = Array(text.utf8)
            let (weight, start) = WeightPrefix.read(utf8[...])
            return WildcardLine(weight: weight, text: String(decoding: utf8[start...], as: UTF8.self))
        }
    }
}
