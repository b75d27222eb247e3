import Foundation
import HTTPTypes
import HummingbirdTesting
@testable import Server
import Testing

@Suite("Behind a proxy, and for pages of other origins", .timeLimit(.minutes(30)))
struct ProxyTests {
    private static func options(
        publicURL: String? = nil, trusting: String? = nil, cors: [String] = [], allowing: [String] = []) throws -> ServerOptions {
        var options = ServerOptions()
        options.publicAddress = try publicURL.map { try WebAddress($0) }
        options.trustedProxies = try trusting.map { [try AddressRange($0)] } ?? []
        options.sharedOrigins = try SharedOrigins(cors)
        options.allowedHosts = try HostNames(allowing)
        return options
    }

    /// - Returns: the whole answer.
    private static func answer(
        _ options: ServerOptions, _ method: String, _ path: String, _ json: String = "", headers: [String]) async throws -> String {
        let answer = LockedList()
        try await Walk(options: options).run(.live) { client async throws in
            let connection = try RawConnection(port: try #require(client.port))
            let lines = ["\(method) \(path) HTTP/1.1", "Content-Length: \(json.utf8.count)", "Connection: close"] + headers
            connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + json)
            answer.add(await connection.read(until: "never"))
        }
        return answer.items.joined()
    }

    // MARK: Addresses in answers

