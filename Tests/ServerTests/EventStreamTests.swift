import Files
import Foundation
import Generation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import NIOCore
@testable import Server
import Settings
import Testing
import TestSupport

@Suite("Event streams", .timeLimit(.minutes(30)))
struct EventStreamTests {
    private static let job = #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 2, "preview_interval": 1}"#

    private struct Event {
        var id: UInt64?
        var name = ""
        var data: JSONValue = .null

        /// Reads a stream's text; comments are left out.
        static func all(in text: String) throws -> [Event] {
            try text.components(separatedBy: "\n\n").compactMap { block in
                var event = Event()
                for line in block.split(separator: "\n") {
                    if line.hasPrefix("id: ") { event.id = UInt64(line.dropFirst(4)) }
                    if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                    if line.hasPrefix("data: ") {
                        event.data = try JSONDecoder().decode(JSONValue.self, from: Data(line.dropFirst(6).utf8))
                    }
                }
                return event.name.isEmpty ? nil : event
            }
        }
    }

    private func submitted(_ client: any TestClientProtocol) async throws -> String {
        let answer = try await client.ask(.post, "/api/v1/jobs", Self.job)
        #expect(answer.status == .accepted)
        guard case .string(let id)? = try answer.object["id"] else { throw CancellationError() }
        #expect(answer.headers[.location] == "/api/v1/jobs/\(id)")
        return id
    }

