import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import Jobs
@testable import Server
import Testing
import TestSupport

@Suite("A client that waits for its picture", .timeLimit(.minutes(30)))
struct DisconnectTests {
    @Test("and goes: its job is cancelled, whether it is drawn or waits", arguments: ["/sdapi/v1/txt2img", "/v1/images/generations"])
    func goes(path: String) async throws {
        let painter = FakePainter(isHeld: true)
        let walk = try Walk(painter: painter)
        try await walk.run(.live) { client async throws in
            let port = try #require(client.port)
            let first = try RawConnection(port: port)
            first.ask("POST", path, #"{"prompt": "first", "width": 64, "height": 64, "steps": 2, "size": "64x64"}"#)
            await painter.starts.arrivals(reach: 1)
            let second = try RawConnection(port: port)
            second.ask("POST", path, #"{"prompt": "second", "width": 64, "height": 64, "steps": 2, "size": "64x64"}"#)
            var events = walk.jobs.events.stream(after: 0).makeAsyncIterator()
            func ended() async -> JobID? {
                while let event = await events.next() { if event.event == .cancelled { return event.job } }
                return nil
            }
            // The second waits: it is there once its own event has come.
            while let event = await events.next() {
                if event.event == .queued(position: 0), await walk.jobs.progress.waitingCount == 1 { break }
            }
            second.close()
            let waiting = try #require(await ended())
            #expect(try await walk.jobs.job(waiting)?.request.generation.prompt == "second")
            first.close()
            let drawn = try #require(await ended())
            #expect(try await walk.jobs.job(drawn)?.request.generation.prompt == "first")
            #expect(painter.cancelledDraws == 1)
        }
        #expect(walk.log.lines.contains { $0.contains("status=499") })
    }

    @Test("and goes while pictures are compared for it: that ends at once")
    func leavesComparison() async throws {
        let walk = try Walk()
        walk.engine.comparisons.close()
        try await walk.run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            connection.ask("POST", "/api/v1/fidelity/compare", "{}")
            await walk.engine.comparisons.arrivals(reach: 1)
            connection.close()
            while !walk.log.lines.contains(where: { $0.contains("status=499") }) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(walk.engine.seen.cancelledComparisons == 1)
        }
    }

    @Test("and stays: it gets its picture, and is told that the connection ends")
    func stays() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            connection.ask("POST", "/sdapi/v1/txt2img", A1111Tests.small)
            await painter.starts.arrivals(reach: 1)
            painter.starts.open()
            let answer = await connection.read(until: "never")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(answer.contains(#""images":["#))
        }
    }

    @Test("is told when somebody cancels its job, and when it fails")
    func cancelled() async throws {
        struct Trouble: Error, CustomStringConvertible { let description = "The GPU has gone. See /var/log/gpu.log." }
        let painter = FakePainter(isHeld: true, failure: { $0.prompt == "bad" ? Trouble() : nil })
        try await Walk(painter: painter).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            connection.ask("POST", "/sdapi/v1/txt2img", A1111Tests.small)
            await painter.starts.arrivals(reach: 1)
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt").text == "{}")
            let answer = await connection.read(until: "never").lowercased()
            #expect(answer.hasPrefix("http/1.1 409 ") && answer.contains("\r\nconnection: close\r\n"))
            painter.starts.open()
            let failed = try await client.ask(.post, "/v1/images/generations", #"{"prompt": "bad", "size": "64x64", "steps": 2}"#)
            #expect(failed.status == .internalServerError)
            #expect(failed.text.contains("The GPU has gone.") && !failed.text.contains("/var/log"))
        }
    }
}
