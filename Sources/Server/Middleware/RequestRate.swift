internal import Generation
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
        let isLimited = limit > 0 && !Authentication.healthPaths.contains(request.uri.path)
        if isLimited, let wait = buckets.buckets.withLock({ $0.take(context.address, rate: Double(limit), at: .now) }) {
            let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
            throw Refusal(
                APIError(
                    .rateLimited,
                    reason: ErrorReason(
                        .rateLimited, ["max": .init(limit), "seconds": .init(seconds), "setting": "max_requests_per_second"]),
                    retryAfterSeconds: seconds,
                    "More than \(limit) requests came from \(context.address) within a second, which is the limit (setting "
                        + "max_requests_per_second). Ask more slowly."))
        }
        return try await next(request, context)
    }
}
