internal import Glibc
internal import Hummingbird
public import Jobs
public import Logging
internal import NIOCore
public import ServiceLifecycle
public import Settings
public import Store
public import WebAPI

/// The HTTP server: A1111's API, OpenAI's and Easel's own, over one queue.
///
/// It listens at once, whether a model is ready or not: jobs wait for it. When it is told to stop, it accepts no more connections, ends
/// event streams, and lets clients who wait for a job that is being drawn wait a little longer. A client can tell it, too
/// (`/sdapi/v1/server-stop`): then `run` returns, and the group of services that it belongs to should end gracefully.
public struct EaselServer: Service {
    let backend: Backend
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - jobs: runs beside the server, and ends after it.
    ///   - archive: that of `jobs`.
    ///   - metrics: told of what `jobs` measures: `onMeasure: { metrics.record($0) }`.
    ///   - recentLog: where `logger` writes to beside others: what clients may read of it.
    ///   - onListening: told the port, when connections are accepted.
    public init(
        options: ServerOptions, settings: LiveSettings, jobs: JobService, engine: any Engine, archive: Archive, metrics: ServerMetrics = .init(),
        logger: Logger, recentLog: RecentLog = RecentLog(), onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        backend = Backend(
            options: options, settings: settings, jobs: jobs, engine: engine, archive: archive, metrics: metrics, logger: logger, recentLog: recentLog)
        self.onListening = onListening
    }

    /// - Throws: `ServerError` when it must not listen, or cannot.
    public func run() async throws {
        try backend.options.checkProtection()
        let group = ServiceGroup(services: [application()], logger: backend.logger)
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for await _ in backend.stop.stream {}
                    if !Task.isCancelled { await group.triggerGracefulShutdown() }
                }
                defer { tasks.cancelAll() }
                try await group.run()
            }
        } catch let error as IOError {
            throw ServerError.cannotListen(host: backend.options.host, port: backend.options.port, reason: String(cString: strerror(error.errnoCode)))
        } catch is SocketAddressError {
            throw ServerError.cannotListen(host: backend.options.host, port: backend.options.port, reason: "this machine has no such address")
        }
    }

    func application() -> Application<NormalizedPaths<RouterResponder<ClientContext>>> {
        let options = backend.options
        return Application(
            responder: NormalizedPaths(next: EaselRouter.make(backend).buildResponder()),
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(address: .hostname(options.host, port: options.port), backlog: 1024),
            onServerRunning: { [onListening] channel in await onListening(channel.localAddress?.port ?? options.port) },
            logger: backend.logger)
    }
}

/// What is logged of a service is its description, and this one knows passwords and keys.
extension EaselServer: CustomStringConvertible {
    public var description: String { "EaselServer" }
}
