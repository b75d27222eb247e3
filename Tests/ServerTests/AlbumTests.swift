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
import Store
import Testing
import TestSupport

@Suite("Favourites, albums and files over HTTP")
struct AlbumTests {
    /// Draws a picture for each prompt.
    private func drawn(_ client: any TestClientProtocol, _ prompts: String...) async throws -> [String] {
        for (seed, prompt) in prompts.enumerated() {
            let fields: [String: JSONValue] = [
                "prompt": .string(prompt), "steps": .integer(2), "width": .integer(64), "height": .integer(64), "seed": .integer(seed),
            ]
            _ = try await client.ask(.post, "/sdapi/v1/txt2img", String(decoding: JSONEncoder().encode(fields), as: UTF8.self))
        }
        guard case .array(let items)? = try await client.ask(.get, "/api/v1/images").object["items"] else { throw CancellationError() }
        return items.reversed().compactMap { if case .string(let id)? = $0["id"] { id } else { nil } }
    }

    private func ids(_ client: any TestClientProtocol, _ query: String) async throws -> [String] {
        let answer = try await client.ask(.get, "/api/v1/images?\(query)").object
        guard case .array(let items)? = answer["items"] else { throw CancellationError() }
        #expect(answer["total"] == .integer(items.count))
        return items.compactMap { if case .string(let id)? = $0["id"] { id } else { nil } }
    }

