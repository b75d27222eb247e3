internal import FoundationEssentials
internal import Generation
internal import Hummingbird
internal import Jobs
internal import Logging
internal import NIOCore
internal import Settings
internal import Store
internal import WebAPI

/// The things that routes work with.
struct Backend: Sendable {
    let options: ServerOptions
    let settings: LiveSettings
    let jobs: JobService
    let engine: any Engine
    let archive: Archive
    let metrics: ServerMetrics
    let logger: Logger
    let previews = EncodedPreviews()
    let streams = OpenStreams()
    let sheets = SheetTurns()
    let idleOptions = KeptOptions()
    /// The lines that `/sdapi/v1/log` tells.
    let recentLog: RecentLog
    let startedAt = Date.now
    let sessions = Sessions()
    /// Finished when a client asks the server to stop.
    let stop = AsyncStream.makeStream(of: Never.self)

    var sessionCookie: SessionCookie { SessionCookie(port: options.port) }

    /// The models that requests can name.
    func catalog() async -> ModelCatalog { ModelCatalog(await engine.models(), current: settings.current.requests.model) }

    /// Works with the models that requests can name. When a hash is asked for that is not known, it is found out, and the work is done
    /// again: `work` changes nothing.
    func withCatalog<Value: Sendable>(_ work: @escaping @Sendable (ModelCatalog) throws -> Value) async throws -> Value {
        var names: [String: String?] = [:]
        while true {
            let catalog = ModelCatalog(await engine.models(), current: settings.current.requests.model, namesByHash: names)
            let result: Result<Value, any Error>
            do {
                result = .success(try await offloaded { try work(catalog) })
            } catch {
                result = .failure(error)
            }
            let questions = catalog.hashQuestions
            if questions.isEmpty { return try result.get() }
            for question in questions {
                names[question.hash] = .some(try await engine.model(withHash: question.hash, preferring: question.name))
            }
        }
    }

    /// Reads a client's request.
    func read<Value: Sendable>(
        _ context: ClientContext, _ read: @escaping @Sendable (WebAPI.RequestContext) throws -> Value
    ) async throws -> Value {
        let (settings, client, inputs) = (settings.current, context.client, archive.inputPictures)
        let pictureOptions = idleOptions.current.ofPictures
        let upscalers = await engine.upscalers
        return try await withCatalog {
            var context = WebAPI.RequestContext(
                settings: settings, models: $0, upscalers: upscalers, client: client, inputSize: { inputs.size(of: $0) })
            context.pictureOptions = pictureOptions
            return try read(context)
        }
    }

    /// The body of a request.
    /// - Throws: `APIError.tooLarge`.
    func body(of request: inout Request) async throws -> Data {
        let limit = settings.current.limits.bodyBytes
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > limit { throw Self.tooLarge(announced, limit: limit) }
        do {
            let buffer = try await request.collectBody(upTo: limit)
            return Data(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(nil, limit: limit)
        }
    }

    private static func tooLarge(_ bytes: Int?, limit: Int) -> APIError {
        APIError(
            .tooLarge,
            reason: ErrorReason(.tooLarge, ["max": .init(limit), "setting": "max_body_bytes"]).with("value", bytes.map { .init($0) }),
            "The body has \(bytes.map { "\($0)" } ?? "more than \(limit)") bytes, over the limit of \(limit) (setting max_body_bytes).")
    }
}
