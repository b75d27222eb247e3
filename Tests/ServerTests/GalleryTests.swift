import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import NIOCore
@testable import Server
import Settings
import Store
import Testing
import TestSupport

@Suite("The gallery over HTTP")
struct GalleryTests {
    private func drawn(_ client: any TestClientProtocol, _ prompt: String = "a red apple") async throws -> String {
        _ = try await client.ask(.post, "/sdapi/v1/txt2img", #"{"prompt": "\#(prompt)", "steps": 2, "width": 64, "height": 64, "seed": 5}"#)
        let list = try await client.ask(.get, "/api/v1/images?limit=1").object
        guard case .string(let id)? = list["items"]?[0]?["id"] else { throw CancellationError() }
        return id
    }

    @Test("tells of pictures, the newest first, and finds them by their words")
    func list() async throws {
        try await Walk().run { client async throws in
            let apple = try await drawn(client)
            let pear = try await drawn(client, "a green pear")
            let all = try await client.ask(.get, "/api/v1/images").object
            #expect(all["items"]?[0]?["id"] == .string(pear) && all["items"]?[1]?["id"] == .string(apple))
            #expect(all["next"] == .null)
            #expect(try await client.ask(.get, "/api/v1/images?limit=1").object["next"] == .string(pear))
            #expect(try await client.ask(.get, "/api/v1/images?limit=1&before=\(pear)").object["items"]?[0]?["id"] == .string(apple))
            let found = try await client.ask(.get, "/api/v1/images?q=red+appl").object
            #expect(found["items"]?[0]?["id"] == .string(apple) && found["items"]?[1] == nil)
            let picture = try await client.ask(.get, "/api/v1/images/\(apple)").object
            #expect(picture["seed"] == .integer(5) && picture["prompt"] == .string("a red apple") && picture["width"] == .integer(64))
            #expect(picture["sampler"] == .string("Euler") && picture["steps"] == .integer(2) && picture["place"] == .integer(0))
            #expect(picture["is_favourite"] == .bool(false) && picture["albums"] == .array([]))
            #expect(all["total"] == .integer(2))
        }
    }

    @Test("sends a picture's file, which need not be sent again")
    func file() async throws {
        try await Walk().run { client async throws in
            let id = try await drawn(client)
            let answer = try await client.ask(.get, "/api/v1/images/\(id).png")
            #expect(answer.headers[.contentType] == "image/png")
            #expect(answer.headers[.contentDisposition] == "inline; filename=\"5-a-red-apple.png\"")
            for format in ["jpg", "webp"] {
                let converted = try await client.ask(.get, "/api/v1/images/\(id).\(format)").headers[.contentDisposition]
                #expect(converted == "inline; filename=\"5-a-red-apple.\(format)\"")
            }
            #expect(answer.headers[.contentLength] == "\(answer.body.readableBytes)")
            #expect(answer.headers[.cacheControl] == "private, max-age=31536000, immutable")
            #expect(
                try DecodedImage(decoding: Array(answer.body.readableBytesView)).image == FakePainter.image(width: 64, height: 64, seed: 5))
            let tag = try #require(answer.headers[.eTag])
            for known in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
                let again = try await client.ask(.get, "/api/v1/images/\(id).png", headers: [.ifNoneMatch: known])
                #expect(again.status == .notModified && again.body.readableBytes == 0)
            }
            #expect(try await client.ask(.get, "/api/v1/images/\(id).png", headers: [.ifNoneMatch: "\"other\""]).status == .ok)
        }
    }

    @Test("sends a small copy")
    func thumbnail() async throws {
        try await Walk().run { client async throws in
            let id = try await drawn(client)
            let answer = try await client.ask(.get, "/api/v1/images/\(id)/thumb")
            #expect(answer.headers[.contentType] == "image/webp")
            #expect(try DecodedImage(decoding: Array(answer.body.readableBytesView)).format == .webp)
        }
    }

    @Test(
        "a file that was emptied or replaced on the disk is an error, not a picture; what is known of it stays",
        arguments: ["", "no picture"])
    func changedFile(contents: String) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let id = try await drawn(client)
            guard case .string(let file)? = try await client.ask(.get, "/api/v1/images/\(id)").object["file"] else {
                throw CancellationError()
            }
            let url = walk.archive.folder.pictures.appending(path: file)
            #expect(FileManager.default.fileExists(atPath: url.path) && file.hasSuffix("/0001-5-a-red-apple.png"))
            try Data(contents.utf8).write(to: url)
            for path in [".png", ".jpg", ".webp", "/thumb"] {
                let answer = try await client.ask(.get, "/api/v1/images/\(id)\(path)")
                #expect(answer.status == .notFound)
                #expect(
                    try answer.object["error"]?["message"] == .string(
                        "The file of picture \(id) was changed on the server's disk. Put it back from a copy, or delete the picture."))
            }
            #expect(try await client.ask(.get, "/api/v1/images/\(id)").status == .ok)
        }
    }

    @Test("a deleted picture is not found any more")
    func deletion() async throws {
        try await Walk().run { client async throws in
            let id = try await drawn(client)
            #expect(try await client.ask(.delete, "/api/v1/images/\(id)").text == "{}")
            for (method, path) in [(HTTPRequest.Method.get, ""), (.get, ".png"), (.get, "/thumb"), (.delete, "")] {
                #expect(try await client.ask(method, "/api/v1/images/\(id)\(path)").status == .notFound)
            }
        }
    }

    @Test(
        "names that no picture has reach no file",
        arguments: [
            "..%2F..%2Feasel.sqlite", "%2Fetc%2Fpasswd", "00000000000000000000000000000000-0", "00000000000000000000000000000000-00", "x",
            "%00"])
    func strangeNames(id: String) async throws {
        try await Walk().run { client async throws in
            for suffix in ["", ".png", "/thumb"] {
                let answer = try await client.ask(.get, "/api/v1/images/\(id)\(suffix)")
                #expect(answer.status == .notFound)
                #expect(!answer.text.contains("SQLite format"))
            }
        }
    }
}
