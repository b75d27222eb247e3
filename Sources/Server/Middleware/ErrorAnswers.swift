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
        if let known = Refusal(known: error) { return known }
        if let error = error as? HTTPError, error.status == .notFound {
            return Refusal(
                APIError(
                    .notFound, reason: ErrorReason(.unknownRoute, ["path": .init(request.uri.path)]),
                    "There is no \(request.method.rawValue) \(request.uri.path.prefix(200)). /openapi.json lists what there "
                        + "is."))
        }
        return .unexpected(
            error, "A request failed unexpectedly", context.logger,
            ["method": .string(request.method.rawValue), "path": .string(request.uri.path)])
    }
}

extension Refusal {
    /// The refusal for an error that the layers below declare; nil for one that nobody expects.
    init?(known error: any Error) {
        switch error {
        case let error as Refusal: self = error
        case let error as APIError: self.init(error)
        case let error as InvalidRequest: self.init(APIError(error))
        case let error as QueueFull: self.init(APIError(
            .queueFull, reason: error.errorReason, retryAfterSeconds: error.retryAfterSeconds, error.description))
        case let error as IdempotencyKeyReused: self.init(APIError(.keyReused, field: "Idempotency-Key", error))
        case let error as UnknownJob: self.init(APIError(.notFound, field: "id", error))
        case let error as NotWaiting: self.init(APIError(.notWaiting, field: "id", error))
        case let error as ServiceStopped: self.init(APIError(.unavailable, error))
        case let error as ModelUnavailable: self.init(APIError(.unavailable, error))
        case StoreError.changedPicture(let id): self.init(.changedPicture(id))
        case let error as SettingsError: self.init(APIError(error))
        // Nobody reads this: the connection is gone, or the server is.
        case is CancellationError: self.init(APIError(.unavailable, reason: ErrorReason(.stopping), "The server is stopping."))
        default: return nil
        }
    }

    /// The refusal for any other error: its words belong in the log, under the reference that the client is told.
    static func unexpected(_ error: any Error, _ message: Logger.Message, _ logger: Logger, _ metadata: Logger.Metadata) -> Refusal {
        let reference = String(UInt32.random(in: 0 ... .max), radix: 16)
        logger.error(message, metadata: metadata.merging(["id": .string(reference), "error": .string(String(reflecting: error))]) { $1 })
        return Refusal(.unexpected(reference: reference))
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
