/// A line of a wildcard file.
struct WildcardLine: Sendable, Hashable {
    /// Finite, not negative.
    var weight: Double
    /// May hold wildcards and choices itself.
    var text: String

    /// The lines of a file, without empty ones and those that begin with `#`. `2::text` is twice as likely as the others.
    static func lines(in bytes: [UInt8]) -> [WildcardLine] {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
        return content.split { $0 == 0x0A || $0 == 0x0D }.compactMap { line in
            let text = String(decoding: line, as: UTF8.self).trimmingSpace
            guard !text.isEmpty, !text.hasPrefix("#") else { return nil }
            let utf8 = Array(text.utf8)
            let (weight, start) = WeightPrefix.read(utf8[...])
            return WildcardLine(weight: weight, text: String(decoding: utf8[start...], as: UTF8.self))
        }
    }
}