    @Test(
        "addresses begin where the client has reached the server, as far as that can be believed",
        arguments: [
            (nil, nil, ["Host: localhost:7860"], "http://localhost:7860/"),
            (nil, nil, [
                "Host: localhost", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example",
                "Forwarded: host=evil.example"], "http://localhost/"),
            (nil, "10.0.0.0/8", ["Host: localhost", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example"], "http://localhost/"),
            (nil, "127.0.0.1", [
                "Host: localhost:7860", "X-Forwarded-Proto: https, http", "X-Forwarded-Host: a.example"], "https://a.example/"),
            (nil, "127.0.0.0/8", ["Host: localhost", "X-Forwarded-Proto: https"], "https://localhost/"),
            (nil, "127.0.0.1", [
                "Host: localhost", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.example",
                "X-Forwarded-Port: 8443"], "https://a.example:8443/"),
            (nil, "127.0.0.1", [
                "Host: localhost", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.example:443",
                "X-Forwarded-Port: 443"], "https://a.example/"),
            (nil, "127.0.0.1", ["Host: [::1]", "X-Forwarded-Port: 8080"], "http://[::1]:8080/"),
            (nil, "127.0.0.1", [
                "Host: localhost", "Forwarded: for=1.2.3.4;proto=https;host=\"a.example:8443\""], "https://a.example:8443/"),
            (nil, "127.0.0.1", ["Host: localhost:7860", "X-Forwarded-Proto: javascript", "X-Forwarded-Host: a/b"], "http://localhost:"),
            ("https://p.example/easel/", nil, ["Host: localhost", "X-Forwarded-Host: evil.example"], "https://p.example/easel/"),
            ("https://p.example", "127.0.0.1", ["Host: localhost", "X-Forwarded-Host: b.example"], "https://p.example/"),
        ] as [(String?, String?, [String], String)])
    func addresses(publicURL: String?, trusting: String?, headers: [String], beginning: String) async throws {
        let answer = try await Self.answer(
            Self.options(publicURL: publicURL, trusting: trusting), "POST", "/v1/images/generations",
            #"{"prompt": "a pear", "size": "64x64", "steps": 2, "response_format": "url"}"#, headers: headers)
        #expect(answer.contains("\"url\":\"\(beginning)"), "\(answer)")
    }

    @Test(
        "the client of a trusted proxy is the one whose requests are counted and logged, and no other's word is taken",
        arguments: [
            ("127.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"), ("127.0.0.1", "9.9.9.9, x, 127.0.0.1", "127.0.0.1"),
            ("10.0.0.1", "1.2.3.4", "127.0.0.1")])
    func clients(trusting: String, forwarded: String, client: String) async throws {
        let walk = try Walk(options: Self.options(trusting: trusting))
        try await walk.run(.live) { test async throws in
            let connection = try RawConnection(port: try #require(test.port))
            connection.ask("GET", "/v1/models", headers: ["X-Forwarded-For: \(forwarded)"])
            _ = await connection.read(until: "\r\n\r\n")
        }
        #expect(walk.log.lines.contains { $0.contains("client=\(client) ") && $0.contains("/v1/models") })
    }

    // MARK: Names and origins

    @Test(
        "a name is answered to when it is the machine's own, allowed, or the public one; a refusal tells how to allow it",
        arguments: [
            (nil, [], "host.docker.internal:7860", true), (nil, [], "easel.localhost", true), (nil, [], "evil.example:7860", false),
            (nil, ["easel.lan"], "easel.lan", true),
            ("http://easel.lan:8080", [], "easel.lan:7860", true), ("http://easel.lan", [], "evil.example", false),
        ] as [(String?, [String], String, Bool)])
    func hosts(publicURL: String?, allowing: [String], host: String, isAllowed: Bool) async throws {
        // What a page says of itself in other headers does not help it.
        let answer = try await Self.answer(
            Self.options(publicURL: publicURL, trusting: "127.0.0.1", allowing: allowing), "GET", "/sdapi/v1/options",
            headers: ["Host: \(host)", "X-Forwarded-Host: localhost"])
        #expect(answer.hasPrefix("HTTP/1.1 \(isAllowed ? 200 : 403) "), "\(answer)")
        if !isAllowed { #expect(answer.contains("--allow-host evil.example.") && answer.contains("\\\"evil.example\\\"")) }
    }

    @Test(
        "the page works behind a proxy that changes the name, once the server knows it",
        arguments: [
            (nil, nil, ["Origin: http://p.example"], false), ("http://p.example", nil, ["Origin: http://p.example"], true),
            ("http://p.example", nil, ["Origin: http://q.example"], false),
            ("http://p.example", nil, ["Origin: https://p.example"], false),
            ("http://P.example:80/easel", nil, ["Origin: http://p.example"], true),
            ("http://p.example", nil, ["Origin: http://localhost"], true),
            (nil, "127.0.0.1", ["Origin: http://p.example", "X-Forwarded-Host: p.example"], true),
            (nil, "127.0.0.1", [
                "Origin: https://p.example:8443", "X-Forwarded-Proto: https", "X-Forwarded-Host: p.example",
                "X-Forwarded-Port: 8443"], true),
            (nil, "127.0.0.1", ["Origin: http://q.example", "X-Forwarded-Host: p.example"], false),
            (nil, nil, ["Origin: http://p.example", "X-Forwarded-Host: p.example"], false),
            (nil, nil, ["Origin: https://localhost"], true), (nil, nil, ["Origin: http://localhost:80"], true),
        ] as [(String?, String?, [String], Bool)])
    func page(publicURL: String?, trusting: String?, headers: [String], isAllowed: Bool) async throws {
        let answer = try await Self.answer(
            Self.options(publicURL: publicURL, trusting: trusting), "POST", "/sdapi/v1/interrupt", headers: ["Host: localhost"] + headers)
        #expect(answer.hasPrefix("HTTP/1.1 \(isAllowed ? 200 : 403) "), "\(answer)")
        if !isAllowed { #expect(answer.contains("--public-url http") && answer.contains("--cors http")) }
    }

    // MARK: Other origins

    @Test(
        "a page of a shared origin may send what it asks for, and see the answer",
        arguments: [
            (["https://front.example"], "https://front.example"), (["localhost:3000"], "http://localhost:3000"),
            (["http://a", "HTTP://B/"], "http://b"), (["*"], "https://any.example"), (["*"], "null")])
    func shared(cors: [String], origin: String) async throws {
        let shown = cors == ["*"] ? "*" : origin
        try await Walk(options: Self.options(cors: cors)).run { client async throws in
            let asked = "authorization,content-type, x-stainless-lang,x-stainless-retry-count"
            let preflight = try await client.ask(.options, "/v1/images/generations", headers: [
                .origin: origin, .accessControlRequestMethod: "POST", .accessControlRequestHeaders: asked,
                HTTPField.Name("Access-Control-Request-Private-Network")!: "true",
            ])
            #expect(preflight.status == .noContent)
            #expect(preflight.headers[.accessControlAllowOrigin] == shown)
            #expect(
                preflight.headers[.accessControlAllowHeaders] == "authorization, content-type, x-stainless-lang, x-stainless-retry-count")
            #expect(
                preflight.headers[.accessControlAllowMethods]?.contains("POST") == true && preflight.headers[.accessControlMaxAge] == "600")
            #expect(preflight.headers[HTTPField.Name("Access-Control-Allow-Private-Network")!] == "true")
            #expect(preflight.headers[.accessControlAllowCredentials] == (shown == "*" ? nil : "true"))
            // Refusals can be read as well.
            for (method, path, status) in [(.post, "/sdapi/v1/interrupt", .ok), (.get, "/no", .notFound)] as [
                (HTTPRequest.Method, String, HTTPResponse.Status)] {
                let answer = try await client.ask(method, path, headers: [.origin: origin])
                #expect(answer.status == status && answer.headers[.accessControlAllowOrigin] == shown)
                #expect(answer.headers[.accessControlExposeHeaders]?.contains("Retry-After") == true)
            }
        }
    }

    @Test(
        "a page of any other may not",
        arguments: [
            "https://evil.example", "http://front.example", "https://front.example.evil.example", "null", "https://front.example:8443", ""])
    func notShared(origin: String) async throws {
        try await Walk(options: Self.options(cors: ["https://front.example"])).run { client async throws in
            let preflight = try await client.ask(
                .options, "/v1/images/generations", headers: [.origin: origin, .accessControlRequestMethod: "POST"])
            #expect(preflight.status == .methodNotAllowed && preflight.headers[.accessControlAllowOrigin] == nil)
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt", headers: [.origin: origin]).status == .forbidden)
            // Browsers keep answers, and those for different origins are different.
            let read = try await client.ask(.get, "/sdapi/v1/options", headers: [.origin: origin])
            #expect(
                read.headers[.accessControlAllowOrigin] == nil && read.headers[.accessControlAllowCredentials] == nil && read.headers[
                    .vary] == "Origin")
        }
        try await Walk().run { client async throws in
            #expect(
                try await client.ask(
                    .options, "/v1/images/generations",
                    headers: [.origin: origin, .accessControlRequestMethod: "POST"]).headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test("where any page may call, none does so with a password that a browser remembers")
    func anyWithPasswords() async throws {
        var options = try Self.options(cors: ["*"])
        options.passwords = ["ada": "secret"]
        options.keys = ["sk-1": "bot"]
        let basic = "Basic " + Data("ada:secret".utf8).base64EncodedString()
        try await Walk(options: options).run { client async throws in
            let origin = "https://any.example"
            #expect(
                try await client.ask(.post, "/sdapi/v1/interrupt", headers: [.origin: origin, .authorization: "Bearer sk-1"]).status == .ok)
            let refused = try await client.ask(.post, "/sdapi/v1/interrupt", headers: [.origin: origin, .authorization: basic])
            #expect(refused.status == .forbidden && refused.text.contains("--cors https://any.example"))
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt", headers: [.authorization: basic]).status == .ok)
            // Who is asked for credentials is asked for them still.
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt", headers: [.origin: origin]).status == .unauthorized)
            #expect(
                try await client.ask(
                    .options, "/sdapi/v1/interrupt", headers: [.origin: origin, .accessControlRequestMethod: "POST"]).status == .noContent)
        }
    }
}
