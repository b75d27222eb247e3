internal import HTTPTypes
internal import Hummingbird

extension Request {
    /// Whether the client has what a tag stands for already, so that 304 is enough.
    func knows(_ tag: String) -> Bool {
        let known = headers[.ifNoneMatch]?.split(separator: ",").map { $0.drop { $0 == " " } } ?? []
        return known.contains { $0 == tag || $0 == "W/\(tag)" || $0 == "*" }
    }
}

extension HTTPFields {
    /// The file of a name never changes, so a client that has it need not fetch it again.
    static func unchanging(_ tag: String) -> HTTPFields { [.eTag: tag, .cacheControl: "private, max-age=31536000, immutable"] }
}
