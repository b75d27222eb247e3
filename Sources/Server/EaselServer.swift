internal import Glibc
internal import Hummingbird
public import Jobs
public import Logging
internal import NIOCore
public import ServiceLifecycle
public import Settings
public import Store
public import UnixSignals
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
    ///   - archive: that of `jobs`. It names new pictures as the settings say.
    ///   - metrics: told of what `jobs` measures: `onMeasure: { metrics.record($0) }`.
    ///   - recentLog: where `logger` writes to beside others: what clients may read of it.
    ///   - onListening: told the port, when connections are accepted.
    public init(
        options: ServerOptions, settings: LiveSettings, jobs: JobService, engine: any Engine, archive: Archive,
        metrics: ServerMetrics = .init(),
        logger: Logger, recentLog: RecentLog = RecentLog(), onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        backend = Backend(
            options: options, settings: settings, jobs: jobs, engine: engine, archive: archive, metrics: metrics, logger: logger,
            recentLog: recentLog)
        archive.nameFiles { settings.current.pictures.names }
        self.onListening = onListening
    }

    /// Puts a queue and a server around an engine; see `runAll`.
    /// - Parameters:
    ///   - engine: draws the pictures, such as a `ModelHost`.
    ///   - settings: limits, defaults of requests, and the order of the queue. They may change meanwhile.
    ///   - archive: keeps jobs and pictures.
    ///   - options: address, port and protection.
    ///   - events: told what happens to jobs. The engine may tell there, too.
    ///   - metrics: told of each compile by the engine: `onCompile: { metrics.record($0) }`.
    ///   - recentLog: where `logger` writes to beside others: what clients may read of it.
    ///   - onListening: told the port, when connections are accepted.
    public init(
        engine: any Engine, settings: LiveSettings, archive: Archive, options: ServerOptions = ServerOptions(),
        events: JobEvents = JobEvents(),
        metrics: ServerMetrics = .init(), logger: Logger = Logger(label: "easel"), recentLog: RecentLog = RecentLog(),
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let jobs = JobService(
            archive: archive, painter: engine, settings: { QueueSettings(settings.current.queue, gracePeriod: options.gracePeriod) },
            logger: logger, logsPrompts: options.logsPrompts, events: events, onMeasure: { metrics.record($0) })
        self.init(
            options: options, settings: settings, jobs: jobs, engine: engine, archive: archive, metrics: metrics, logger: logger,
            recentLog: recentLog, onListening: onListening)
    }

    /// Runs the queue, the housekeeping of the data folder and the server together, and loads the model of the settings.
    ///
    /// It ends when its task is cancelled, when a client stops the server, or when one of the signals comes.
    /// - Parameters:
    ///   - signals: handled by this program from now on.
    ///   - before: begin before the queue, and end after it.
    ///   - after: begin after the queue, and end before it.
    /// - Throws: `ServerError` when the server must not listen, or cannot.
    public func runAll(endingOn signals: [UnixSignal] = [], before: [any Service] = [], after: [any Service] = []) async throws {
        let loading = Task { [backend] in try? await backend.engine.load(backend.settings.current.requests.model) }
        defer { loading.cancel() }
        let group = ServiceGroup(configuration: .init(
            services: before.map { .init(service: $0) } + [
                .init(service: QueueService(jobs: backend.jobs)),
            ] + after.map { .init(service: $0) } + [
                .init(service: Housekeeping(archive: backend.archive, settings: backend.settings, logger: backend.logger)),
                // A client may stop it.
                .init(service: self, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: signals, logger: backend.logger))
        try await group.run()
    }

    /// Runs the server alone; its queue must run beside it.
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
            throw ServerError.cannotListen(
                host: backend.options.host, port: backend.options.port, reason: String(cString: strerror(error.errnoCode)))
        } catch is SocketAddressError {
            throw ServerError.cannotListen(
                host: backend.options.host, port: backend.options.port, reason: "this machine has no such address")
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

/// The log shows a service's description, and this one knows passwords and keys.
extension EaselServer: CustomStringConvertible {
    public var description: String { "EaselServer" }
}

/// Runs the queue until the server is told to stop.
private struct QueueService: Service {
    let jobs: JobService

    func run() async throws { try await cancelWhenGracefulShutdown { try await jobs.run() } }
}

extension QueueSettings {
    /// The order of the queue as settings have it.
    /// - Parameter gracePeriod: the time that running jobs have to end when the server is told to stop.
    public init(_ settings: EaselSettings.Queue, gracePeriod: Duration) {
        self.init(
            capacity: settings.capacity, patienceJobs: settings.patienceJobs, patience: .seconds(settings.patienceMinutes * 60),
            batchSize: settings.batchSize, jobTimeout: .seconds(settings.jobMinutes * 60), gracePeriod: gracePeriod)
    }
}
