import Files

/// Says which NATS server to connect to, and as whom.
public struct NATSOptions: Sendable {
    /// The servers of one cluster: `tls://host:4222`; `nats://` on this machine only.
    public var servers: [String]
    /// The name that the server shows for the connection.
    public var name: String
    public var credentials = Credentials.none
    /// A PEM file with the certificates of the authorities that the server's may come from. nil for the system's.
    public var caFile: String?
    /// The name that the server's certificate must have. nil for the host of the address.
    public var hostName: String?
    /// Subjects of answers begin with it. A user whose permissions name it cannot read the answers of others.
    public var inboxPrefix: String
    /// Whether a server that cannot be reached at first is waited for. One that refuses is an error all the same.
    public var waitsForServer: Bool

    /// Says who connects.
    public enum Credentials: Sendable, Equatable {
        case none
        case user(String, password: String)
        /// A file with a JWT and a seed, as `nsc` writes it.
        case credentials(file: String)
        /// A file with the seed of a user's key: `SU…`.
        case key(seedFile: String)

        /// Whether the server is shown a signature.
        var signs: Bool {
            switch self {
            case .none, .user: false
            case .credentials, .key: true
            }
        }
    }

    public init(
        servers: [String], name: String = "easel", credentials: Credentials = .none, caFile: String? = nil, hostName: String? = nil,
        inboxPrefix: String = "_INBOX", waitsForServer: Bool = false
    ) {
        self.servers = servers
        self.name = name
        self.credentials = credentials
        self.caFile = caFile
        self.hostName = hostName
        self.inboxPrefix = inboxPrefix
        self.waitsForServer = waitsForServer
    }
}

extension NATSOptions {
    /// Whether the connection is encrypted.
    /// - Throws: `invalidAddress` for an address that is none, that sends unencrypted messages over a network, or that has a password.
    func usesTLS() throws(BusError) -> Bool {
        guard let first = servers.first else {
            throw .invalidAddress("", reason: "Name a server, as in tls://nats.example.com:4222.")
        }
        var schemes: Set<Substring> = []
        for address in servers { schemes.insert(try Self.scheme(of: address)) }
        guard schemes.count == 1 else { throw .invalidAddress(first, reason: "Use tls:// for all servers, or nats:// for all.") }
        return schemes.contains("tls")
    }

    private static func scheme(of address: String) throws(BusError) -> Substring {
        guard !address.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw .invalidAddress(String(address.filter { !$0.isWhitespace }), reason: "It has spaces.")
        }
        guard let colon = address.firstRange(of: "://") else {
            throw .invalidAddress(withoutPassword(address), reason: "It begins with tls://, or with nats:// on this machine.")
        }
        let scheme = address[..<colon.lowerBound], authority = address[colon.upperBound...]
        guard !authority.contains("@") else {
            throw .invalidAddress(withoutPassword(address), reason: "Leave out the name and the password: addresses are logged.")
        }
        let host = authority.host
        let port = authority[host.endIndex...].dropFirst()
        guard !host.isEmpty, !host.contains("/"), port.isEmpty || (UInt16(port) ?? 0) > 0 else {
            throw .invalidAddress(
                address, reason: "It needs a host, and after a colon a port if it is not 4222, as in tls://nats.example.com:4222.")
        }
        switch scheme {
        case "tls": break
        case "nats" where host.isLoopbackHost: break
        case "nats": throw .invalidAddress(address, reason: "Messages would cross the network unencrypted. Use tls://\(authority).")
        default: throw .invalidAddress(address, reason: "It begins with tls://, or with nats:// on this machine.")
        }
        return scheme
    }

    private static func withoutPassword(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return address }
        let scheme = address.firstRange(of: "://").map { address[..<$0.upperBound] } ?? ""
        return scheme + "…" + address[at...]
    }
}

extension Substring {
    /// The part before the port. An address of IPv6 stands in brackets.
    fileprivate var host: Substring {
        if first == "[", let end = firstIndex(of: "]") { return self[...end] }
        return prefix { $0 != ":" }
    }
}