    @Test("of all jobs tell of models and checks, too")
    func ofNoJob() async throws {
        let walk = try Walk()
        try await walk.run(.live) { client async throws in
            let reader = try RawConnection(port: try #require(client.port))
            reader.ask("GET", "/api/v1/events")
            _ = await reader.read(until: ": open\n\n")
            walk.jobs.events.send(.model(.failed(model: "anime", reason: "It is a LoRA.")), of: nil)
            walk.jobs.events.send(
                .fidelity(.init(
                    time: Date(timeIntervalSince1970: 0), model: "demo", component: .denoise, device: "GPU.0", precision: "f16",
                    finding: "over_bound",
                    response: "accuracy", relativeError: 0.02, bound: 0.01,
                    notice: Notice(.probeOverBound, ["bound": .number(0.01)], "The UNet is off."))), of: nil)
            walk.jobs.events.send(.model(.ready(model: "demo")), of: nil)
            let events = try Event.all(in: await reader.read(until: #""state":"ready""#) + "\n\n")
            #expect(events.map(\.name) == ["model", "fidelity", "model"])
            guard events.count == 3 else { return }
            #expect(events.map { $0.data["job"] } == [nil, nil, nil])
            #expect(
                events[0].data["model"] == .string("anime") && events[0].data["state"] == .string("failed") && events[
                    0].data["reason"] == .string("It is a LoRA."))
            #expect(
                events[1].data["relative_error"] == .number(0.02) && events[1].data["bound"] == .number(0.01) && events[
                    1].data["component"] == .string("unet"))
            #expect(events[1].data["text"] == .string("The UNet is off."))
            #expect(events[1].data["notice"]?["reason"] == .string("probe_over_bound"))
            #expect(events[1].data["device"] == .string("GPU.0") && events[1].data["time"] == .string("1970-01-01T00:00:00Z"))
        }
    }

    @Test("tell what happens to a job until it ends, in order, and then end")
    func story() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run(.live) { client async throws in
            let id = try await submitted(client)
            let reader = try RawConnection(port: try #require(client.port))
            reader.ask("GET", "/api/v1/jobs/\(id)/events")
            let head = await reader.read(until: ": open\n\n")
            #expect(head.lowercased().contains("content-type: text/event-stream"))
            painter.starts.open()
            let events = try Event.all(in: head + (await reader.read(until: "event: done")))
            let names = events.map(\.name)
            #expect(names.first == "queued")
            for name in ["started", "compiling", "encoding", "step", "preview", "decoding", "done"] {
                #expect(names.contains(name), "\(name) is missing in \(names)")
            }
            #expect(names.last == "done")
            #expect(events.compactMap(\.id) == events.compactMap(\.id).sorted())
            #expect(events.allSatisfy { $0.data["job"] == .string(id) })
            #expect(events.last?.data["pictures"]?[0]?["url"] == .string("/api/v1/images/\(id)-0.png"))
        }
    }

    @Test("go on after the event that was seen last, by header or by query; the end is told in any case")
    func resuming() async throws {
        try await Walk().run(.live) { client async throws in
            let id = try await submitted(client)
            let all = try Event.all(in: try await client.ask(.get, "/api/v1/jobs/\(id)/events").text)
            let middle = try #require(all.first { $0.name == "started" }?.id)
            let last = try #require(all.last?.id)
            // Each answer ends its connection.
            for (headers, query) in [(["Last-Event-ID: \(middle)"], ""), ([], "?after=\(middle)")] {
                let reader = try RawConnection(port: try #require(client.port))
                reader.ask("GET", "/api/v1/jobs/\(id)/events\(query)", headers: headers)
                let rest = try Event.all(in: await reader.read(until: "event: done"))
                #expect(rest.compactMap(\.id).allSatisfy { $0 > middle })
                #expect(rest.last?.name == "done")
            }
            let late = try RawConnection(port: try #require(client.port))
            late.ask("GET", "/api/v1/jobs/\(id)/events?after=\(last)")
            #expect(try Event.all(in: await late.read(until: "event: done")).map(\.name) == ["done"])
        }
    }

    @Test("of all jobs go on when one ends")
    func all() async throws {
        try await Walk().run(.live) { client async throws in
            let reader = try RawConnection(port: try #require(client.port))
            reader.ask("GET", "/api/v1/events")
            _ = await reader.read(until: ": open")
            _ = try await submitted(client)
            #expect(await reader.read(until: "event: done").contains("event: queued"))
            _ = try await submitted(client)
            #expect(await reader.read(until: "event: done").contains("event: queued"))
        }
    }

    @Test("are so many at most, and a place is free as soon as its reader has gone")
    func limit() async throws {
        let walk = try Walk(change: { $0.limits.eventStreams = 1 })
        try await walk.run(.live) { client async throws in
            let reader = try RawConnection(port: try #require(client.port))
            reader.ask("GET", "/api/v1/events")
            _ = await reader.read(until: ": open")
            let refused = try await client.ask(.get, "/api/v1/events")
            #expect(refused.status == .tooManyRequests)
            #expect(refused.text.contains("max_event_streams") && refused.headers[.retryAfter] != nil)
            reader.close()
            while walk.server.backend.streams.count > 0 { await Task.yield() }
            let next = try RawConnection(port: try #require(client.port))
            next.ask("GET", "/api/v1/events")
            #expect(await next.read(until: ": open").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("are kept alive by comments")
    func heartbeat() async throws {
        let (events, source) = AsyncStream.makeStream(of: NumberedJobEvent.self)
        let place = try OpenStreams().take(limit: 1)
        let stream = EventStream(events: events, previews: EncodedPreviews(), place: place, heartbeat: .milliseconds(1))
        let written = LockedList()
        // The end comes after the third comment.
        var writer: any ResponseBodyWriter = ListWriter(written: written) { if $0 == 3 { source.finish() } }
        try await stream.send(to: &writer)
        #expect(written.items.prefix(3) == [":\n\n", ":\n\n", ":\n\n"])
    }

    private struct ListWriter: ResponseBodyWriter {
        let written: LockedList
        let onWrite: @Sendable (Int) -> Void

        func write(_ buffer: ByteBuffer) async throws {
            written.add(String(buffer: buffer))
            onWrite(written.items.count)
        }

        func finish(_: HTTPFields?) async throws {}
    }

    @Test("a job that there is not has none", arguments: ["00000000000000000000000000000000", "..%2f..%2fetc", "x"])
    func unknown(id: String) async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.get, "/api/v1/jobs/\(id)/events").status == .notFound)
        }
    }

    @Test("an event number that is none is refused")
    func badNumber() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, "/api/v1/events?after=now")
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.object["error"]?["field"] == .string("after"))
        }
    }
}
