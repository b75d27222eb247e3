import EmbeddingExample
import Foundation
import FoundationNetworking
import Generation
import Hosting
import ImageCodecs
import TestSupport
import Testing

@Suite("Easel in another program", .timeLimit(.minutes(30)))
struct EmbeddingTests {
    private let folder: TemporaryFolder
    private var folders: UserFolders { UserFolders(environment: ["HOME": folder.path]) }

    init() throws { folder = try TemporaryFolder() }

    @Test("the document has the examples as they are compiled, whole", arguments: ["Draw", "Serve"])
    func document(example: String) throws {
        let documentation = Fixture.checkout.appending(path: "Documentation")
        let source = try String(contentsOf: documentation.appending(path: "Examples/Embedding/\(example).swift"), encoding: .utf8)
        let page = try String(contentsOf: documentation.appending(path: "Embedding.md"), encoding: .utf8)
        #expect(page.contains("```swift\n\(source)```\n"))
        #expect(!source.split(separator: "\n").contains { $0.count > 140 })
    }

    @Test("the first example draws a picture")
    func drawing() async throws {
        let file = folder.url.appending(path: "apple.png")
        try await draw("red apple", into: file, folders: folders)
        let image = try DecodedImage(decoding: [UInt8](Data(contentsOf: file))).image
        #expect(image.width == 128 && image.height == 128)
        // An apple on white: neither is all of the picture.
        #expect(Set(image.pixels).count > 50)
    }

    @Test("the second example serves the page and the models, and ends with its task")
    func serving() async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = Task {
            defer { port.finish() }
            try await serve(keepingIn: folder.url.appending(path: "server"), port: 0, folders: folders) { port.yield($0) }
        }
        defer { server.cancel() }
        let listening = try #require(await ports.first { _ in true })
        func get(_ path: String) async throws -> String {
            let (data, response) = try await URLSession.shared.data(from: try #require(URL(string: "http://127.0.0.1:\(listening)\(path)")))
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            return String(decoding: data, as: UTF8.self)
        }
        #expect(try await get("/").contains("<html"))
        #expect(try await get("/sdapi/v1/sd-models").contains("\"demo\""))
        server.cancel()
        _ = await server.result
        #expect(FileManager.default.fileExists(atPath: folder.path + "/server/easel.sqlite"))
    }
}
