import Files
import Foundation
import HTTPTypes
import HummingbirdTesting
@testable import Server
import Testing

@Suite("Logging in with a browser")
struct LoginTests {
    private static func options(public address: String? = nil, cors: [String] = []) throws -> ServerOptions {
        var options = ServerOptions()
        options.passwords = ["ada": "secret&sons", "<b>\"": "x"]
        options.keys = ["sk-0123456789abcdef": "bot"]
        options.publicAddress = try address.map(WebAddress.init)
        options.sharedOrigins = try SharedOrigins(cors)
        return options
    }

    private static let page: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]
    private static let form = "name=ada&password=secret%26sons&next=%2F%3Fa%3D1"

    /// Logs in, and returns the cookie as a browser sends it back.
    private static func session(_ client: any TestClientProtocol, _ form: String = form) async throws -> HTTPFields {
        let answer = try await client.ask(.post, "/login", form)
        #expect(answer.status == .seeOther)
        return [.cookie: String(try #require(answer.headers[.setCookie]).prefix { $0 != ";" })]
    }

    @Test("a browser that asks for a page is sent to the form, and comes back to where it was")
    func redirect() async throws {
        try await Walk(options: Self.options()).run { client async throws in
            for (path, place) in [("/", "/login"), ("/?a=1", "/login?next=%2F%3Fa%3D1"), ("/api/v1/jobs", "/login?next=%2Fapi%2Fv1%2Fjobs")] {
                let answer = try await client.ask(.get, path, headers: Self.page)
                #expect(answer.status == .seeOther && answer.headers[.location] == place && answer.headers[.wwwAuthenticate] == nil)
            }
            let form = try await client.ask(.get, "/login?next=%2F%3Fa%3D1")
            #expect(form.status == .ok && form.headers[.contentType] == "text/html; charset=utf-8")
            #expect(form.text.contains(#"name="next" value="/?a=1""#) && !form.text.contains("{"))
            let entered = try await client.ask(.post, "/login", Self.form)
            #expect(entered.status == .seeOther && entered.headers[.location] == "/?a=1")
            // Nothing but the form and its looks is shown.
            for path in ["/page/style.css", "/page/icon.svg"] { #expect(try await client.ask(.get, path).status == .ok) }
            for path in ["/page/main.js", "/page/login.html", "/favicon.ico"] {
                #expect(try await client.ask(.get, path).status == .unauthorized)
            }
        }
    }

    @Test("clients are asked for HTTP Basic as ever; the page is not, for it has the form")
    func challenges() async throws {
        try await Walk(options: Self.options()).run { client async throws in
            let basic = "Basic realm=\"Easel\", charset=\"UTF-8\""
            for headers in [[:], [.accept: "*/*"], [.accept: "application/json"]] as [HTTPFields] {
                let answer = try await client.ask(.get, "/api/v1/jobs", headers: headers)
                #expect(answer.status == .unauthorized && answer.headers[values: .wwwAuthenticate].first == basic)
            }
            // One that sends wrong credentials is told so, whatever it accepts.
            var wrong = Self.page
            wrong[.authorization] = "Bearer sk-1"
            #expect(try await client.ask(.get, "/", headers: wrong).headers[values: .wwwAuthenticate].first == basic)
            for headers in [[.cookie: "easel_7860=old"], [.cookie: "a=b; easel_7860="], [.secFetchSite: "same-origin"]] as [HTTPFields] {
                let answer = try await client.ask(.get, "/api/v1/jobs", headers: headers)
                #expect(answer.status == .unauthorized && answer.headers[values: .wwwAuthenticate] == ["Session realm=\"Easel\""])
            }
        }
    }

    @Test("the cookie is for this server alone: no script and no other site uses it, and only TLS carries it where there is TLS")
    func cookie() async throws {
        for (address, isSecure) in [(nil, false), ("https://pictures.example.org", true), ("http://pictures.example.org", false)] {
            try await Walk(options: Self.options(public: address)).run { client async throws in
                let cookie = try #require(try await client.ask(.post, "/login", Self.form).headers[.setCookie])
                let parts = cookie.split(separator: "; ").map(String.init)
                #expect(parts.first?.wholeMatch(of: /easel_7860=[0-9a-f]{64}/) != nil)
                let flags = ["HttpOnly", "Max-Age=5184000", "Path=/", "SameSite=Strict"] + (isSecure ? ["Secure"] : [])
                #expect(parts.dropFirst().sorted() == flags)
            }
        }
    }

    @Test("a session is its user's until it is logged out, and no other token is one")
    func session() async throws {
        let walk = try Walk(options: Self.options())
        try await walk.run { client async throws in
            let mine = try await Self.session(client)
            let other = try await Self.session(client, "name=any&password=sk-0123456789abcdef")
            #expect(mine != other)
            for (headers, user) in [(mine, "ada"), (other, "bot")] {
                let answer = try await client.ask(.get, "/api/v1/session", headers: headers).object
                #expect(answer["user"] == .string(user) && answer["can_log_out"] == .bool(true))
            }
            #expect(try await client.ask(.get, "/", headers: mine.merging(Self.page)).status == .ok)
            // Who is in already has no need for the form.
            #expect(try await client.ask(.get, "/login?next=%2F%3Fb", headers: mine).headers[.location] == "/?b")

            let out = try await client.ask(.post, "/logout", headers: mine.merging([.origin: "http://localhost"]))
            #expect(out.status == .seeOther && out.headers[.location] == "/login")
            #expect(out.headers[.setCookie]?.hasPrefix("easel_7860=;") == true)
            #expect(try await client.ask(.get, "/api/v1/session", headers: mine).status == .unauthorized)
            #expect(try await client.ask(.get, "/api/v1/session", headers: other).status == .ok)
            for token in ["", "0", String(repeating: "0", count: 64)] {
                #expect(try await client.ask(.get, "/api/v1/session", headers: [.cookie: "easel_7860=\(token)"]).status == .unauthorized)
            }
            let basic: HTTPFields = [.authorization: "Basic " + Data("ada:secret&sons".utf8).base64EncodedString()]
            #expect(try await client.ask(.get, "/api/v1/session", headers: basic).object["can_log_out"] == .bool(false))
            #expect(!walk.log.lines.contains { $0.contains("secret") || $0.contains("sk-") })
        }
    }

    @Test("where nobody has to say who they are, there is nothing to log in to")
    func open() async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.get, "/api/v1/session").text == #"{"can_log_out":false,"user":null}"#)
            #expect(try await client.ask(.get, "/login").headers[.location] == "/")
            let answer = try await client.ask(.post, "/login", "name=a&password=b")
            #expect(answer.headers[.location] == "/" && answer.headers[.setCookie] == nil)
        }
    }

    @Test(
        "a change with a session needs a sign that the page itself asks for it",
        arguments: [
            ([.origin: "http://localhost"], true), ([.secFetchSite: "same-origin"], true),
            ([.origin: "https://evil.example"], false), ([.origin: "http://localhost:3000", .secFetchSite: "same-site"], false),
            ([.origin: "null"], false), ([:], false), ([.secFetchSite: "cross-site"], false),
        ] as [(HTTPFields, Bool)])
    func forgery(headers: HTTPFields, isAllowed: Bool) async throws {
        try await Walk(options: Self.options()).run { client async throws in
            let all = try await Self.session(client).merging(headers)
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt", headers: all).status == (isAllowed ? .ok : .forbidden))
            #expect(try await client.ask(.delete, "/api/v1/compilations", headers: all).status == (isAllowed ? .ok : .forbidden))
            #expect(try await client.ask(.post, "/logout", headers: all).status == (isAllowed ? .seeOther : .forbidden))
        }
    }

    @Test("where every page may call, none does so with a session")
    func shared() async throws {
        try await Walk(options: Self.options(cors: ["*"])).run { client async throws in
            let headers = try await Self.session(client).merging([.origin: "https://front.example"])
            #expect(try await client.ask(.post, "/sdapi/v1/interrupt", headers: headers).status == .forbidden)
            // Nor can one log people in.
            #expect(try await client.ask(.post, "/login", Self.form, headers: [.origin: "null"]).status == .forbidden)
        }
    }

    @Test(
        "the way back leads to no other site",
        arguments: [
            ("/", "/"), ("/?a=1", "/?a=1"), ("/api/v1/images/1.png", "/api/v1/images/1.png"), (nil, "/"), ("", "/"),
            ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"), ("javascript:alert(1)", "/"),
            ("\\\\evil.example", "/"), ("/\t/evil.example", "/"), ("/\r\nSet-Cookie: a=b", "/"), ("/ü", "/"), ("evil.example", "/"),
            ("/login?next=/login", "/"), ("/logout", "/"), ("/" + String(repeating: "a", count: 3000), "/"),
        ] as [(String?, String)])
    func wayBack(next: String?, place: String) async throws {
        #expect(LoginAddress(next: next).next == place)
        let form = "name=ada&password=secret%26sons" + (next.map { "&next=" + FormFields.encoded($0) } ?? "")
        try await Walk(options: Self.options()).run { client async throws in
            #expect(try await client.ask(.post, "/login", form).headers[.location] == place)
        }
    }

    @Test(
        "what was wrong is said in the browser's language, and what was typed is shown as text",
        arguments: [
            ("en-GB,en;q=0.9", "en", "The user name or the password is wrong."), ("zh-CN,zh;q=0.9", "zh-Hans", "用户名或密码不正确。"),
            ("de, zh", "zh-Hans", "用户名或密码不正确。"), ("", "en", "The user name or the password is wrong."),
        ])
    func refused(accepted: String, language: String, words: String) async throws {
        try await Walk(options: Self.options()).run { client async throws in
            let forms = [
                "name=ada&password=guess", "name=ada&password=", "name=&password=secret%26sons", "", "name=ada%3Asecret&password=sons",
            ]
            for form in forms {
                let answer = try await client.ask(.post, "/login", form, headers: [.acceptLanguage: accepted])
                #expect(answer.status == .forbidden && answer.headers[.setCookie] == nil)
                #expect(answer.text.contains(#"<html lang="\#(language)">"#) && answer.text.contains(words))
            }
        }
        try await Walk(options: Self.options()).run { client async throws in
            let answer = try await client.ask(.post, "/login?lang=en", "name=%3Cb%3E%22&password=guess&next=%2F%22%3E&lang=zh")
            #expect(answer.text.contains(#"value="&lt;b&gt;&quot;""#) && answer.text.contains(#"value="/&quot;&gt;""#))
            #expect(!answer.text.contains("<b>") && !answer.text.contains("guess"))
            // The form's own language comes before the browser's.
            #expect(answer.text.contains(#"<html lang="zh-Hans">"#))
        }
    }

    @Test("where there are keys only, the form asks for one")
    func keysOnly() async throws {
        var options = ServerOptions()
        options.keys = ["sk-0123456789abcdef": "bot"]
        try await Walk(options: options).run { client async throws in
            let form = try await client.ask(.get, "/login").text
            #expect(form.contains(#"<div class="field" hidden>"#) && form.contains(">Key</label>"))
            #expect(try await client.ask(.post, "/login", "password=sk-1").text.contains("This key is not known here."))
            #expect(try await client.ask(.post, "/login", "password=sk-0123456789abcdef").status == .seeOther)
        }
    }

    @Test("guessing is slow, and a form that is too long is refused")
    func guesses() async throws {
        try await Walk(options: Self.options()).run { client async throws in
            // All at once: a busy machine may take longer for one than the limit asks to wait.
            let answers = try await withThrowingTaskGroup { group in
                for _ in 0..<40 { group.addTask { try await client.ask(.post, "/login", "name=ada&password=guess") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let late = answers.filter { $0.status == .tooManyRequests }
            #expect(!late.isEmpty && answers.count { $0.status == .forbidden } >= 5)
            #expect(late.allSatisfy { $0.headers[.retryAfter] == "1" && $0.text.contains("Too many attempts.") })
        }
        try await Walk(options: Self.options()).run { client async throws in
            let answer = try await client.ask(.post, "/login", "name=" + String(repeating: "a", count: 20_000))
            #expect(answer.status == .contentTooLarge)
        }
    }
}

@Suite("The table of sessions")
struct SessionTableTests {
    private static let start = ContinuousClock.now
    private static func day(_ number: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(number * 86_400)) }

    @Test("a session ends after a week without use, and after thirty days in any case")
    func expiry() {
        var table = SessionTable<ContinuousClock.Instant>()
        let (idle, busy) = (table.begin(for: "ada", at: Self.start), table.begin(for: "bob", at: Self.start))
        #expect(table.client(of: idle, at: Self.day(6.9)) == "ada")
        for number in stride(from: 5.0, to: 30, by: 6) { #expect(table.client(of: busy, at: Self.day(number)) == "bob") }
        #expect(table.client(of: idle, at: Self.day(13.95)) == nil)
        #expect(table.client(of: busy, at: Self.day(29.9)) == "bob")
        #expect(table.client(of: busy, at: Self.day(30)) == nil)
        #expect(table.count == 0)
    }

    @Test("for a new one, those that are over go first, then the one that was not used for the longest time")
    func capacity() {
        var table = SessionTable<ContinuousClock.Instant>(capacity: 2)
        let first = table.begin(for: "a", at: Self.start)
        let second = table.begin(for: "b", at: Self.start)
        _ = table.client(of: first, at: Self.day(1))
        let third = table.begin(for: "c", at: Self.day(2))
        #expect(table.client(of: second, at: Self.day(2)) == nil)
        #expect(table.client(of: first, at: Self.day(2)) == "a" && table.client(of: third, at: Self.day(2)) == "c")
        _ = table.begin(for: "d", at: Self.day(20))
        #expect(table.count == 1)
    }
}

extension HTTPFields {
    /// These and others.
    fileprivate func merging(_ others: HTTPFields) -> HTTPFields {
        var fields = self
        for field in others { fields.append(field) }
        return fields
    }
}
