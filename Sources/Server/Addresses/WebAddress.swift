/// Why an address that somebody wrote cannot be used, and what to write instead: the end of a sentence that begins with it.
public struct AddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The end of the sentence, with its full stop.
    public let description: String
    init(_ description: String) { self.description = description }
}

/// The origin of a web page, as browsers spell it: in lower case, without the port that the scheme has anyway, without a slash at the
/// end.
public struct WebOrigin: Hashable, Sendable, CustomStringConvertible {
    /// `http`, `https`, or another scheme that a browser sends as an origin, in lower case.
    public let scheme: String
    /// The name or address, and the port unless it is the scheme's own: `example.org:8443`, `[::1]:7860`.
    public let authority: String

    public var description: String { "\(scheme)://\(authority)" }

    /// The address that a browser sends as `Origin`; nil for `null` and for what no browser sends.
    init?(header: String) {
        guard let address = try? WebAddress(header), address.path.isEmpty else { return nil }
        self = address.origin
    }

    /// - Parameter authority: a name or an address, perhaps with a port.
    fileprivate init(scheme: String, authority: Substring) throws(AddressError) {
        let (host, port) = try Self.hostAndPort(authority)
        self.scheme = scheme
        self.authority = host + (port == nil || port == Self.ports[scheme] ? "" : ":\(port ?? 0)")
    }

    private static let ports = ["http": 80, "https": 443]

    private static func hostAndPort(_ text: Substring) throws(AddressError) -> (host: String, port: Int?) {
        let host: String
        let rest: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            guard let address = IPAddress(text[..<end].dropFirst()), !address.isIPv4 else {
                throw AddressError("has no IPv6 address in its brackets.")
            }
            host = "[\(address)]"
            rest = text[end...].dropFirst()
        } else {
            let name = text.prefix { $0 != ":" }
            host = name.lowercased()
            rest = text[name.endIndex...]
            guard !name.isEmpty else { throw AddressError("names no machine. Write it as in https://example.org.") }
            guard !name.contains("*") else {
                throw AddressError("is a pattern, and those are not known here. Name every origin, or * for all.")
            }
            guard name.allSatisfy(\.isASCII) else {
                throw AddressError("has letters that browsers send in another spelling. Write the name as they do: xn--….")
            }
            guard name.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else {
                throw AddressError("has a character that no name has.")
            }
        }
        if rest.isEmpty { return (host, nil) }
        guard rest.hasPrefix(":"), rest.dropFirst().allSatisfy(\.isNumber), let port = Int(rest.dropFirst()),
            (1...65535).contains(port) else {
            throw AddressError("has no port behind the colon. Use 1 to 65535.")
        }
        return (host, port)
    }
}

/// An address that people can reach a server at: `https://example.org/easel`.
public struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    /// The scheme, the machine and the port.
    public let origin: WebOrigin
    /// Empty, or with a slash at the beginning and none at the end.
    public let path: String

    public var description: String { origin.description + path }

    /// - Throws: `AddressError` for what has no scheme, and for a user, a query and a fragment.
    public init(_ text: String) throws(AddressError) {
        guard let colon = text.firstRange(of: "://") else { throw AddressError("does not begin with http:// or https://.") }
        let scheme = text[..<colon.lowerBound]
        guard scheme.first?.isLetter == true, scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }) else {
            throw AddressError("does not begin with http:// or https://.")
        }
        let authority = text[colon.upperBound...].prefix { !"/?#".contains($0) }
        let rest = text[authority.endIndex...]
        guard !authority.contains("@") else { throw AddressError("holds a user. Leave that out.") }
        guard !rest.contains(where: { "?#".contains($0) }) else { throw AddressError("has something behind its path. Leave that out.") }
        origin = try WebOrigin(scheme: scheme.lowercased(), authority: authority)
        path = rest.split(separator: "/").map { "/" + $0 }.joined()
    }

    /// From what a client or a proxy says of a request; nil for what is no address of a web server.
    init?(scheme: String, authority: String) {
        guard ["http", "https"].contains(scheme), let origin = try? WebOrigin(scheme: scheme, authority: authority[...]) else { return nil }
        (self.origin, path) = (origin, "")
    }
}
