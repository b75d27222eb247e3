import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import NIOCore
@testable import Server
import Settings
import Testing
import TestSupport

@Suite("OpenAI's API")
struct OpenAITests {
    @Test("sends pictures in base64, in the format that is asked for", arguments: ["png", "jpeg", "webp"])
    func base64(format: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(
                .post, "/v1/images/generations",
                #"{"prompt": "a pear", "n": 2, "size": "64x64", "steps": 2, "response_format": "b64_json", "output_format": "\#(format)"}"#)
            #expect(answer.status == .ok)
            for index in 0..<2 {
                guard case .string(let base64)? = try answer.object["data"]?[index]?["b64_json"],
                    let file = Data(base64Encoded: base64) else {
                    Issue.record("no picture \(index)")
                    continue
                }
                let picture = try DecodedImage(decoding: [UInt8](file))
                #expect(picture.format.rawValue == format)
                #expect(picture.parameters?.hasPrefix("a pear") == true)
            }
        }
    }

    @Test("or addresses that they can be fetched from")
    func addresses() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(
                .post, "/v1/images/generations", #"{"prompt": "a pear", "size": "64x64", "steps": 2, "response_format": "url"}"#)
            guard case .string(let address)? = try answer.object["data"]?[0]?["url"] else { Issue.record("no address"); return }
            #expect(address.hasPrefix("http://localhost/api/v1/images/"))
            #expect(try await client.ask(.get, String(address.dropFirst("http://localhost".count))).headers[.contentType] == "image/png")
        }
    }

    @Test(
        "addresses of JPEG and WebP give files of that format and quality, with their parameters",
        arguments: [("png", nil), ("jpeg", nil), ("webp", nil), ("jpeg", 40), ("webp", 0), ("png", 30)] as [(String, Int?)])
    func addressesOfFormats(format: String, compression: Int?) async throws {
        try await Walk().run { client async throws in
            let more = compression.map { #", "output_compression": \#($0)"# } ?? ""
            let answer = try await client.ask(
                .post, "/v1/images/generations",
                #"{"prompt": "a pear", "n": 2, "size": "64x64", "steps": 2, "response_format": "url", "output_format": "#
                    + #""\#(format)"\#(more)}"#)
            for index in 0..<2 {
                guard case .string(let address)? = try answer.object["data"]?[index]?["url"] else { Issue.record("no address"); return }
                let path = String(address.dropFirst("http://localhost".count))
                #expect(
                    path.hasSuffix(
                        compression == nil || format == "png" ? ".\(format == "jpeg" ? "jpg" : format)" : "?quality=\(compression ?? 0)"),
                        "\(path)")
                let file = try await client.ask(.get, path)
                #expect(file.headers[.contentType] == "image/\(format)" && file.headers[.contentLength] == "\(file.body.readableBytes)")
                let picture = try DecodedImage(decoding: [UInt8](file.body.readableBytesView))
                #expect(picture.format.rawValue == format && picture.parameters?.hasPrefix("a pear") == true)
                let tag = try #require(file.headers[.eTag])
                #expect(try await client.ask(.get, path, headers: [.ifNoneMatch: tag]).status == .notModified)
                #expect(try await client.ask(.head, path).headers[.contentType] == "image/\(format)")
            }
        }
    }

    @Test("a picture can be fetched in other formats; what is none is refused")
    func converted() async throws {
        try await Walk().run { client async throws in
            let job = try await client.ask(.post, "/v1/images/generations", #"{"prompt": "a pear", "size": "64x64", "steps": 2}"#)
            guard case .string(let address)? = try job.object["data"]?[0]?["url"] else { Issue.record("no address"); return }
            let path = String(address.dropFirst("http://localhost".count).dropLast(4))
            #expect(try await client.ask(.get, path + ".jpeg").body == client.ask(.get, path + ".jpg?quality=90").body)
            // The sizes of a picture in one colour say nothing; the tables in the files do.
            #expect(try await client.ask(.get, path + ".jpg?quality=10").body != client.ask(.get, path + ".jpg?quality=100").body)
            for quality in ["-1", "101", "x", "1e1"] {
                let refused = try await client.ask(.get, path + ".webp?quality=\(quality)")
                #expect(refused.status == .unprocessableContent && refused.text.contains("quality cannot be \\\"\(quality)"))
            }
            #expect(try await client.ask(.get, path + ".gif").status == .notFound)
            #expect(try await client.ask(.get, path.replacing(/-0$/, with: "-7") + ".webp").status == .notFound)
        }
    }

    @Test("lists models, and tells of one")
    func models() async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.get, "/v1/models").object["data"]?[0]?["id"] == .string("anime"))
            #expect(try await client.ask(.get, "/v1/models/demo").object["id"] == .string("demo"))
            #expect(try await client.ask(.get, "/v1/models/..%2Fdemo").status == .notFound)
        }
    }

    @Test(
        "tells errors as OpenAI does",
        arguments: [(#"{}"#, 400, "prompt"), (#"{"prompt": "a", "n": 20}"#, 400, "n"), (#"{"prompt": "a", "model": "no"}"#, 404, "model")])
    func errors(body: String, status: Int, parameter: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.post, "/v1/images/generations", body)
            #expect(answer.status.code == status)
            #expect(try answer.object["error"]?["param"] == .string(parameter))
            #expect(try answer.object["error"]?["type"] == .string("invalid_request_error"))
        }
    }
}