    @Test("a picture is made a favourite and put into albums, and the list is narrowed down by both")
    func changing() async throws {
        try await Walk().run { client async throws in
            let pictures = try await drawn(client, "apple", "pear", "plum")
            let wanted = #"{"is_favourite": true, "albums": ["猫 & co", "a"]}"#
            let changed = try await client.ask(.patch, "/api/v1/images/\(pictures[0])", wanted).object
            #expect(changed["is_favourite"] == .bool(true) && changed["albums"] == .array([.string("a"), .string("猫 & co")]))
            let body = #"{"ids": ["\#(pictures[1])", "\#(pictures[2])", "00000000000000000000000000000000-0"], "add_album": "a"}"#
            #expect(
                try await client.ask(.post, "/api/v1/images/change", body).text
                    == #"{"changed":2,"missing":["00000000000000000000000000000000-0"]}"#)
            #expect(try await ids(client, "favourite=true") == [pictures[0]])
            #expect(try await ids(client, "album=a") == pictures.reversed())
            #expect(try await ids(client, "album=%E7%8C%AB+%26+co") == [pictures[0]])
            #expect(try await ids(client, "album=a&q=64x64&sampler=Euler&model=demo&favourite=false") == pictures.reversed())
            for none in ["sampler=Heun", "model=anime", "to=2020-01-01"] { #expect(try await ids(client, none) == []) }
            #expect(try await ids(client, "q=seed:1") == [pictures[1]])
            #expect(try await ids(client, "job=\(pictures[1].prefix(32))") == [pictures[1]])
            #expect(try await ids(client, "from=2020-01-01").count == 3)
            let facets = try await client.ask(.get, "/api/v1/images/facets").object
            #expect(facets["total"] == .integer(3) && facets["favourites"] == .integer(1))
            #expect(facets["albums"]?[0]?["name"] == .string("a") && facets["albums"]?[0]?["count"] == .integer(3))
            #expect(facets["models"]?[0]?["name"] == .string("demo") && facets["samplers"]?[0]?["count"] == .integer(3))
            #expect(facets["days"]?[0]?["count"] == .integer(3))
        }
    }

    @Test("albums get other names and are deleted; their pictures stay")
    func albums() async throws {
        try await Walk().run { client async throws in
            let pictures = try await drawn(client, "apple", "pear")
            for (picture, albums) in Swift.zip(pictures, [#"["a/b %", "x"]"#, #"["a/b %"]"#]) {
                #expect(try await client.ask(.patch, "/api/v1/images/\(picture)", #"{"albums": \#(albums)}"#).status == .ok)
            }
            let taken = try await client.ask(.patch, "/api/v1/albums/a%2Fb%20%25", #"{"name": "x"}"#)
            #expect(taken.status == .conflict)
            #expect(try taken.object["error"]?["code"] == .string("name_taken"))
            #expect(
                try await client.ask(.patch, "/api/v1/albums/a%2Fb%20%25", #"{"name": " 猫 "}"#).object
                    == ["name": .string("猫"), "count": .integer(2)])
            #expect(try await ids(client, "album=%E7%8C%AB") == pictures.reversed())
            #expect(try await client.ask(.delete, "/api/v1/albums/%E7%8C%AB").text == "{}")
            #expect(try await client.ask(.get, "/api/v1/images/\(pictures[0])").object["albums"] == .array([.string("x")]))
            #expect(try await ids(client, "") == pictures.reversed())
            for method in [HTTPRequest.Method.patch, .delete] {
                #expect(try await client.ask(method, "/api/v1/albums/nobody", #"{"name": "y"}"#).status == .notFound)
            }
            for body in ["{}", #"{"name": ""}"#, #"{"name": "y", "x": 1}"#] {
                #expect(try await client.ask(.patch, "/api/v1/albums/x", body).status == .unprocessableContent)
            }
        }
    }

    @Test("the folder of the pictures is told, and each file below it")
    func folder() async throws {
        let walk = try Walk(change: { $0.pictures.names = (try? FileNamePattern("[model] [number]")) ?? .standard })
        try await walk.run { client async throws in
            let picture = try await drawn(client, "apple")[0]
            guard case .string(let folder)? = try await client.ask(.get, "/api/v1/images/facets").object["folder"],
                case .string(let file)? = try await client.ask(.get, "/api/v1/images/\(picture)").object["file"]
            else { throw CancellationError() }
            #expect(file == "demo 0001.png" && FileManager.default.fileExists(atPath: folder + "/" + file))
            // A changed pattern holds for the next picture.
            #expect(try await client.ask(.put, "/api/v1/settings", #"{"values": {"picture_names": "[seed]/x"}}"#).status == .ok)
            let next = try await drawn(client, "pear")[1]
            #expect(try await client.ask(.get, "/api/v1/images/\(next)").object["file"] == .string("0/x.png"))
            let refused = try await client.ask(.put, "/api/v1/settings", #"{"values": {"picture_names": "../[seed]"}}"#)
            #expect(refused.status == .unprocessableContent && refused.text.contains("leaves the folder"))
        }
    }

    @Test("what cannot be asked for is refused with its field", arguments: [
        ("GET", "?favourite=maybe", nil, "favourite"), ("GET", "?from=today", nil, "from"), ("GET", "?to=2026-13-01", nil, "to"), ("GET",
        "?job=x", nil, "job"),
        ("POST", "/change", "{}", "ids"), ("POST", "/delete", #"{"ids": ["x"]}"#, "ids"), ("POST", "/zip", "{}", "ids"),
        ("PATCH", "/00000000000000000000000000000000-0", "{}", "is_favourite"),
    ] as [(String, String, String?, String)])
    func refusals(method: String, path: String, body: String?, field: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(HTTPRequest.Method(method)!, "/api/v1/images" + path, body)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.object["error"]?["field"] == .string(field))
        }
    }

    @Test("a picture that is not there is not changed")
    func unknown() async throws {
        try await Walk().run { client async throws in
            for id in ["00000000000000000000000000000000-0", "x"] {
                #expect(try await client.ask(.patch, "/api/v1/images/\(id)", #"{"is_favourite": true}"#).status == .notFound)
            }
            let none = #"{"ids": ["00000000000000000000000000000000-0"]}"#
            #expect(try await client.ask(.post, "/api/v1/images/zip", none).status == .notFound)
            #expect(
                try await client.ask(.post, "/api/v1/images/delete", none).text
                    == #"{"deleted":0,"missing":["00000000000000000000000000000000-0"]}"#)
        }
    }

    @Test("many are deleted at once")
    func deleting() async throws {
        try await Walk().run { client async throws in
            let pictures = try await drawn(client, "apple", "pear", "plum")
            let answer = try await client.ask(.post, "/api/v1/images/delete", #"{"ids": ["\#(pictures[0])", "\#(pictures[2])"]}"#)
            #expect(answer.text == #"{"deleted":2,"missing":[]}"#)
            #expect(try await ids(client, "") == [pictures[1]])
        }
    }

    @Test("a file's name for the browser is its seed and prompt, in ASCII and beyond", arguments: [
        ("猫 on a mat", "inline; filename=\"0-on-a-mat.png\"; filename*=UTF-8''0-%E7%8C%AB-on-a-mat.png"), ("猫",
        "inline; filename=\"0.png\"; filename*=UTF-8''0-%E7%8C%AB.png"),
        ("", "inline; filename=\"0.png\""), ("a\"; x=\"\r\nSet-Cookie: y", "inline; filename=\"0-a-x-Set-Cookie-y.png\""),
    ])
    func disposition(prompt: String, header: String) async throws {
        try await Walk().run { client async throws in
            let picture = try await drawn(client, prompt)[0]
            #expect(try await client.ask(.get, "/api/v1/images/\(picture).png").headers[.contentDisposition] == header)
        }
    }

    @Test("a zip file has the pictures under their names, by JSON and by a form, and names what is missing", arguments: [true, false])
    func zip(isForm: Bool) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let pictures = try await drawn(client, "apple", "pear", "plum")
            guard case .string(let gone)? = try await client.ask(.get, "/api/v1/images/\(pictures[1])").object["file"] else { return }
            try FileManager.default.removeItem(at: walk.archive.folder.pictures.appending(path: gone))
            let unknown = "00000000000000000000000000000000-0"
            let asked = [pictures[2], pictures[1], unknown, pictures[0]]
            let answer =
                if isForm {
                    try await client.execute(
                        uri: "/api/v1/images/zip", method: .post,
                        headers: [.contentType: "application/x-www-form-urlencoded; charset=UTF-8"],
                        body: ByteBuffer(string: "x=1&ids=" + asked.joined(separator: "%2C"))
                    ) { $0 }
                } else {
                    try await client.ask(.post, "/api/v1/images/zip", #"{"ids": ["\#(asked.joined(separator: "\", \""))"]}"#)
                }
            #expect(answer.status == .ok && answer.headers[.contentType] == "application/zip")
            #expect(answer.headers[.contentLength] == "\(answer.body.readableBytes)")
            let disposition = try #require(answer.headers[.contentDisposition])
            #expect(disposition.wholeMatch(of: /attachment; filename="easel-\d{4}-\d\d-\d\d\.zip"/) != nil)
            let entries = Self.entries(Array(answer.body.readableBytesView))
            let day = gone.prefix(10)
            #expect(entries.map(\.name) == ["\(day)/0003-2-plum.png", "\(day)/0001-0-apple.png", "missing.txt"])
            let file = try await client.ask(.get, "/api/v1/images/\(pictures[2]).png")
            #expect(entries.first?.contents == Array(file.body.readableBytesView))
            for entry in entries {
                var sum = CRC32()
                sum.add(entry.contents)
                #expect(sum.value == entry.crc32)
            }
            #expect(
                String(decoding: entries.last?.contents ?? [], as: UTF8.self) == """
                    These pictures are not in this file:

                    \(pictures[1]) (\(gone)): its file is gone.
                    \(unknown): there is no such picture, or it was deleted.

                    """)
        }
    }

    /// The entries of a zip file, one after another as they were sent.
    private static func entries(_ bytes: [UInt8]) -> [(name: String, crc32: UInt32, contents: [UInt8])] {
        func number(_ offset: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << ($1 * 8) } }
        var entries: [(name: String, crc32: UInt32, contents: [UInt8])] = []
        var start = 0
        while bytes.count > start + 30, number(start, 4) == 0x0403_4B50 {
            let name = start + 30
            let contents = name + number(start + 26, 2)
            let end = contents + number(start + 18, 4)
            entries.append((
                String(decoding: bytes[name..<contents], as: UTF8.self), UInt32(number(start + 14, 4)), Array(bytes[contents..<end])))
            start = end
        }
        return entries
    }

    @Test("pictures that earlier versions drew have readable names in a zip file, too")
    func earlierNames() async throws {
        let walk = try Walk(change: { $0.pictures.names = (try? FileNamePattern("old/[job]-0")) ?? .standard })
        try await walk.run { client async throws in
            let picture = try await drawn(client, "apple")[0]
            let answer = try await client.ask(.post, "/api/v1/images/zip", #"{"ids": ["\#(picture)"]}"#)
            let name = try #require(Self.entries(Array(answer.body.readableBytesView)).first?.name)
            #expect(name.wholeMatch(of: /\d{4}-\d\d-\d\d\/0-apple\.png/) != nil, "\(name)")
        }
    }

    @Test("a file that changes while a zip file is sent breaks it off")
    func changedMeanwhile() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let pictures = try await drawn(client, "apple", "pear")
            let zip = try await PictureZip(pictures.compactMap { PictureID($0) }, in: walk.archive)
            guard case .string(let file)? = try await client.ask(.get, "/api/v1/images/\(pictures[1])").object["file"] else { return }
            try Data("x".utf8).write(to: walk.archive.folder.pictures.appending(path: file))
            let response = zip.response()
            let changed = try #require(PictureID(pictures[1]))
            await #expect(throws: StoreError.changedPicture(changed)) {
                try await response.body.write(NoWriter())
            }
        }
    }
}

/// Takes whatever is sent.
private struct NoWriter: ResponseBodyWriter {
    mutating func write(_: ByteBuffer) async throws {}
    consuming func finish(_: HTTPFields?) async throws {}
}
