import FoundationEssentials

/// A value as JSON in one line, keys in alphabetical order, times as ISO 8601 in UTC.
/// - Precondition: all numbers in it are finite, for no other value fails to encode.
func jsonLine(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
}
