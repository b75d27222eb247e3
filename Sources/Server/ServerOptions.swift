/// Where and for whom a server answers: what cannot be changed while it runs.
public struct ServerOptions: Sendable {
    public var host = "127.0.0.1"
    /// 0 takes one that is free.
    public var port = 7860
    /// Passwords by user name, for HTTP Basic; empty: none is asked for.
    public var passwords: [String: String] = [:]
    /// Names by key, for `Authorization: Bearer`; empty: none is asked for.
    public var keys: [String: String] = [:]
    /// Whether everybody who reaches the server may use it, although it listens on other addresses than the machine's own.
    public var isOpenToAll = false
    /// The origins that browsers may call from, besides the server's own.
    public var sharedOrigins = SharedOrigins.none
    /// Where people reach the server, when a proxy stands before it; nil: where each request says.
    public var publicAddress: WebAddress?
    /// Proxies whose headers (`X-Forwarded-…`, `Forwarded`) are believed.
    public var trustedProxies: [AddressRange] = []
    /// Names that a server for its own machine answers to, besides that machine's.
    public var allowedHosts = HostNames()
    /// Whether prompts may stand in the log.
    public var logsPrompts = false
    /// How long a running picture may take to finish when the server is told to stop.
    public var gracePeriod = Duration.seconds(10)

    /// Of the program: `0.1.0`.
    public var version = "0"

    public init() {}
}

/// Without passwords and keys, wherever it is printed.
extension ServerOptions: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(host):\(port), \(passwords.count) accounts, \(keys.count) keys" }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
