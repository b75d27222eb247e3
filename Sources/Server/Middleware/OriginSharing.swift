internal import Hummingbird
internal import HTTPTypes

/// Tells browsers that pages of some other origins may use the server (CORS).
///
/// A page may send every header that it asks for: clients send some of their own, such as OpenAI's `X-Stainless-…`, and none of them has a
/// meaning here that its origin should not be trusted with.
///
/// Source: https://fetch.spec.whatwg.org/#http-cors-protocol.
struct OriginSharing: RouterMiddleware {
    typealias Context = ClientContext

    let origins: SharedOrigins

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        let origin = request.headers[.origin]
        let isShared = origin.map(origins.contains) ?? false
        // A preflight carries no credentials, so it is answered before anybody asks for them.
        var response = isShared && request.method == .options ? preflight(request) : try await next(request, context)
        if origins == .any {
            response.headers[.accessControlAllowOrigin] = "*"
        } else {
            // Answers that browsers keep differ for each origin, and for none.
            response.headers[values: .vary].append("Origin")
            guard isShared else { return response }
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.accessControlAllowCredentials] = "true"
        }
        response.headers[.accessControlExposeHeaders] = "Content-Disposition, ETag, Location, Retry-After, WWW-Authenticate"
        return response
    }

    private func preflight(_ request: Request) -> Response {
        let asked = request.headers[values: .accessControlRequestHeaders].betweenCommas
        var headers: HTTPFields = [
            .accessControlAllowMethods: "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", .accessControlMaxAge: "600",
            .vary: "Access-Control-Request-Headers",
        ]
        let names = asked.filter { HTTPField.Name($0) != nil }
        headers[.accessControlAllowHeaders] = (
            names.isEmpty ? ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"] : names).joined(separator: ", ")
        // Chromium asks before a page of the internet calls what is in a private network.
        if request.headers[.accessControlRequestPrivateNetwork] == "true" { headers[.accessControlAllowPrivateNetwork] = "true" }
        return Response(status: .noContent, headers: headers)
    }
}

extension HTTPField.Name {
    fileprivate static let accessControlRequestPrivateNetwork = HTTPField.Name("Access-Control-Request-Private-Network")!
    fileprivate static let accessControlAllowPrivateNetwork = HTTPField.Name("Access-Control-Allow-Private-Network")!
}
