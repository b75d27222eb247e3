import Files
import Foundation
import HTTPTypes
import HummingbirdTesting
@testable import Server
import Settings
import Testing

@Suite("Who may ask for what")
struct ProtectionTests {
    private static var guarded: ServerOptions {
        var options = ServerOptions()
        options.passwords = ["ada": "secret"]
        options.keys = ["sk-1": "bot"]
        return options
    }

    private static let ada = "Basic " + Data("ada:secret".utf8).base64EncodedString()

    @Test(
        "without credentials nobody, in the form that the clients of a route read",
        arguments: ["/sdapi/v1/options", "/v1/models", "/api/v1/jobs", "/metrics", "/no/such/place"])
    func unauthorized(path: String) async throws {
        try await Walk(options: Self.guarded).run { client async throws in
            for headers in [[:], [.authorization: "Bearer sk-2"]] as [HTTPFields] {
                let answer = try await client.ask(.get, path, headers: headers)
                #expect(answer.status == .unauthorized)
                #expect(answer.headers[values: .wwwAuthenticate].first == "Basic realm=\"Easel\", charset=\"UTF-8\"")
                let object = try answer.object
                switch path {
                case "/sdapi/v1/options": #expect(object["error"] == .string("unauthorized") && object["detail"] != nil)
                case "/v1/models": #expect(object["error"]?["type"] == .string("authentication_error"))
                default: #expect(object["error"]?["code"] == .string("unauthorized"))
                }
            }
        }
    }

    @Test("with a password or a key everybody who has one, under that name")
    func authorized() async throws {
        try await Walk(options: Self.guarded).run { client async throws in
            for header in [Self.ada, "Bearer sk-1"] {
                #expect(try await client.ask(.get, "/sdapi/v1/options", headers: [.authorization: header]).status == .ok)
            }
        }
    }

    @Test("whether the server is alive and ready is open to all")
    func health() async throws {
        try await Walk(options: Self.guarded).run { client async throws in
            #expect(try await client.ask(.get, "/healthz").status == .ok)
            #expect(try await client.ask(.get, "/readyz").status == .ok)
            #expect(try await client.ask(.get, "/healthz/../metrics").status != .ok)
        }
    }

    @Test(
        "a server for this machine answers to its names only",
        arguments: [
            ("localhost", true), ("localhost:7860", true), ("LOCALHOST:1", true), ("127.0.0.1:7860", true), ("127.1.2.3", true),
            ("[::1]:7860", true), ("::1", true),
            ("evil.example", false), ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("192.168.1.2:7860", false),
            ("[::2]", false),
            ("", false), ("127.0.0.1@evil.example", false),
        ])
    func loopbackNames(host: String, isLoopback: Bool) { #expect(host.isLoopbackHost == isLoopback) }

    @Test("it refuses a name that a web page may have given it, unless it asks everybody who they are")
    func rebinding() async throws {
        for (options, status) in [(ServerOptions(), "403"), (Self.guarded, "401")] {
            try await Walk(options: options).run(.live) { client async throws in
                let connection = try RawConnection(port: try #require(client.port))
                connection.send("GET /sdapi/v1/options HTTP/1.1\r\nHost: evil.example:7860\r\nConnection: close\r\n\r\n")
                #expect(await connection.read(until: "never").hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }

    @Test("it does not listen for other machines without asking who they are, unless it is told to")
    func unprotected() async throws {
        var options = ServerOptions()
        options.host = "0.0.0.0"
        let error = await #expect(throws: ServerError.self) { try await Walk(options: options).server.run() }
        #expect(error?.description.contains("0.0.0.0") == true && error?.description.contains("--auth user:password") == true)
        options.isOpenToAll = true
        #expect(throws: Never.self) { try options.checkProtection() }
        options.isOpenToAll = false
        options.keys = ["sk-1": "bot"]
        #expect(throws: Never.self) { try options.checkProtection() }
        for host in ["127.0.0.1", "localhost", "::1"] {
            var options = ServerOptions()
            options.host = host
            #expect(throws: Never.self) { try options.checkProtection() }
        }
    }

    @Test(
        "a page of another site may read what it is shown, and change nothing",
        arguments: [
            (["Origin": "https://evil.example"], false), (["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"], false),
            (["Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"], false), (["Origin": "null"], false),
            (["Origin": "http://localhost"], true), (["Origin": "https://front.example", "Sec-Fetch-Site": "same-origin"], true),
            ([:], true),
        ] as [([String: String], Bool)])
    func origins(headers: [String: String], isAllowed: Bool) async throws {
        try await Walk().run { client async throws in
            var fields = HTTPFields()
            for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt", headers: fields).status == (isAllowed ? .ok : .forbidden))
            #expect(try await client.ask(.get, "/sdapi/v1/options", headers: fields).status == .ok)
        }
    }

    @Test("who asks too often is told when to come back")
    func rate() async throws {
        try await Walk(change: { $0.limits.requestsPerSecond = 2 }).run { client async throws in
            var statuses: [Int] = []
            for _ in 0..<40 {
                let answer = try await client.ask(.get, "/v1/models")
                statuses.append(answer.status.code)
                guard answer.status == .tooManyRequests else { continue }
                #expect(answer.headers[.retryAfter] == "1")
                #expect(try answer.object["error"]?["type"] == .string("rate_limit_error"))
            }
            #expect(statuses.prefix(2) == [200, 200])
            #expect(statuses.contains(429))
        }
    }

    @Test("a body that is too large is refused with its size and the limit")
    func bodies() async throws {
        try await Walk(change: { $0.limits.bodyBytes = 1000 }).run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/txt2img", #"{"prompt": ""# + String(repeating: "a", count: 2000) + #""}"#)
            #expect(answer.status == .contentTooLarge)
            #expect(answer.text.contains("2014") && answer.text.contains("1000") && answer.text.contains("max_body_bytes"))
        }
    }

    @Test("browsers are told to take answers for nothing but what they are")
    func headers() async throws {
        try await Walk().run { client async throws in
            for path in ["/sdapi/v1/options", "/no"] {
                let headers = try await client.ask(.get, path).headers
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[HTTPField.Name("X-Frame-Options")!] == "DENY")
                #expect(headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
                #expect(headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] == "same-origin")
                #expect(headers[.cacheControl] == "no-store")
            }
        }
    }
}
