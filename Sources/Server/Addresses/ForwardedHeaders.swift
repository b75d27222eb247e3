internal import HTTPTypes

/// The headers by which proxies tell how their client has reached them.
///
/// `X-Forwarded-…` come before `Forwarded`: a proxy that writes those often lets the other through as its client sent it.
/// Source: RFC 7239, and https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For.
struct ForwardedHeaders {
    /// `https`
    var scheme: String?
    /// The name or address that was asked for, perhaps with a port.
    var host: String?
    /// `8443`; it goes behind a host that has none.
    var port: String?
    /// Whom each proxy was asked by, the first first; without ports.
    var clients: [String]

    init(_ headers: HTTPFields) {
        let elements = Self.elements(of: headers[values: .forwarded].joined(separator: ","))
        // The client itself has asked the first of several proxies.
        scheme = (Self.list(headers, .xForwardedProto).first ?? elements.first?["proto"])?.lowercased()
        host = Self.list(headers, .xForwardedHost).first ?? elements.first?["host"]
        port = Self.list(headers, .xForwardedPort).first
        let forwarded = Self.list(headers, .xForwardedFor)
        clients = (forwarded.isEmpty ? elements.compactMap { $0["for"] } : forwarded).map(Self.withoutPort)
    }

    private static func list(_ headers: HTTPFields, _ name: HTTPField.Name) -> [String] {
        headers[values: name].betweenCommas.filter { !$0.isEmpty }
    }

    private static func withoutPort(_ address: String) -> String {
        if address.hasPrefix("[") { return String(address.dropFirst().prefix { $0 != "]" }) }
        // An IPv6 address without brackets has no port.
        return address.count { $0 == ":" } == 1 ? String(address.prefix { $0 != ":" }) : address
    }

    /// The pairs of each element: `for="[2001:db8::1]:80";proto=https, for=10.0.0.1`.
    private static func elements(of text: String) -> [[String: String]] {
        var elements: [[String: String]] = []
        var pairs: [String: String] = [:]
        var (name, value, isInValue, isQuoted) = ("", "", false, false)
        func endPair() {
            if isInValue { pairs[name.trimmingWhitespace.lowercased()] = value.trimmingWhitespace }
            (name, value, isInValue) = ("", "", false)
        }
        var characters = text.makeIterator()
        while let character = characters.next() {
            switch character {
            case "\\" where isQuoted: if let next = characters.next() { value.append(next) }
            case "\"" where isInValue: isQuoted.toggle()
            case _ where isQuoted: value.append(character)
            case ";": endPair()
            case ",":
                endPair()
                elements.append(pairs)
                pairs = [:]
            case "=" where !isInValue: isInValue = true
            default: if isInValue { value.append(character) } else { name.append(character) }
            }
        }
        endPair()
        return (elements + [pairs]).filter { !$0.isEmpty }
    }
}

extension HTTPField.Name {
    static let forwarded = HTTPField.Name("Forwarded")!
    static let xForwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    static let xForwardedHost = HTTPField.Name("X-Forwarded-Host")!
    static let xForwardedPort = HTTPField.Name("X-Forwarded-Port")!
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
