internal import Hummingbird

extension Request {
    /// Whether the client has what a tag stands for already, so that 304 is enough.
    func knows(_ tag: String) -> Bool {
        let known = headers[.ifNoneMatch]?.split(separator: ",").map { $0.drop { $0 == " " } } ?? []
        return known.contains { $0 == tag || $0 == "W/\(tag)" || $0 == "*" }
    }
}
