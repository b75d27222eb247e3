import Files
import HTTPTypes
import HummingbirdTesting
@testable import Server
import Testing
import TestSupport

@Suite("Files of models for workers")
struct BlobTests {
    private static let hash = String(repeating: "ab", count: 32)

    private func walk(_ options: ServerOptions = .init()) throws -> Walk {
        let walk = try Walk(options: options)
        let path = try walk.folder.write("0123456789", to: "model.safetensors")
        walk.engine.change { $0.blobs[Self.hash] = path }
        return walk
    }

    @Test("come whole or in the piece that is asked for", arguments: [
        (nil, nil, 200, "0123456789", nil), ("bytes=4-", nil, 206, "456789", "bytes 4-9/10"),
        ("bytes=2-3", nil, 206, "23", "bytes 2-3/10"), ("bytes=8-99", nil, 206, "89", "bytes 8-9/10"),
        ("bytes=-3", nil, 206, "789", "bytes 7-9/10"), ("bytes=-99", nil, 206, "0123456789", "bytes 0-9/10"),
        ("bytes=10-", nil, 416, nil, "bytes */10"), ("bytes=-0", nil, 416, nil, "bytes */10"),
        ("bytes=3-2", nil, 200, "0123456789", nil), ("bytes=0-1,3-4", nil, 200, "0123456789", nil),
        ("bytes=99999999999999999999-", nil, 200, "0123456789", nil), ("pages=1-2", nil, 200, "0123456789", nil),
        ("bytes=4-", "\"\(hash)\"", 206, "456789", "bytes 4-9/10"), ("bytes=4-", "\"other\"", 200, "0123456789", nil),
    ] as [(String?, String?, Int, String?, String?)])
    func pieces(range: String?, ifRange: String?, status: Int, body: String?, place: String?) async throws {
        try await walk().run { client async throws in
            var headers: HTTPFields = [:]
            (headers[.range], headers[.ifRange]) = (range, ifRange)
            let answer = try await client.ask(.get, "/api/v1/blobs/\(Self.hash)", headers: headers)
            #expect(answer.status.code == status)
            #expect(answer.headers[.contentRange] == place)
            guard let body else { return #expect(try answer.object["error"]?["field"] == "Range") }
            #expect(answer.text == body)
            #expect(answer.headers[.contentLength] == "\(body.utf8.count)" && answer.headers[.eTag] == "\"\(Self.hash)\"")
        }
    }

    @Test("are told of without being sent, are not sent to those that have them, and are there by their hashes alone")
    func names() async throws {
        try await walk().run { client async throws in
            let head = try await client.ask(.head, "/api/v1/blobs/\(Self.hash)")
            #expect(head.status == .ok && head.text.isEmpty)
            #expect(head.headers[.contentLength] == "10" && head.headers[.acceptRanges] == "bytes")
            let known = try await client.ask(.get, "/api/v1/blobs/\(Self.hash)", headers: [.ifNoneMatch: "\"\(Self.hash)\""])
            #expect(known.status == .notModified)
            for name in [String(repeating: "cd", count: 32), "..%2Fmodel.safetensors", "model.safetensors"] {
                let answer = try await client.ask(.get, "/api/v1/blobs/\(name)")
                #expect(answer.status == .notFound)
                #expect(try answer.object["error"]?["field"] == "sha256")
            }
        }
    }

    @Test("are for those who may use the server")
    func authentication() async throws {
        var options = ServerOptions()
        options.keys = ["0123456789abcdef": "worker"]
        try await walk(options).run { client async throws in
            let address = "/api/v1/blobs/\(Self.hash)"
            #expect(try await client.ask(.get, address).status == .unauthorized)
            #expect(try await client.ask(.get, address, headers: [.authorization: "Bearer 0123456789abcdef"]).status == .ok)
        }
    }
}
