import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import Jobs
@testable import Server
import Settings
import Testing
import TestSupport

@Suite("OpenAI's event stream", .timeLimit(.minutes(30)))
struct ImageStreamTests {
    private static func body(_ more: String = "") -> String {
        #"{"prompt": "a pear", "size": "64x64", "steps": 6, "stream": true\#(more)}"#
    }

    /// The stream's events, each with its name and data.
    private static func events(in text: String) throws -> [(name: String, data: JSONValue)] {
        // The frames of HTTP's chunks end in CR LF, which is one character.
        try text.replacing("\r\n", with: "\n").components(separatedBy: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n")
            guard let name = lines.first(where: { $0.hasPrefix("event: ") }),
                let data = lines.first(where: { $0.hasPrefix("data: ") }) else {
                return nil
            }
            return (String(name.dropFirst(7)), try JSONDecoder().decode(JSONValue.self, from: Data(data.dropFirst(6).utf8)))
        }
    }

    /// Asks before anything is drawn, so that no preview comes too early.
    private static func answer(
        _ body: String, painter: FakePainter = FakePainter(isHeld: true), path: String = "/v1/images/generations"
    ) async throws -> String {
        let answer = LockedList()
        try await Walk(painter: painter).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            connection.ask("POST", path, body)
            let head = await connection.read(until: ": open\n\n")
            await painter.starts.arrivals(reach: 1)
            painter.starts.open()
            answer.add(head + (await connection.read(until: "never")))
        }
        return answer.items.joined()
    }

    @Test(
        "has as many previews as are wanted and fit, and then the picture, each with the fields that OpenAI's have",
        arguments: [
            ("", 0, 0), (#", "partial_images": 0"#, 0, 0), (#", "partial_images": 1"#, 1, 3), (#", "partial_images": 2"#, 2, 2),
            (#", "partial_images": 3"#, 3, 1), (#", "partial_images": 3, "cfg_scale": 2"#, 3, 1)])
    func events(more: String, count: Int, interval: Int) async throws {
        let painter = FakePainter(isHeld: true)
        let text = try await Self.answer(Self.body(more), painter: painter)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.lowercased().contains("content-type: text/event-stream"))
        let events = try Self.events(in: text)
        #expect(events.map(\.name) == Array(repeating: "image_generation.partial_image", count: count) + ["image_generation.completed"])
        #expect(painter.draws.first?.previews == PreviewSchedule(everySteps: count > 0 ? interval : EaselSettings().requests.previewSteps))
        for (index, event) in events.enumerated() {
            let isLast = index == count
            #expect(event.data["type"] == .string(event.name))
            #expect(event.data["partial_image_index"] == (isLast ? nil : .integer(index)))
            #expect(event.data["size"] == .string("64x64") && event.data["output_format"] == .string("png"))
            #expect(event.data["quality"] == .string("auto") && event.data["background"] == .string("auto"))
            guard case .integer(let created)? = event.data["created_at"], case .string(let base64)? = event.data["b64_json"] else {
                Issue.record("\(event)"); return
            }
            #expect(created > 1_700_000_000)
            let picture = try DecodedImage(decoding: [UInt8](#require(Data(base64Encoded: base64))))
            #expect((picture.image.width, picture.image.height) == (64, 64))
            #expect((picture.parameters?.hasPrefix("a pear") ?? false) == isLast)
            #expect((event.data["usage"]?["total_tokens"] == .integer(0)) == isLast)
        }
    }

    @Test("edits have their own events, as many previews as their fewer steps allow, and a note", arguments: [(2, 1), (1, 2), (0, 5)])
    func edits(count: Int, interval: Int) async throws {
        let file = Data(try RGBImage(width: 64, height: 64, pixels: .init(repeating: 9, count: 64 * 64 * 3)).encoded(as: .png))
        let picture = #"{"image_url": "data:image/png;base64,\#(file.base64EncodedString())"}"#
        // Of ten steps the strength leaves five.
        let body = #"{"prompt": "a pear", "steps": 10, "strength": 0.4, "stream": true, "partial_images": \#(count), "#
            + #""images": [\#(picture), \#(picture)]}"#
        let painter = FakePainter(isHeld: true)
        let text = try await Self.answer(body, painter: painter, path: "/v1/images/edits")
        #expect(text.lowercased().contains("easel-note: only the first of 2 pictures was used."))
        let events = try Self.events(in: text)
        #expect(events.map(\.name) == Array(repeating: "image_edit.partial_image", count: count) + ["image_edit.completed"])
        #expect(events.allSatisfy { $0.data["type"] == .string($0.name) && $0.data["size"] == .string("64x64") })
        if count > 0 { #expect(painter.draws.first?.previews == PreviewSchedule(everySteps: interval)) }
    }

    @Test("sends previews and the picture in the format that is asked for, and repeats what has no effect", arguments: ["jpeg", "webp"])
    func formats(format: String) async throws {
        let events = try Self.events(in: try await Self.answer(
            Self.body(
                #", "partial_images": 1, "output_format": "\#(format)", "output_compression": 50, "quality": "high", "background": "#
                    + #""opaque", "model": "gpt-image-1", "n": 1"#)))
        #expect(events.count == 2)
        for event in events {
            guard case .string(let base64)? = event.data["b64_json"] else { Issue.record("\(event)"); return }
            #expect(try DecodedImage(decoding: [UInt8](#require(Data(base64Encoded: base64)))).format.rawValue == format)
            #expect(
                event.data["output_format"] == .string(format) && event.data["quality"] == .string("high") && event.data[
                    "background"] == .string("opaque"))
        }
    }

    @Test("what cannot be streamed is refused before it begins", arguments: [
        (#", "n": 2"#, "n"), (#", "response_format": "url""#, "response_format"), (#", "partial_images": 4"#, "partial_images"),
        (#", "partial_images": -1"#, "partial_images"),
        (#", "output_compression": 101"#, "output_compression"), (#", "cfg_scale": -1"#, "cfg_scale"),
    ])
    func refusals(more: String, field: String) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/v1/images/generations", Self.body(more))
            #expect(answer.status == .badRequest && answer.headers[.contentType]?.hasPrefix("application/json") == true)
            #expect(try answer.object["error"]?["param"] == .string(field))
        }
        #expect(walk.engine.painter.draws.isEmpty)
    }

    @Test("without it the answer comes whole", arguments: [#", "stream": false, "partial_images": 2"#, #", "stream": null"#])
    func whole(more: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(
                .post, "/v1/images/generations", #"{"prompt": "a pear", "size": "64x64", "steps": 2\#(more)}"#)
            #expect(try answer.object["data"]?[0]?["url"] != nil)
        }
    }

    @Test("tells of a failure as its last event, in the form that the libraries raise")
    func failure() async throws {
        struct Trouble: Error, CustomStringConvertible { let description = "The GPU has gone. See /var/log/gpu.log." }
        let events = try Self.events(
            in: try await Self.answer(Self.body(), painter: FakePainter(isHeld: true, failure: { _ in Trouble() })))
        #expect(events.map(\.name) == ["error"])
        #expect(
            events.first?.data["error"]?["type"] == .string("server_error") && events.first?.data["error"]?["code"] == .string("failed"))
        guard case .string(let message)? = events.first?.data["error"]?["message"] else { Issue.record("no message"); return }
        #expect(message.contains("The GPU has gone.") && !message.contains("/var/log"))
    }

    @Test("tells when somebody cancels the job")
    func cancelled() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            connection.ask("POST", "/v1/images/generations", Self.body())
            await painter.starts.arrivals(reach: 1)
            _ = try await client.ask(.post, "/sdapi/v1/interrupt")
            let events = try Self.events(in: await connection.read(until: "never"))
            #expect(events.map(\.name) == ["error"] && events.first?.data["error"]?["code"] == .string("cancelled"))
        }
    }

    @Test("a reader that goes cancels its job, while it waits and while it is drawn")
    func goes() async throws {
        let painter = FakePainter(isHeld: true)
        let walk = try Walk(painter: painter)
        try await walk.run(.live) { client async throws in
            let port = try #require(client.port)
            let first = try RawConnection(port: port)
            first.ask("POST", "/v1/images/generations", Self.body(#", "partial_images": 1"#))
            await painter.starts.arrivals(reach: 1)
            let second = try RawConnection(port: port)
            second.ask("POST", "/v1/images/generations", Self.body())
            _ = await second.read(until: ": open\n\n")
            var events = walk.jobs.events.stream(after: 0).makeAsyncIterator()
            second.close()
            while let event = await events.next(), event.event != .cancelled {}
            first.close()
            while let event = await events.next(), event.event != .cancelled {}
            #expect(painter.cancelledDraws == 1)
        }
    }
}
