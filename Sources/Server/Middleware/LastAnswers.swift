internal import Hummingbird

/// Says that a connection ends with an answer, where it does: on routes that wait for something to be drawn (see `Backend.drawn`), whatever
/// the answer. A client that keeps connections would otherwise send its next request into one that closes.
struct LastAnswers: RouterMiddleware {
    typealias Context = ClientContext

    private static let paths: Set<String> = ["/sdapi/v1/txt2img", "/v1/images/generations", "/api/v1/fidelity/compare"]

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = try await next(request, context)
        if Self.paths.contains(request.uri.path) { response.headers[.connection] = "close" }
        return response
    }
}
