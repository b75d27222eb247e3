import Foundation
import HummingbirdTesting
import Jobs
import Logging
@testable import Server
import ServiceLifecycle
import Testing
import TestSupport

@Suite("A server's life", .timeLimit(.minutes(30)))
struct LifeTests {
    /// Runs as `easel serve` does, on a port that is free.
    private func live(
        _ painter: FakePainter = FakePainter(), _ options: ServerOptions = .init(), _ test: (Walk, Int, ServiceGroup) async throws -> Void
    ) async throws {
        var options = options
        options.port = 0
        let walk = try Walk(painter: painter, options: options)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = EaselServer(walk.server) { port.yield($0) }
        let group = ServiceGroup(services: [server], logger: Logger(label: "test") { _ in walk.log })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await walk.jobs.run() }
            tasks.addTask { try? await group.run() }
            for await port in ports {
                try await test(walk, port, group)
                break
            }
            painter.starts.open()
            await group.triggerGracefulShutdown()
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    @Test("tells the port that it took, and answers there")
    func listening() async throws {
        try await live { _, port, _ in
            let connection = try RawConnection(port: port)
            connection.ask("GET", "/healthz")
            #expect(await connection.read(until: "ok").contains("200 OK"))
        }
    }

    @Test("a client can stop it", arguments: ["server-stop", "server-restart"])
    func stopped(route: String) async throws {
        try await live { _, port, group in
            let connection = try RawConnection(port: port)
            connection.ask("POST", "/sdapi/v1/\(route)")
            #expect(await connection.read(until: "never").hasSuffix("{}"))
            #expect(throws: POSIXError.self) { while true { _ = try RawConnection(port: port) } }
        }
    }

    @Test("told to stop, it ends event streams, lets what is drawn finish, and tells who waits that the job is kept")
    func graceful() async throws {
        let painter = FakePainter(isHeld: true)
        try await live(painter) { walk, port, group in
            let watcher = try RawConnection(port: port)
            watcher.ask("GET", "/api/v1/events")
            _ = await watcher.read(until: ": open")
            let drawn = try RawConnection(port: port)
            drawn.ask("POST", "/sdapi/v1/txt2img", A1111Tests.small)
            await painter.starts.arrivals(reach: 1)
            let waiting = try RawConnection(port: port)
            waiting.ask("POST", "/sdapi/v1/txt2img", A1111Tests.small)
            while await walk.jobs.progress.waitingCount == 0 { await Task.yield() }
            await group.triggerGracefulShutdown()
            _ = await watcher.read(until: "never")
            let answer = await waiting.read(until: "never")
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("stays in the queue"))
            painter.starts.open()
            #expect(await drawn.read(until: "never").hasPrefix("HTTP/1.1 200 "))
            #expect(try await walk.jobs.jobs(in: .cancelled, before: nil, limit: 10).isEmpty)
        }
    }

    @Test("a port that is taken is told, with what to do")
    func taken() async throws {
        try await live { walk, port, _ in
            var options = ServerOptions()
            options.port = port
            let second = try Walk(options: options)
            let error = await #expect(throws: ServerError.self) { try await second.server.run() }
            #expect(error?.description.contains("\(port)") == true && error?.description.contains("--port") == true)
        }
    }
}

extension EaselServer {
    fileprivate init(_ server: EaselServer, onListening: @escaping @Sendable (Int) async -> Void) {
        let backend = server.backend
        self.init(
            options: backend.options, settings: backend.settings, jobs: backend.jobs, engine: backend.engine, archive: backend.archive,
            metrics: backend.metrics, logger: backend.logger, onListening: onListening)
    }
}
