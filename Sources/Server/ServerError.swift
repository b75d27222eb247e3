internal import Files

/// The reason why a server does not listen.
public enum ServerError: Error, Sendable, Equatable {
    /// It would answer everybody who reaches it.
    case unprotected(host: String)
    /// The address or the port cannot be used.
    case cannotListen(host: String, port: Int, reason: String)
}

extension ServerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unprotected(let host):
            "Easel does not listen on \(host) without authentication: whoever reaches it could draw, and see all pictures. Add --auth "
                + "user:password or --api-key-file FILE, or --no-auth if everybody there may."
        case .cannotListen(let host, let port, let reason):
            "Cannot listen on \(host), port \(port): \(reason). Another program may use the port: stop it, or take another with --port."
        }
    }
}

extension ServerOptions {
    /// - Throws: `ServerError.unprotected` when other machines could call, nobody has to say who they are, and that is not what was asked
    ///   for.
    func checkProtection() throws(ServerError) {
        if passwords.isEmpty, keys.isEmpty, !isOpenToAll, !host.isLoopbackHost { throw .unprotected(host: host) }
    }
}
