internal import Hummingbird
internal import HTTPTypes
internal import WebAPI

/// Refuses what another site's page makes a browser do here: a browser sends simple POST requests anywhere, with the password that
/// it remembers, and without asking.
///
/// Programs that are no browsers send none of these headers.
struct OriginCheck: RouterMiddleware {
    typealias Context = ClientContext

    /// The other origin that may; nil: none.
    let allowed: String?

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        if ![.get, .head, .options].contains(request.method), isForeign(request.head) {
            throw Refusal(
                APIError(.forbidden, field: "Origin",
                    "A page of another site may change nothing here. If it shall, start the server with --cors and that site's origin, such as https://example.org."))
        }
        return try await next(request, context)
    }

    private func isForeign(_ request: HTTPRequest) -> Bool {
        guard let origin = request.headerFields[.origin] else { return false }
        if origin == allowed { return false }
        // What the browser says of its own page's address and ours holds behind a proxy, too; it says so only over TLS and to localhost.
        if let site = request.headerFields[.secFetchSite] { return site != "same-origin" && site != "none" }
        let authority = origin.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init)
        return authority?.lowercased() != request.authority?.lowercased()
    }
}

extension HTTPField.Name {
    /// Forbidden to scripts, so that only the browser itself can have written it.
    fileprivate static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
