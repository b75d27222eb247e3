import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import NIOCore
@testable import Server
import Settings
import Testing
import TestSupport
import WebAPI

@Suite("The web page")
struct PageTests {
    private static let folder = Fixture.checkout.appending(path: "Sources/CWebPage/page")

    @Test("every file of its folder is inside the program, as it is there")
    func embedded() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
        #expect(Set(files.map(\.lastPathComponent)) == Set(PageFile.all.keys))
        for file in files {
            #expect(try PageFile.all[file.lastPathComponent]?.content == Data(contentsOf: file), "\(file.lastPathComponent)")
        }
    }

    @Test("every file that one of its files names is there, and none is of another place")
    func references() throws {
        let patterns = [##"(?:href|src)="([^"#][^"]*)""##, ##"\b(?:from|import)\s*\(?\s*["']([^"']+)["']"##, ##"url\(["']?([^"')]+)["']?\)"##]
        for (name, file) in PageFile.all where !name.hasSuffix(".svg") {
            let text = String(decoding: file.content, as: UTF8.self)
            let named = try patterns.map { try Regex($0, as: (Substring, Substring).self) }.flatMap {
                text.matches(of: $0).map { String($0.output.1) }
            }
            // The page itself is at the root, its files are beside each other.
            let prefixes = name.hasSuffix(".html") ? ["/page/", "page/", "./page/"] : ["./", "/page/"]
            // What is asked of the API is no file, nor is the form to log in.
            for reference in named where !["data:", "/api/", "/sdapi/", "/login"].contains(where: reference.hasPrefix) {
                let place = try #require(prefixes.first(where: reference.hasPrefix), "\(name) names \(reference)")
                #expect(PageFile.all[String(reference.dropFirst(place.count).prefix { $0 != "#" })] != nil, "\(name) names \(reference)")
            }
        }
    }

    @Test("what a visit begins with is under 260 kB, and each file is something")
    func size() throws {
        let index = String(decoding: try #require(PageFile.all["index.html"]).content, as: UTF8.self)
        let named = Set(index.matches(of: /\/page\/([\w.\-]+)/).map { String($0.output.1) })
        // Other views load when they are asked for, and one language of two.
        let sizes = PageFile.all.mapValues(\.content.count)
        let words = ["words-en.js", "words-zh.js"].compactMap { sizes[$0] }
        #expect(named.count > 20 && words.count == 2)
        #expect(named.union(["index.html"]).compactMap { sizes[$0] }.reduce(words.max() ?? 0, +) < 260_000)
        #expect(PageFile.all.values.allSatisfy { !$0.content.isEmpty && $0.mediaType.hasSuffix("; charset=utf-8") })
    }

    @Test("hints on hardware have words in both languages", arguments: ["more-en.js", "more-zh.js"])
    func hints(file: String) throws {
        let text = String(decoding: try #require(PageFile.all[file]).content, as: UTF8.self)
        for reason in DeviceSummaries.Hint.Reason.allCases { #expect(text.contains("'hint.\(reason.rawValue)':"), "\(reason)") }
    }

    @Test("errors and notices have words in both languages, with values that the documentation tells", arguments: ["en", "zh"])
    func words(language: String) throws {
        func words(_ file: String) throws -> String {
            String(decoding: try #require(PageFile.all["\(file)-\(language).js"]).content, as: UTF8.self)
        }
        let (first, later) = (try words("words"), try words("more"))
        for name in ErrorReason.Name.allCases { #expect((first + later).contains("'error.\(name.rawValue)': '"), "\(name.rawValue)") }
        // A sentence alone has nothing that could be worded.
        for name in Notice.Name.allCases where name != .told { #expect(later.contains("'notice.\(name.rawValue)': '"), "\(name.rawValue)") }

        let table = try String(contentsOf: Fixture.checkout.appending(path: "Documentation/API.md"), encoding: .utf8)
        // By the kind of words, for each name what stands beside it. `name` is also the label of the field at fault.
        for (kind, heading) in [("error", "## Errors"), ("notice", "### Notices")] {
            let section = try #require(table.components(separatedBy: heading + "\n").dropFirst().first)
            for row in section.components(separatedBy: "\n#")[0].split(separator: "\n") where row.hasPrefix("| `") {
                let cells = row.split(separator: "|").map { $0.matches(of: /`(\w+)`/).map { String($0.output.1) } }
                for name in cells[0] {
                    let pattern = try Regex("'\(kind)\\.\(name)': '((?:[^'\\\\]|\\\\.)*)'", as: (Substring, Substring).self)
                    for text in (first + later).matches(of: pattern).map(\.output.1) {
                        let used = Set(text.matches(of: /\{(\w+)[,}]/).map { String($0.output.1) })
                        #expect(used.isSubset(of: Set(cells.dropFirst().joined()).union(["name", "message"])), "\(name)")
                    }
                }
            }
        }
    }

    @Test("kinds of files and remedies have words; in English the server's detail tells the kind")
    func kinds() throws {
        let chinese = String(decoding: try #require(PageFile.all["more-zh.js"]).content, as: UTF8.self)
        for kind in ErrorReason.FileKind.allCases { #expect(chinese.contains("'kind.\(kind.rawValue)': '"), "\(kind)") }
        for file in ["more-en.js", "more-zh.js"] {
            let text = String(decoding: try #require(PageFile.all[file]).content, as: UTF8.self)
            for response in ["none", "recompile", "accuracy", "cpu", "move", "give_up"] {
                #expect(text.contains("'remedy.\(response)': '") && text.contains("'response.\(response)': '"), "\(response)")
            }
        }
    }

    @Test(
        "files are sent as what they are",
        arguments: [
            ("/", "index.html", "text/html"), ("/page/index.html", "index.html", "text/html"), ("/page/style.css", "style.css", "text/css"),
            ("/page/main.js", "main.js", "text/javascript"), ("/page/icon.svg", "icon.svg", "image/svg+xml"),
            ("/favicon.ico", "icon.svg", "image/svg+xml"),
        ])
    func files(path: String, name: String, mediaType: String) async throws {
        let file = try #require(path == "/" ? PageFile.index : PageFile.all[name])
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, path)
            #expect(answer.status == .ok)
            #expect(Data(answer.body.readableBytesView) == file.content)
            #expect(answer.headers[.contentType] == "\(mediaType); charset=utf-8")
            #expect(answer.headers[.cacheControl] == "no-cache")
            #expect(answer.headers[.contentSecurityPolicy]?.contains("script-src 'self'") == true)
            let head = try await client.ask(.head, path)
            #expect(head.status == .ok && head.headers[.contentType] == answer.headers[.contentType])
            #expect(head.headers[.eTag] == answer.headers[.eTag])
            #expect(head.headers[.contentLength] == "\(file.content.count)")
        }
    }

    @Test("the page names its files below a version, where a browser keeps them; below another it asks again")
    func versions() async throws {
        try await Walk().run { client async throws in
            let page = try await client.ask(.get, "/").text
            let names = page.matches(of: /"\/page\/kept\/(\w+)\/([\w.\-]+)/)
            #expect(names.count > 20 && names.allSatisfy { $0.output.1 == PageFile.version })
            #expect(page.ranges(of: "/page/").count == names.count)
            for name in Set(names.map { String($0.output.2) }) {
                let content = try #require(PageFile.all[name]).content
                for (version, caching) in [(PageFile.version, "private, max-age=31536000, immutable"), ("0123456789abcdef", "no-cache")] {
                    let answer = try await client.ask(.get, "/page/kept/\(version)/\(name)")
                    #expect(answer.status == .ok && Data(answer.body.readableBytesView) == content, "\(name)")
                    #expect(answer.headers[.cacheControl] == caching, "\(name)")
                }
            }
            #expect(try await client.ask(.get, "/page/kept/\(PageFile.version)/none.js").status == .notFound)
        }
    }

    @Test("its files fill no log")
    func quiet() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            for path in ["/", "/page/main.js", "/favicon.ico"] { #expect(try await client.ask(.get, path).status == .ok) }
            let lines = walk.log.lines.filter { $0.contains("Answered") }
            #expect(lines.map { String($0.prefix { $0 != " " }) } == ["info", "debug", "debug"])
        }
    }

    @Test("who has a file already gets it no second time")
    func tags() async throws {
        #expect(Set(PageFile.all.values.map(\.tag)).count == PageFile.all.count)
        try await Walk().run { client async throws in
            let tag = try #require(try await client.ask(.get, "/").headers[.eTag])
            let known = try await client.ask(.get, "/", headers: [.ifNoneMatch: tag])
            #expect(known.status == .notModified && known.text.isEmpty && known.headers[.eTag] == tag)
            #expect(try await client.ask(.get, "/page/style.css", headers: [.ifNoneMatch: tag]).status == .ok)
        }
    }

    @Test(
        "names of no file are found nowhere",
        arguments: ["page", "CWebPage.c", "..%2FCWebPage.c", "..", "%2Fetc%2Fpasswd", "main.js%00", "MAIN.JS", ""])
    func unknown(name: String) async throws {
        try await Walk().run { client async throws in #expect(try await client.ask(.get, "/page/\(name)").status == .notFound) }
    }

    @Test("who may not call may not see it, and a browser asks its user who that is, also where only keys are known")
    func guarded() async throws {
        var options = ServerOptions()
        options.keys = ["sk-1": "bot"]
        try await Walk(options: options).run { client async throws in
            for path in ["/", "/page/main.js", "/favicon.ico"] {
                let refused = try await client.ask(.get, path)
                #expect(refused.status == .unauthorized)
                #expect(refused.headers[values: .wwwAuthenticate].first?.hasPrefix("Basic") == true)
                let key = "Basic " + Data("me:sk-1".utf8).base64EncodedString()
                #expect(try await client.ask(.get, path, headers: [.authorization: key]).status == .ok)
            }
        }
    }
}
