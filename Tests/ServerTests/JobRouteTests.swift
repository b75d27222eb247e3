import Files
import Foundation
import HTTPTypes
import HummingbirdTesting
import Jobs
@testable import Server
import Settings
import Testing
import TestSupport

@Suite("Jobs over HTTP")
struct JobRouteTests {
    private static let job = #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 2}"#

    @Test("are accepted with 202, listed, told of and cancelled")
    func life() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run { client async throws in
            let first = try await client.ask(.post, "/api/v1/jobs", Self.job).object
            await painter.starts.arrivals(reach: 1)
            let second = try await client.ask(.post, "/api/v1/jobs", Self.job).object
            guard case .string(let url)? = second["url"], case .string(let running)? = first["url"] else { return }
            #expect(try await client.ask(.get, url).object["state"] == .string("queued"))
            let progress = try await client.ask(.get, running).object
            #expect(progress["state"] == .string("running"))
            #expect(progress["progress"]?["steps"] == .integer(2))

            let cancelled = try await client.ask(.delete, url)
            #expect(cancelled.status == .ok)
            #expect(try cancelled.object["state"] == .string("cancelled"))
            // Again: it stays as it is.
            #expect(try await client.ask(.delete, url).object["state"] == .string("cancelled"))

            let all = try await client.ask(.get, "/api/v1/jobs?limit=1").object
            #expect(all["items"]?[0]?["id"] == second["id"])
            #expect(all["next"] == second["id"])
            let rest = try await client.ask(.get, "/api/v1/jobs?limit=1&before=\(url.suffix(32))").object
            #expect(rest["items"]?[0]?["id"] == first["id"])
            #expect(rest["next"] == .null)
            #expect(try await client.ask(.get, "/api/v1/jobs?state=cancelled").object["items"]?[1] == nil)
        }
    }

    @Test("that wait tell how many come before them, in the order of their turns; others tell none")
    func positions() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run { client async throws in
            func submit(_ priority: Int) async throws -> JSONValue? {
                try await client.ask(
                    .post, "/api/v1/jobs",
                    #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 2, "priority": \#(priority)}"#).object["id"]
            }
            let running = try #require(try await submit(0))
            await painter.starts.arrivals(reach: 1)
            let (later, first, last) = (try await submit(0), try await submit(5), try await submit(-5))
            func positions() async throws -> [JSONValue: JSONValue?] {
                guard case .array(let items)? = try await client.ask(.get, "/api/v1/jobs").object["items"] else { return [:] }
                for item in items {
                    guard case .string(let id)? = item["id"] else { continue }
                    #expect(try await client.ask(.get, "/api/v1/jobs/\(id)").object["position"] == item["position"])
                }
                return Dictionary(uniqueKeysWithValues: items.map { ($0["id"] ?? .null, $0["position"]) })
            }
            #expect(try await positions() == [running: .null, first!: .integer(0), later!: .integer(1), last!: .integer(2)])
            guard case .string(let cancelled)? = first else { return }
            _ = try await client.ask(.delete, "/api/v1/jobs/\(cancelled)")
            #expect(try await positions() == [running: .null, first!: .null, later!: .integer(0), last!: .integer(1)])
        }
    }

    @Test("the queue is paused, put into another order, emptied and let go on")
    func queue() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run { client async throws in
            let first = try await client.ask(.post, "/api/v1/jobs", Self.job).object["id"]
            guard case .string(let running)? = first else { Issue.record("no job"); return }
            await painter.starts.arrivals(reach: 1)
            var ids: [String] = []
            for _ in 0..<3 {
                guard case .string(let id)? = try await client.ask(.post, "/api/v1/jobs", Self.job).object["id"] else { return }
                ids.append(id)
            }
            let state = try await client.ask(.put, "/api/v1/queue", #"{"is_paused": true}"#).object
            #expect(state == ["is_paused": .bool(true), "waiting": .integer(3), "running": .integer(1), "remaining_seconds": .null])
            #expect(try await client.ask(.get, "/api/v1/queue").object == state)

            #expect(try await client.ask(.patch, "/api/v1/jobs/\(ids[2])", #"{"position": 0}"#).object["position"] == .integer(0))
            #expect(try await client.ask(.get, "/api/v1/jobs/\(ids[0])").object["position"] == .integer(1))
            let refused = try await client.ask(.patch, "/api/v1/jobs/\(running)", #"{"position": 0}"#)
            #expect(refused.status == .conflict)
            let error = try #require(try refused.object["error"])
            #expect(error["code"] == .string("not_waiting") && error["reason"] == .string("not_waiting"))
            #expect(error["values"] == .object(["id": .string(running), "state": .string("running")]))
            let nobody = "/api/v1/jobs/\(String(repeating: "0", count: 32))"
            #expect(try await client.ask(.patch, nobody, #"{"position": 0}"#).status == .notFound)

            for query in ["", "?state=done"] {
                #expect(try await client.ask(.delete, "/api/v1/jobs\(query)").status == .unprocessableContent, "\(query)")
            }
            #expect(try await client.ask(.delete, "/api/v1/jobs?state=queued").object == ["cancelled": .integer(3)])
            let over = try await client.ask(.get, "/api/v1/jobs/\(ids[0])").object
            #expect(over["state"] == .string("cancelled") && over["failure_reason"] == .string("cancelled"))
            #expect(try await client.ask(.put, "/api/v1/queue", #"{"is_paused": false}"#).object["is_paused"] == .bool(false))
        }
    }

    @Test("the pictures of a run can be fetched while the next is drawn, and the job tells how far both are")
    func runs() async throws {
        let painter = FakePainter(isHeld: true)
        let walk = try Walk(painter: painter)
        let events = walk.jobs.events.stream()
        try await walk.run { client async throws in
            let body = #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 2, "runs": 2}"#
            guard case .string(let url)? = try await client.ask(.post, "/api/v1/jobs", body).object["url"] else { return }
            await painter.starts.arrivals(reach: 1)
            painter.starts.letOneThrough()
            for await event in events { if case .pictures = event.event { break } }
            await painter.starts.arrivals(reach: 2)
            let job = try await client.ask(.get, url).object
            #expect(job["state"] == .string("running"))
            let progress = try #require(job["progress"])
            #expect(progress["run"] == .integer(2) && progress["runs"] == .integer(2))
            #expect(progress["run_steps"] == .integer(2) && progress["steps"] == .integer(4))
            guard case .string(let picture)? = job["pictures"]?[0]?["url"] else { Issue.record("no picture"); return }
            #expect(try await client.ask(.get, picture).status == .ok)
            #expect(try await client.ask(.get, "/api/v1/images").object["items"]?[0]?["url"] == .string(picture))
        }
    }

    @Test("a repeated key of the same client gives the same job")
    func idempotency() async throws {
        var options = ServerOptions()
        options.keys = ["one": "ada", "two": "bob"]
        try await Walk(options: options).run { client async throws in
            func submit(_ key: String, _ bearer: String) async throws -> JSONValue? {
                let headers: HTTPFields = [.authorization: "Bearer \(bearer)", HTTPField.Name("Idempotency-Key")!: key]
                return try await client.ask(.post, "/api/v1/jobs", Self.job, headers: headers).object["id"]
            }
            let first = try await submit("k", "one")
            #expect(first != nil)
            #expect(try await submit("k", "one") == first)
            #expect(try await submit("l", "one") != first)
            #expect(try await submit("k", "two") != first)
        }
    }

    @Test("a repeated key with another body is refused, and names the job", arguments: [
        #"{"prompt": "a plum", "width": 64, "height": 64, "steps": 2}"#, #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 3}"#,
        #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 2, "seed": 1}"#,
    ])
    func otherBody(body: String) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let headers: HTTPFields = [HTTPField.Name("Idempotency-Key")!: "k"]
            let first = try await client.ask(
                .post, "/api/v1/jobs", #"{"prompt": "a pear", "width": 64, "height": 64, "steps": 2}"#, headers: headers).object["id"]
            guard case .string(let id)? = first else { Issue.record("no job"); return }
            let refused = try await client.ask(.post, "/api/v1/jobs", body, headers: headers)
            #expect(refused.status == .conflict && refused.text.contains(id))
            #expect(
                try refused.object["error"]?["code"] == .string("idempotency_key_reused") && refused.object[
                    "error"]?["field"] == .string("Idempotency-Key"))
            // The same in another spelling is the same.
            let again = try await client.ask(
                .post, "/api/v1/jobs", #"{ "steps":2, "seed":null, "height":64, "width":64, "prompt":"a pear" }"#, headers: headers)
            #expect(try again.status == .accepted && again.object["id"] == first)
        }
    }

    @Test("beyond the queue's capacity are refused with a time to come back")
    func full() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter, change: { $0.queue.capacity = 1 }).run { client async throws in
            _ = try await client.ask(.post, "/api/v1/jobs", Self.job)
            await painter.starts.arrivals(reach: 1)
            #expect(try await client.ask(.post, "/api/v1/jobs", Self.job).status == .accepted)
            for path in ["/api/v1/jobs", "/sdapi/v1/txt2img"] {
                let refused = try await client.ask(.post, path, Self.job)
                #expect(refused.status == .tooManyRequests)
                #expect(refused.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
                #expect(refused.text.contains("queue_capacity"))
            }
        }
    }

    @Test(
        "what cannot be is refused with the field at fault",
        arguments: [
            (#"{"steps": 1000}"#, "steps"), (#"{"width": 500}"#, "width"), (#"{"width": "wide"}"#, "width"),
            (#"{"sampler": "Nobody"}"#, "sampler"),
            (#"{"model": "../../etc/passwd"}"#, "model"), (#"{"stpes": 3}"#, "stpes"), (#"{"runs": 100}"#, "runs"),
        ])
    func refused(body: String, field: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.post, "/api/v1/jobs", body)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.object["error"]?["field"] == .string(field))
            #expect(try answer.object["error"]?["reason"] != .string("invalid_value"))
        }
    }

    @Test("a body that is no JSON is refused", arguments: ["{", "[]", "\"text\"", "nonsense"])
    func malformed(body: String) async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.post, "/api/v1/jobs", body).status == .badRequest)
            #expect(try await client.ask(.post, "/sdapi/v1/txt2img", body).status == .badRequest)
            #expect(try await client.ask(.post, "/v1/images/generations", body).status == .badRequest)
        }
    }

    @Test("names that no job has are not found", arguments: ["00000000000000000000000000000000", "x", "%00", "..%2F..%2Feasel.sqlite"])
    func unknown(id: String) async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.get, "/api/v1/jobs/\(id)").status == .notFound)
            #expect(try await client.ask(.delete, "/api/v1/jobs/\(id)").status == .notFound)
        }
    }

    @Test("are told to the log without their prompts, unless that is asked for", arguments: [false, true])
    func prompts(isLogged: Bool) async throws {
        var options = ServerOptions()
        options.logsPrompts = isLogged
        let walk = try Walk(options: options)
        try await walk.run { client async throws in
            _ = try await client.ask(.post, "/sdapi/v1/txt2img", #"{"prompt": "my secret wish", "width": 64, "height": 64, "steps": 2}"#)
            _ = try await client.ask(.get, "/api/v1/images?q=secret")
        }
        #expect(walk.log.lines.contains { $0.contains("secret") } == isLogged)
        #expect(walk.log.lines.contains { $0.contains("Answered") && $0.contains("path=/sdapi/v1/txt2img") && $0.contains("status=200") })
    }
}
