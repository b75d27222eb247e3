internal import Hummingbird
internal import HTTPTypes
internal import WebAPI

/// Refuses what another site's page makes a browser do here: a browser sends simple POST requests anywhere, with the password that
/// it remembers, and without asking.
///
/// Programs that are no browsers send none of these headers.
struct OriginCheck: RouterMiddleware {
    typealias Context = ClientContext

    /// The other origins that may.
    let shared: SharedOrigins
    /// Holds the session of a browser.
    let cookie: SessionCookie

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        if ![.get, .head, .options].contains(request.method), let origin = request.headers[.origin],
            isForeign(origin, request.head, context) {
            throw Refusal(APIError(.forbidden, field: "Origin", text(origin, request.head, context)))
        }
        return try await next(request, context)
    }

    private func isForeign(_ origin: String, _ request: HTTPRequest, _ context: Context) -> Bool {
        // Another site's page may not log people in or out: they would not notice whose pictures they see.
        let path = request.path.map { $0.prefix { $0 != "?" } }
        if shared.contains(origin), path != "/login", path != "/logout", !hasRememberedCredentials(request) { return false }
        let sender = WebOrigin(header: origin)
        if let address = context.serverAddress, sender == address.origin { return false }
        // What the browser says of its own page's address and ours holds behind a proxy, too; it says so only over TLS and to localhost.
        if let site = request.headerFields[.secFetchSite] { return site != "same-origin" && site != "none" }
        // A proxy may have ended TLS without saying so.
        guard let sender, let authority = request.authority else { return true }
        return WebAddress(scheme: sender.scheme, authority: authority)?.origin != sender
    }

    /// Whether a browser may have added a password or a session by itself, for a page that does not know it: where any page may call, none
    /// shall do so with it.
    private func hasRememberedCredentials(_ request: HTTPRequest) -> Bool {
        guard shared == .any else { return false }
        guard let header = request.headerFields[.authorization] else { return cookie.token(in: request.headerFields)?.isEmpty == false }
        return header.lowercased().hasPrefix("basic")
    }

    private func text(_ origin: String, _ request: HTTPRequest, _ context: Context) -> String {
        let origin = origin.prefix(100)
        if shared == .any {
            return "A page of \(origin) may change nothing here with a password or a session while --cors is *. Use a key (Authorization: "
                + "Bearer …), or start the server with --cors \(origin)."
        }
        let host = (request.authority ?? "").prefix(100)
        return "A page of \(origin) may change nothing here, where \(host) was asked for. If a proxy shows this server at that address, "
            + "start it with --public-url \(origin); if it is another site's page that shall use it, with --cors \(origin)."
    }
}
