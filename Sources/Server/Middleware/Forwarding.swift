internal import Hummingbird

/// Finds out who has sent a request and at which address, where proxies stand in between.
///
/// Only what proxies say that the operator named is believed: everybody can write such headers. Their clients can, too, and so these
/// proxies have to overwrite what they are sent.
struct Forwarding: RouterMiddleware {
    typealias Context = ClientContext

    let trusted: [AddressRange]
    /// The address under which everybody reaches the server; nil: the one that each request names.
    let publicAddress: WebAddress?

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var context = context
        var (scheme, host) = ("http", request.head.authority)
        if isTrusted(context.address) {
            let forwarded = ForwardedHeaders(request.headers)
            context.address = client(forwarded.clients) ?? context.address
            context.client = context.address
            scheme = forwarded.scheme ?? scheme
            host = forwarded.host ?? host
            if let port = forwarded.port, let name = host, !name.drop(while: { $0 != "]" }).contains(":"),
                name.hasPrefix("[") || !name.contains(":") {
                host = "\(name):\(port)"
            }
        }
        context.serverAddress = publicAddress ?? host.flatMap { WebAddress(scheme: scheme, authority: $0) }
        return try await next(request, context)
    }

    private func isTrusted(_ address: String) -> Bool {
        guard let address = IPAddress(address) else { return false }
        return trusted.contains { $0.contains(address) }
    }

    /// The one who asked the first of the proxies that are believed: the last entries are theirs, and what stands before can be anybody's.
    private func client(_ clients: [String]) -> String? {
        let addresses = clients.reversed().prefix { IPAddress($0) != nil }
        return addresses.first { !isTrusted($0) } ?? addresses.last
    }
}
