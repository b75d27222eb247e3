internal import Hummingbird

extension Request {
    /// The first value that the query gives a parameter, decoded as forms encode it: a plus is a space.
    ///
    /// Text that is not percent-encoded UTF-8 is taken as it stands.
    func query(_ name: String) -> String? {
        for item in (uri.query ?? "").split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                let spaced = String(part.replacing("+", with: " "))
                return spaced.percentDecoded ?? spaced
            }
            if parts[0] == name { return parts.count > 1 ? parts[1] : "" }
        }
        return nil
    }

    /// Whether the query says `true` or `1` for a parameter.
    func flag(_ name: String) -> Bool { ["true", "1"].contains(query(name)?.lowercased()) }
}
