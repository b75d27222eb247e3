import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import NIOCore
@testable import Server
import Store
import Testing
import TestSupport

@Suite("Pictures to begin with")
struct InputTests {
    private let file: [UInt8]

    init() throws {
        file = try RGBImage(width: 16, height: 8, pixels: Array(repeating: 200, count: 16 * 8 * 3)).encoded(
            as: .png, parameters: "a pear\nSteps: 3")
    }

    private var base64: String { Data(file).base64EncodedString() }
    private var id: String { InputPicture(contents: file).sha256 }

    @Test("are sent once, fetched as they came, and named by jobs")
    func uploads() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.execute(uri: "/api/v1/inputs", method: .post, body: ByteBuffer(bytes: file)) { $0 }
            #expect(answer.status == .created && answer.headers[.location] == "/api/v1/inputs/\(id)")
            let told = try answer.object
            #expect(told["id"] == .string(id) && told["width"] == .integer(16) && told["height"] == .integer(8))
            #expect(told["has_alpha"] == .bool(false) && told["format"] == .string("png"))
            #expect(told["parameters"] == .string("a pear\nSteps: 3"))

            let fetched = try await client.ask(.get, "/api/v1/inputs/\(id)")
            #expect([UInt8](fetched.body.readableBytesView) == file)
            #expect(fetched.headers[.contentType] == "image/png" && fetched.headers[.xContentTypeOptions] == "nosniff")
            #expect(fetched.headers[.cacheControl]?.contains("immutable") == true)
            let tag = try #require(fetched.headers[.eTag])
            #expect(try await client.ask(.get, "/api/v1/inputs/\(id)", headers: [.ifNoneMatch: tag]).status == .notModified)

            let job = try await client.ask(.post, "/api/v1/jobs", #"{"source_pictures": "\#(id)", "steps": 1}"#)
            #expect(job.status == .accepted)
            guard case .string(let address)? = try job.object["url"] else { Issue.record("no address"); return }
            let request = try await client.ask(.get, address).object["request"]
            #expect(request?["source_pictures"] == .array([.string(id)]) && request?["width"] == .integer(16))
        }
    }

    @Test("what is none is refused, and what is not there is not found")
    func refusals() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await client.ask(.post, "/api/v1/inputs", "GIF89a").status == .unprocessableContent)
            #expect(try await client.ask(.get, "/api/v1/inputs/\(id)").status == .notFound)
            #expect(try await client.ask(.get, "/api/v1/inputs/..%2F..%2Feasel.sqlite").status == .notFound)
            let unknown = try await client.ask(.post, "/api/v1/jobs", #"{"source_pictures": ["\#(id)"]}"#)
            #expect(unknown.status == .unprocessableContent)
            #expect(try unknown.object["error"]?["field"] == .string("source_pictures[0]"))
            // Nothing that is refused is kept.
            #expect(try await client.ask(.post, "/api/v1/jobs", #"{"source_pictures": ["\#(base64)"], "steps": 0}"#).status.code == 422)
            #expect(walk.archive.inputPictures.contents(of: InputPicture(contents: file)) == nil)
        }
    }

    @Test("those that come with a job are there for the engine before it draws, and a repeated job is the same")
    func withJobs() async throws {
        let walk = try Walk(painter: FakePainter(isHeld: true))
        try await walk.run { client async throws in
            let body = #"{"source_pictures": ["\#(base64)"], "mask": "\#(base64)", "steps": 1}"#
            let first = try await client.ask(.post, "/api/v1/jobs", body, headers: [HTTPField.Name("Idempotency-Key")!: "k"])
            let second = try await client.ask(.post, "/api/v1/jobs", body, headers: [HTTPField.Name("Idempotency-Key")!: "k"])
            #expect(first.status == .accepted)
            #expect(try first.object["id"] == second.object["id"])
            #expect(try walk.archive.inputPictures.image(of: InputPicture(contents: file)).image.width == 16)
        }
    }

    @Test("A1111's img2img draws from them, with the answer of txt2img")
    func a1111() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.ask(
                .post, "/sdapi/v1/img2img", #"""
                {"prompt": "x", "init_images": ["\#(base64)", "data:image/png;base64,\#(base64)"], "mask": "\#(base64)",
                 "width": 64, "height": 64, "steps": 1, "seed": 5}
                """#)
            #expect(answer.status == .ok)
            guard case .array(let images)? = try answer.object["images"], case .string(let info)? = try answer.object["info"] else {
                Issue.record("no pictures")
                return
            }
            #expect(images.count == 2 && info.contains(#""all_seeds":[5,6]"#))
            #expect(try answer.object["parameters"]?["init_images"] == .null)
            let drawn = try #require(walk.engine.painter.draws.first?.requests.first)
            #expect(drawn.sourcePictures.map(\.sha256) == [id, id] && drawn.mask?.sha256 == id)
        }
    }

    @Test("OpenAI's edits and variations take them as forms; a note tells what was left out", arguments: ["edits", "variations"])
    func openAI(route: String) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            var body: [UInt8] = []
            for name in ["image[]", "image[]"] {
                body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"a.png\"\r\n\r\n".utf8) + file + [13, 10]
            }
            for (name, text) in [("prompt", "a pear"), ("response_format", "b64_json"), ("size", "64x64")] {
                body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(text)\r\n".utf8)
            }
            body += Array("--b--".utf8)
            let answer = try await client.execute(
                uri: "/v1/images/\(route)", method: .post, headers: [.contentType: "multipart/form-data; boundary=b"],
                body: ByteBuffer(bytes: body)) { $0 }
            #expect(answer.status == .ok)
            #expect(try answer.object["data"]?[0]?["b64_json"] != nil)
            #expect(answer.headers[HTTPField.Name("Easel-Note")!] == "Only the first of 2 pictures was used.")
            #expect(walk.log.lines.contains { $0.contains("Only the first of 2 pictures") })
            let drawn = try #require(walk.engine.painter.draws.first?.requests.first)
            #expect(drawn.sourcePictures.map(\.sha256) == [id] && drawn.width == 64)
        }
    }

    @Test("a form that is none is told so as OpenAI does")
    func malformed() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.post, "/v1/images/edits", "--x", headers: [.contentType: "multipart/form-data; boundary=b"])
            #expect(answer.status == .badRequest)
            #expect(try answer.object["error"]?["code"] == .string("malformed_body"))
        }
    }
}
