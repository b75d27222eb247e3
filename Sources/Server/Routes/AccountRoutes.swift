internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization
internal import WebAPI

/// Logging in and out with a browser, and who one is.
struct AccountRoutes {
    let backend: Backend
    private let credentials: Credentials
    private let attempts = Attempts()

    /// Attempts to log in that one address has in a second.
    static let attemptsPerSecond = 5.0
    /// The form has four short fields.
    private static let longestForm = 16_384

    private final class Attempts: Sendable {
        let buckets = Mutex(TokenBuckets<ContinuousClock.Instant>())
    }

    init(backend: Backend) {
        self.backend = backend
        credentials = Credentials(passwords: backend.options.passwords, keys: backend.options.keys)
    }

    func add(to router: Router<ClientContext>) {
        router.get("login", use: form)
        router.post("login", use: logIn)
        router.post("logout", use: logOut)
        router.get("api/v1/session") { [credentials] _, context in
            Response(json: SessionAnswer(user: credentials.isEmpty ? nil : context.client, canLogOut: context.session != nil))
        }
    }

    @Sendable private func form(_ request: Request, _: ClientContext) async throws -> Response {
        let page = page(FormFields(request.uri.query ?? ""), request)
        // Nobody has to log in, or somebody has already.
        let token = backend.sessionCookie.token(in: request.headers)
        let isLoggedIn = token.flatMap(backend.sessions.client) != nil
        if credentials.isEmpty || isLoggedIn { return Self.redirect(to: page.address.next) }
        return Self.answer(page)
    }

    @Sendable private func logIn(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body: ByteBuffer
        do {
            body = try await request.collectBody(upTo: Self.longestForm)
        } catch is NIOTooManyBytesError {
            throw APIError(.tooLarge, "The form is longer than \(Self.longestForm) bytes.")
        }
        let fields = FormFields(String(buffer: body))
        var page = page(fields, request)
        if credentials.isEmpty { return Self.redirect(to: page.address.next) }

        let address = context.address
        if let wait = attempts.buckets.withLock({ $0.take(address, rate: Self.attemptsPerSecond, at: .now) }) {
            page.problem = .tooMany
            var answer = Self.answer(page, status: .tooManyRequests)
            answer.headers[.retryAfter] = "\(max(1, Int((wait / .seconds(1)).rounded(.up))))"
            return answer
        }
        guard let client = credentials.client(user: fields["name"] ?? "", password: fields["password"] ?? "") else {
            backend.logger.notice("Somebody could not log in", metadata: ["client": .string(address)])
            page.problem = .wrong
            return Self.answer(page, status: .forbidden)
        }
        backend.logger.info("Somebody has logged in", metadata: ["client": .string(address), "user": .string(client)])
        var answer = Self.redirect(to: page.address.next)
        answer.headers[.setCookie] = backend.sessionCookie.header(backend.sessions.begin(for: client), isSecure: context.isSecure)
        return answer
    }

    @Sendable private func logOut(_: Request, _ context: ClientContext) -> Response {
        var answer = Self.redirect(to: LoginAddress(next: nil).description)
        if let session = context.session {
            backend.sessions.end(session)
            answer.headers[.setCookie] = backend.sessionCookie.header("", isSecure: context.isSecure)
        }
        return answer
    }

    private func page(_ fields: FormFields, _ request: Request) -> LoginPage {
        LoginPage(
            language: .init(wanted: fields["lang"], accepted: request.headers[values: .acceptLanguage].betweenCommas),
            address: LoginAddress(next: fields["next"]), name: fields["name"] ?? "", takesPasswords: credentials.takesPasswords,
            takesKeys: credentials.takesKeys)
    }

    private static func answer(_ page: LoginPage, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: page.language.tag],
            body: .init(byteBuffer: ByteBuffer(string: page.html)))
    }

    private static func redirect(to place: String) -> Response { Response(status: .seeOther, headers: [.location: place]) }
}

extension ClientContext {
    /// Whether the client has reached the server over TLS, as far as that is known.
    fileprivate var isSecure: Bool { serverAddress?.origin.scheme == "https" }
}
