internal import Files
internal import Hummingbird
internal import WebAPI

/// Refuses requests to a name that is not this machine's own, while the server is for this machine only.
///
/// A web page can give its own name the address 127.0.0.1, and then read what is here as if it were its own (DNS rebinding). Its
/// name still stands in the request. What proxies say of names is not looked at: such a page can send that as well.
struct HostCheck: RouterMiddleware {
    typealias Context = ClientContext

    /// Beside those of this machine.
    let allowed: HostNames
    let publicAddress: WebAddress?

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        // HTTP/1.0 sends no name, and browsers always do.
        if let host = request.head.authority, !isAllowed(host) {
            let name = HostNames.name(in: host).prefix(100)
            throw Refusal(
                APIError(.forbidden, field: "Host",
                    "This server answers to localhost and 127.0.0.1, not to \"\(name)\". If that is one of its names, start it with "
                        + "--allow-host \(name). Behind a proxy, with --public-url and the proxy's address."))
        }
        return try await next(request, context)
    }

    private func isAllowed(_ host: String) -> Bool {
        if host.isLoopbackHost || HostNames.ofThisMachine.contains(host) || allowed.contains(host) { return true }
        return publicAddress.map { HostNames.name(in: $0.origin.authority) } == HostNames.name(in: host)
    }
}
