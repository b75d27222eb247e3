internal import HTTPTypes
internal import Hummingbird

/// Tells browsers to take answers for nothing but what they are.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = ClientContext

    /// Whether pages of other origins may show what is here.
    let isShared: Bool

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.xFrameOptions] = "DENY"
        // With "no-referrer", forms of the page itself would be sent with `Origin: null`.
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginResourcePolicy] = isShared ? "cross-origin" : "same-origin"
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
                + "form-action 'self'; frame-ancestors 'none'"
        // Pictures and prompts are private. Pictures say for themselves how long they may be kept.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}

extension HTTPField.Name {
    fileprivate static let xFrameOptions = HTTPField.Name("X-Frame-Options")!
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    fileprivate static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
