internal import Hummingbird
internal import WebAPI

/// Says that a connection ends with an answer, where it does: on routes that wait for something to be drawn (see `Backend.drawn`), whatever
/// the answer. A client that keeps connections would otherwise send its next request into one that closes.
struct LastAnswers: RouterMiddleware {
    typealias Context = ClientContext

    private static let paths = Set(
        (A1111Request.Kind.allCases.map(\.rawValue) + ExtrasRequest.Kind.allCases.map(\.rawValue)).map { "/sdapi/v1/" + $0 }
            + ImageGenerationRequest.Kind.allCases.map { "/v1/images/" + $0.rawValue } + ["/api/v1/fidelity/compare"])

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = try await next(request, context)
        if Self.paths.contains(request.uri.path) { response.headers[.connection] = "close" }
        return response
    }
}
