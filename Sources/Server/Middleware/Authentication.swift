internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import WebAPI

/// Lets in who can say who they are; everybody, when nobody has to.
///
/// Clients send a password or a key with each request. People log in once, with the form at `/login`, and their browser sends a cookie.
struct Authentication: RouterMiddleware {
    typealias Context = ClientContext

    let credentials: Credentials
    let sessions: Sessions
    let cookie: SessionCookie

    /// Routes that tell whether the server is alive: programs that ask them, such as Docker and Kubernetes, have no password.
    static let healthPaths: Set<String> = ["/healthz", "/readyz"]
    /// The form to log in, and what it looks like.
    static let loginPaths: Set<String> = ["/login", "/page/style.css", "/page/icon.svg"]

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        let path = request.uri.path
        if credentials.isEmpty || Self.healthPaths.contains(path) || Self.loginPaths.contains(path) {
            return try await next(request, context)
        }
        var context = context
        if let header = request.headers[.authorization] {
            guard let client = credentials.client(header) else { throw refusal(of: request) }
            context.client = client
        } else if let token = cookie.token(in: request.headers), let client = sessions.client(of: token) {
            try checkOrigin(of: request)
            context.client = client
            context.session = token
        } else if request.isForPage {
            return Response(status: .seeOther, headers: [.location: LoginAddress(next: request.uri.description).description])
        } else {
            throw refusal(of: request)
        }
        return try await next(request, context)
    }

    /// A cookie is sent by the browser itself, so a change needs a sign that our own page asks for it. Foreign origins are refused by
    /// `OriginCheck`; this refuses what names none.
    private func checkOrigin(of request: Request) throws {
        guard ![.get, .head, .options].contains(request.method), request.headers[.origin] == nil,
            request.headers[.secFetchSite] != "same-origin" else { return }
        throw Refusal(APIError(
            .forbidden, field: "Origin", "A change with a session needs the header Origin, as browsers send it. Programs use HTTP Basic or "
                + "a key."))
    }

    private func refusal(of request: Request) -> Refusal {
        let isWrong = request.headers[.authorization] != nil
        var headers = HTTPFields()
        // A browser with our page would show its own box for HTTP Basic above it; the page has a form.
        let isPage = cookie.token(in: request.headers) != nil || request.headers[.secFetchSite] == "same-origin"
        headers[values: .wwwAuthenticate] = isPage && !isWrong ? ["Session realm=\"Easel\""] : credentials.challenges
        return Refusal(
            APIError(
                .unauthorized, field: "Authorization", reason: ErrorReason(isWrong ? .wrongCredentials : .signIn),
                "\(isWrong ? "Wrong user name, password or key. " : "")Please sign in with \(credentials.wanted)."),
            headers: headers)
    }
}

extension Request {
    /// Whether a person waits for a page: browsers say so, and other clients do not.
    fileprivate var isForPage: Bool {
        [.get, .head].contains(method) && headers[values: .accept].betweenCommas.contains { $0.hasPrefix("text/html") }
            && ["navigate", nil].contains(headers[.secFetchMode])
    }
}

extension HTTPField.Name {
    /// Forbidden to scripts, so that only the browser itself can have written them.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode")!
}
