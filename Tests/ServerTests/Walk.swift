import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import Logging
import NIOCore
@testable import Server
import Settings
import Store
import Testing
import TestSupport

/// A server over a fake engine, for one test: everything but drawing is real.
struct Walk {
    let folder: TemporaryFolder
    let archive: Archive
    let engine: FakeEngine
    let jobs: JobService
    let settings: LiveSettings
    let server: EaselServer
    let log: LogLines

    init(painter: FakePainter = FakePainter(), options: ServerOptions = .init(), change: (inout EaselSettings) -> Void = { _ in }) throws {
        let log = LogLines()
        let recentLog = RecentLog()
        let logger = Logger(label: "test") { _ in MultiplexLogHandler([log, recentLog.handler()]) }
        folder = try TemporaryFolder()
        archive = try Archive(DataFolder(folder.url.appending(path: "data")))
        engine = FakeEngine(painter: painter)
        var given = EaselSettings()
        change(&given)
        let settings = LiveSettings(given, file: folder.url.appending(path: "settings.json").path)
        let metrics = ServerMetrics()
        jobs = JobService(
            archive: archive, painter: engine, settings: { QueueSettings(capacity: settings.current.queue.capacity) }, logger: logger,
            onMeasure: { metrics.record($0) })
        var options = options
        options.version = "1.2.3"
        server = EaselServer(
            options: options, settings: settings, jobs: jobs, engine: engine, archive: archive, metrics: metrics, logger: logger,
            recentLog: recentLog)
        self.settings = settings
        self.log = log
    }

    /// Runs the queue, and lets a test ask the router.
    func run(_ setup: TestingSetup = .router, _ test: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [jobs] in try await jobs.run() }
            try await server.application().test(setup, test)
            engine.painter.starts.open()
            group.cancelAll()
            try? await group.waitForAll()
        }
    }
}

/// What was logged, as lines.
final class LogLines: LogHandler, Sendable {
    private let written = LockedList()
    var lines: [String] { written.items }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        written.add(([event.level.rawValue, event.message.description] + metadata).joined(separator: " "))
    }
}

extension TestClientProtocol {
    /// A request, with JSON if any.
    func ask(_ method: HTTPRequest.Method, _ uri: String, _ json: String? = nil, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) }) { $0 }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    var object: [String: JSONValue] {
        get throws { try JSONDecoder().decode([String: JSONValue].self, from: Data(body.readableBytesView)) }
    }

    var list: [JSONValue] {
        get throws { try JSONDecoder().decode([JSONValue].self, from: Data(body.readableBytesView)) }
    }
}

extension JSONValue {
    subscript(index: Int) -> JSONValue? { if case .array(let values) = self, values.indices.contains(index) { values[index] } else { nil } }
}
