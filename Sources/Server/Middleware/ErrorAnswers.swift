internal import FoundationEssentials
internal import Generation
internal import Hummingbird
internal import Jobs
internal import Logging
internal import NIOCore
internal import Settings
internal import Store
internal import WebAPI

/// Turns errors into answers, in the form that the clients of a route read.
struct ErrorAnswers: RouterMiddleware {
    typealias Context = ClientContext

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is ClientGone {
            return Response(status: .clientGone)
        } catch {
            let refusal = refusal(error, request, context)
            let face = Face(path: request.uri.path)
            return Response(
                json: refusal.error.body(for: face), status: refusal.status ?? .init(code: refusal.error.status(for: face)),
                headers: refusal.headers.adding(retryAfter: refusal.error.retryAfterSeconds))
        }
    }

    private func refusal(_ error: any Error, _ request: Request, _ context: Context) -> Refusal {
        switch error {
        case let error as Refusal: return error
        case let error as APIError: return Refusal(error)
        case let error as InvalidRequest: return Refusal(APIError(error))
        case let error as QueueFull: return Refusal(APIError(.queueFull, retryAfterSeconds: error.retryAfterSeconds, error.description))
        case let error as IdempotencyKeyReused: return Refusal(APIError(.keyReused, field: "Idempotency-Key", error.description))
        case let error as UnknownJob: return Refusal(APIError(.notFound, field: "id", error.description))
        case let error as ServiceStopped: return Refusal(APIError(.unavailable, error.description))
        case let error as ModelUnavailable: return Refusal(APIError(.unavailable, error.reason))
        case StoreError.changedPicture(let id): return Refusal(.changedPicture(id))
        case let error as SettingsError: return Refusal(APIError(error))
        case let error as HTTPError where error.status == .notFound:
            return Refusal(APIError(.notFound, "There is no \(request.method.rawValue) \(request.uri.path.prefix(200)). /openapi.json lists what there is."))
        case is CancellationError:
            // Nobody reads this: the connection is gone, or the server is.
            return Refusal(APIError(.unavailable, "The server is stopping."))
        default:
            let reference = String(UInt32.random(in: 0 ... .max), radix: 16)
            context.logger.error(
                "A request failed unexpectedly",
                metadata: [
                    "id": .string(reference), "method": .string(request.method.rawValue), "path": .string(request.uri.path),
                    "error": .string(String(reflecting: error)),
                ])
            return Refusal(.unexpected(reference: reference))
        }
    }
}

extension HTTPResponse.Status {
    /// For the log and the metrics, as nginx counts it: there is nobody to send it to.
    fileprivate static let clientGone = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
}

extension HTTPFields {
    fileprivate func adding(retryAfter seconds: Int?) -> HTTPFields {
        guard let seconds else { return self }
        var fields = self
        fields[.retryAfter] = "\(seconds)"
        return fields
    }
}
