/// The options of a server that cannot be changed while it runs: its address, and who may use it.
///
/// By default it listens to this machine only.
public struct ServerOptions: Sendable {
    /// The address to listen at.
    public var host = "127.0.0.1"
    /// The port to listen at; 0 takes one that is free.
    public var port = 7860
    /// Passwords by user name, for HTTP Basic; empty: none is asked for.
    public var passwords: [String: String] = [:]
    /// Names by key, for `Authorization: Bearer`; empty: none is asked for.
    public var keys: [String: String] = [:]
    /// Whether everybody who reaches the server may use it, although it listens on other addresses than the machine's own.
    public var isOpenToAll = false
    /// The origins that browsers may call from, besides the server's own.
    public var sharedOrigins = SharedOrigins.none
    /// The address under which people reach the server through a proxy; nil: the one that each request names.
    public var publicAddress: WebAddress?
    /// Proxies whose headers (`X-Forwarded-…`, `Forwarded`) are believed.
    public var trustedProxies: [AddressRange] = []
    /// Names that a server for its own machine answers to, besides that machine's.
    public var allowedHosts = HostNames()
    /// Whether prompts may stand in the log.
    public var logsPrompts = false
    /// The time that a running picture has to finish when the server is told to stop.
    public var gracePeriod = Duration.seconds(10)

    /// The version of the program, such as `0.1.0`.
    public var version = "0"

    /// The defaults.
    public init() {}
}

/// Without passwords and keys, wherever it is printed.
extension ServerOptions: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(host):\(port), \(passwords.count) accounts, \(keys.count) keys" }
    /// The description alone, so that `dump` shows no passwords and keys either.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
