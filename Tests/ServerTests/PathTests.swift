import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
@testable import Server
import Settings
import Testing

@Suite("Paths of requests", .timeLimit(.minutes(30)))
struct PathTests {
    // MARK: Names in them

    @Test(
        "a model is found by its name, percent-encoded as clients do it",
        arguments: [
            ("a b", "a%20b"), ("ü", "%C3%BC"), ("ü", "%c3%bc"), ("ü", "u%CC%88"), ("アニメ", "%E3%82%A2%E3%83%8B%E3%83%A1"),
            ("x [v1]", "x%20%5Bv1%5D"), ("x [v1]", "x%20[v1]"),
            ("a+b", "a+b"), ("a+b", "a%2Bb"), ("50%", "50%25"), ("50%25", "50%2525"), ("folder/Model", "folder%2FModel"), ("a?b", "a%3Fb"),
            ("a#b", "a%23b"),
            ("a&b=c", "a%26b=c"), ("it's (1)", "it's%20(1)"), ("load", "load"), ("😀", "%F0%9F%98%80"), ("v1.5~x_y-z", "v1.5~x_y-z"),
            ("{name}", "%7Bname%7D"), ("\"q\"", "%22q%22"),
        ])
    func names(name: String, encoded: String) async throws {
        let walk = try Walk()
        walk.engine.change { $0.moreModels = [name] }
        try await walk.run { client async throws in
            let loaded = try await client.ask(.post, "/api/v1/models/\(encoded)/load")
            #expect(try loaded.object["current"] == .string(name))
            #expect(walk.engine.seen.loads == [name])
            #expect(try await client.ask(.get, "/v1/models/\(encoded)").object["id"] == .string(name))
        }
    }

    @Test(
        "a name whose encoding is broken is refused, and the refusal shows it",
        arguments: ["%", "a%2", "%zz", "%C3", "%FF", "%ED%A0%80", "a%00b", "%C0%AF"])
    func brokenNames(encoded: String) async throws {
        let walk = try Walk()
        walk.engine.change { $0.moreModels = ["a"] }
        try await walk.run { client async throws in
            for (method, path) in [
                (.post, "/api/v1/models/\(encoded)/load"), (.get, "/v1/models/\(encoded)"), (.get, "/api/v1/jobs/\(encoded)"),
                (.get, "/api/v1/images/\(encoded).png"),
                (.delete, "/api/v1/compilations/\(encoded)"), (.get, "/page/\(encoded)"),
            ] as [(HTTPRequest.Method, String)] {
                let answer = try await client.ask(method, path)
                #expect(answer.status == .notFound)
                #expect(answer.text.contains("\\\"\(encoded)\\\"") && answer.text.contains("percent-encoded"), "\(answer.text)")
            }
            #expect(walk.engine.seen.loads == [] && walk.engine.seen.dropped == [])
        }
    }

