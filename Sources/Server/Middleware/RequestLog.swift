internal import Generation
internal import Hummingbird
internal import Logging

/// A line in the log and a count in the metrics for each request: what was asked, what it came to, how long it took.
///
/// Neither queries nor bodies are told: they can hold prompts.
struct RequestLog: RouterMiddleware {
    typealias Context = ClientContext

    let metrics: ServerMetrics

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = start.duration(to: .now)
        // The route with its names, not with what was given for them: series of metrics have to be few.
        let route = context.endpointPath ?? "unknown"
        metrics.requests.add(1, request.method.knownName, route, "\(response.status.code)")
        metrics.requestSeconds.observe(duration.seconds, request.method.knownName, route)
        context.logger.log(
            level: Self.isQuiet(request.uri.path) ? .debug : .info, "Answered",
            metadata: [
                "method": .string(request.method.rawValue), "path": .string(request.uri.path),
                "status": .stringConvertible(response.status.code),
                "ms": .stringConvertible(Int((duration.seconds * 1000).rounded())), "client": .string(context.address),
            ])
        return response
    }

    /// Whether a path would fill the log: it is asked for several times a second, or belongs to the page, which is many files.
    static func isQuiet(_ path: String) -> Bool { quietPaths.contains(path) || path.hasPrefix("/page/") }

    private static let quietPaths: Set<String> = ["/healthz", "/readyz", "/metrics", "/sdapi/v1/progress", "/favicon.ico"]
}

extension HTTPRequest.Method {
    /// Clients can invent methods; series of metrics have to be few.
    fileprivate var knownName: String {
        [.get, .head, .post, .put, .delete, .patch, .options].contains(self) ? rawValue : "other"
    }
}
