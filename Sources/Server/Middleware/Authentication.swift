internal import Hummingbird
internal import WebAPI

/// Lets in who can say who they are; everybody, when nobody has to.
///
/// Routes that tell whether the server is alive are open to all: programs that ask them, such as Docker and Kubernetes, have no password.
struct Authentication: RouterMiddleware {
    typealias Context = ClientContext

    let credentials: Credentials
    static let openPaths: Set<String> = ["/healthz", "/readyz"]

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        if credentials.isEmpty || Self.openPaths.contains(request.uri.path) { return try await next(request, context) }
        guard let client = request.headers[.authorization].flatMap(credentials.client) else {
            let isWrong = request.headers[.authorization] != nil
            var headers = HTTPFields()
            headers[values: .wwwAuthenticate] = credentials.challenges
            throw Refusal(
                APIError(
                    .unauthorized, field: "Authorization",
                    "\(isWrong ? "These credentials are nobody's." : "Who is it?") Send \(credentials.wanted)."),
                headers: headers)
        }
        var context = context
        context.client = client
        return try await next(request, context)
    }
}