    @Test("every other name in a path is decoded as well")
    func otherNames() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await client.ask(.delete, "/api/v1/compilations/%75net%2D1").object["dropped"] == .integer(1))
            #expect(try await client.ask(.get, "/page/main%2Ejs").status == .ok)
            #expect(try await client.ask(.get, "/page/..%2Fmain.js").status == .notFound)
        }
    }

    @Test(
        "a query is decoded as forms are encoded",
        arguments: [
            ("/?q=a+b", "a b"), ("/?x=1&q=a%2Bb%20%C3%BC", "a+b ü"), ("/?%71=a%26b", "a&b"), ("/?q=%zz", "%zz"), ("/?q", ""),
            ("/?q==&q=2", "="), ("/?x", nil), ("/", nil)] as [(String, String?)])
    func queries(target: String, value: String?) {
        #expect(Self.request(target).query("q") == value)
    }

    // MARK: Slashes

    @Test(
        "slashes too many are dropped, and nothing else",
        arguments: [
            ("//sdapi/v1/txt2img", "/sdapi/v1/txt2img"), ("/sdapi/v1/txt2img/", "/sdapi/v1/txt2img"), ("///v1///models//", "/v1/models"),
            ("/", "/"), ("//", "/"), ("", "/"),
            ("/v1/models/?a=//b/", "/v1/models?a=//b/"), ("/a%2F%2Fb/", "/a%2F%2Fb"), ("/a/../b", "/a/../b"),
            ("http://localhost:7860//v1/models/?x", "/v1/models?x"), ("/?", "/?"),
            ("/e/\u{301}/x", "/e/\u{301}/x"),
        ])
    func normalized(target: String, path: String) {
        #expect(NormalizedPaths<RouterResponder<ClientContext>>.normalizedTarget(of: Self.request(target)) == path)
    }

    private static func request(_ target: String) -> Request {
        Request(head: .init(method: .get, scheme: nil, authority: nil, path: target), body: .init(buffer: .init()))
    }

    private static let spellings: [@Sendable (String) -> String] = [
        { $0 }, { "/" + $0 }, { $0 + "/" }, { "//" + $0 + "//" }, { "/" + $0.split(separator: "/").joined(separator: "//") },
    ]

    @Test(
        "however many slashes it has, a path is answered the same, in status and shape",
        arguments: [
            (.get, "/sdapi/v1/options", nil), (.head, "/sdapi/v1/options", nil), (.post, "/sdapi/v1/png-info", "{}"),
            (.get, "/sdapi/v1/nothing", nil),
            (.post, "/sdapi/v1/nothing", "{}"), (.delete, "/sdapi/v1/txt2img", nil), (.get, "/v1/models", nil),
            (.get, "/v1/models/demo", nil), (.get, "/v1/nothing", nil),
            (.post, "/v1/images/generations", "{}"), (.put, "/api/v1/settings", "[]"), (.get, "/api/v1/jobs", nil),
            (.patch, "/api/v1/jobs", nil), (.get, "/healthz", nil),
            (.get, "/sdapi", nil), (.get, "/v1", nil),
        ] as [(HTTPRequest.Method, String, String?)])
    func sameAnswer(method: HTTPRequest.Method, path: String, body: String?) async throws {
        try await Walk().run { client async throws in
            let plain = try await client.ask(method, path, body)
            for spelling in Self.spellings {
                let answer = try await client.ask(method, spelling(path), body)
                #expect(answer.status == plain.status, "\(spelling(path))")
                #expect(answer.text == plain.text, "\(spelling(path))")
                #expect(answer.headers[.allow] == plain.headers[.allow] && answer.headers[.connection] == plain.headers[.connection])
            }
        }
    }

    @Test("what is open to all is open by its own path only, and nothing else is by more slashes")
    func protection() async throws {
        var options = ServerOptions()
        options.keys = ["sk-1": "bot"]
        try await Walk(options: options).run { client async throws in
            for spelling in Self.spellings {
                #expect(try await client.ask(.get, spelling("/healthz")).status == .ok)
                let refused = try await client.ask(.get, spelling("/v1/models"))
                #expect(refused.status == .unauthorized)
                #expect(try refused.object["error"]?["type"] == .string("authentication_error"))
            }
            for path in ["/healthz/metrics", "/healthz/../metrics", "/healthz%2F..%2Fmetrics", "//healthz//..//metrics"] {
                #expect(try await client.ask(.get, path).status == .unauthorized)
            }
        }
    }

    // MARK: Connections

    @Test(
        "a refusal leaves the connection usable, whether the body was read or not",
        arguments: [
            ("POST", "/sdapi/v1/nothing", 404), ("DELETE", "/sdapi/v1/options/", 405), ("POST", "//v1/models", 405),
            ("POST", "/sdapi/v1/interrupt", 200),
            ("POST", "/api/v1/jobs//", 413), ("PUT", "/api/v1/settings", 413), ("POST", "/v1/models/%zz", 404),
        ])
    func refusals(method: String, path: String, status: Int) async throws {
        // Longer than what comes in one piece.
        let body = "{\"prompt\": \"" + String(repeating: "a", count: 300_000) + "\"}"
        try await Walk(change: { $0.limits.bodyBytes = 1000 }).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            for _ in 0..<2 {
                connection.ask(method, path, body)
                #expect(await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
            }
            connection.ask("GET", "/healthz/")
            #expect(await connection.read(until: "1.2.3").contains("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(
        "so do refusals of who may call",
        arguments: [(["Authorization: Bearer nobody"], 401), (["Origin: http://evil.example", "Authorization: Bearer sk-1"], 403)])
    func refusedCallers(headers: [String], status: Int) async throws {
        var options = ServerOptions()
        options.keys = ["sk-1": "bot"]
        let body = String(repeating: "a", count: 300_000)
        try await Walk(options: options).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            for _ in 0..<2 {
                connection.ask("POST", "/sdapi/v1/txt2img/", body, headers: headers)
                #expect(await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
            }
            connection.ask("GET", "/healthz")
            #expect(await connection.read(until: "1.2.3").contains("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(
        "a path that draws ends its connection, and says so, however many slashes it has",
        arguments: ["/sdapi/v1/txt2img", "//sdapi/v1/txt2img", "/sdapi/v1/txt2img/", "//v1//images/generations/"])
    func drawing(path: String) async throws {
        try await Walk().run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            connection.ask("POST", path, #"{"prompt": "a", "width": 64, "height": 64, "steps": 2, "size": "64x64"}"#)
            let answer = await connection.read(until: "never")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
        }
    }
}
