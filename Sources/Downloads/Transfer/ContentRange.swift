/// The place of a piece in a file: `bytes 100-199/1000`, or `bytes */1000` when there is no such piece.
///
/// Source: RFC 9110, section 14.4.
struct ContentRange: Equatable {
    /// The first byte's place; nil when there is no piece.
    let start: Int?
    /// The file's size; nil when the server does not know it.
    let total: Int?

    /// - Returns: nil for anything else.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /(?i)\s*bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)\/(?:(\d{1,18})|\*)\s*/) else { return nil }
        start = match.1.flatMap { Int($0) }
        total = match.3.flatMap { Int($0) }
        if let start, let end = match.2.flatMap({ Int($0) }), start > end || end >= total ?? .max { return nil }
    }
}
