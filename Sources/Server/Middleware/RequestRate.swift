internal import Hummingbird
internal import Settings
internal import Synchronization
internal import WebAPI

/// Refuses a client's requests when they come too fast. Clients are told apart by their addresses, before anybody is asked for a
/// password: guessing one shall be slow, too.
struct RequestRate: RouterMiddleware {
    typealias Context = ClientContext

    private let settings: LiveSettings
    private let buckets = Buckets()

    private final class Buckets: Sendable {
        let buckets = Mutex(TokenBuckets<ContinuousClock.Instant>())
    }

    init(settings: LiveSettings) { self.settings = settings }

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        let limit = settings.current.limits.requestsPerSecond
        let isLimited = limit > 0 && !Authentication.openPaths.contains(request.uri.path)
        if isLimited, let wait = buckets.buckets.withLock({ $0.take(context.address, rate: Double(limit), at: .now) }) {
            throw Refusal(
                APIError(.rateLimited, retryAfterSeconds: max(1, Int((wait / .seconds(1)).rounded(.up))),
                    "More than \(limit) requests came from \(context.address) within a second. Ask more slowly; the setting "
                        + "max_requests_per_second says how often."))
        }
        return try await next(request, context)
    }
}
