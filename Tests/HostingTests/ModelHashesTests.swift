import Checkpoints
import Foundation
import Logging
import TestSupport
import Testing
import WebAPI

@testable import Hosting

@Suite("Finding models by the hashes of their files")
struct ModelHashesTests {
    private let folder: TemporaryFolder
    private let library: ModelLibrary
    private let folders: UserFolders

    init() throws {
        folder = try TemporaryFolder()
        for name in ["a", "b", "c"] {
            try folder.write(SafetensorsWriter.file(header: "{}", data: Array(name.utf8)), to: "data/easel/models/sub/\(name).safetensors")
        }
        let environment = ["HOME": folder.path, "XDG_DATA_HOME": folder.path + "/data", "XDG_CACHE_HOME": folder.path + "/cache"]
        folders = UserFolders(environment: environment)
        library = ModelLibrary(environment: environment, executable: folder.url.appending(path: "bin/easel"))
    }

    private func hashes() -> ModelHashes {
        ModelHashes(
            memory: HashMemory(folder: folders.cache), headers: CheckpointHeaders(),
            // Hashing waits behind everything else on a busy machine.
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, patience: .seconds(3600))
    }

    private var remembered: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: folders.cache.appending(path: "hashes.json")))) ?? [:]
    }

    private func hash(_ name: String) async throws -> String {
        try #require(await HashMemory(folder: folder.url.appending(path: "elsewhere")).compute(ofFile: library.find(name)))
    }

    @Test(
        "hashes that nobody knows are computed until one fits, the likeliest first; the next process and the command line know them")
    func computed() async throws {
        let (b, c) = (String(try await hash("b").prefix(10)), String(try await hash("c").prefix(10)))
        let models = library.listing().models
        #expect(try await hashes().find(c, among: models, preferring: "sub/c") == "sub/c")
        #expect(remembered.count == 1)
        #expect(try await hashes().find(b, among: models, preferring: nil) == "sub/b")
        #expect(remembered.count == 3)
        // Nothing is read any more: known after a restart.
        #expect(HashMemory(folder: folders.cache).hash(ofFile: try library.find("b"))?.hasPrefix(b) == true)
        #expect(try library.find(b) == library.find("sub/b"))
        #expect(try library.find("old.safetensors [\(c.uppercased())]") == library.find("sub/c"))
    }

    @Test("the command line computes what it does not know, too")
    func commandLine() async throws {
        let b = try await hash("b")
        #expect(try library.find(b) == library.find("sub/b"))
        #expect(throws: HostingError.self) { try library.find(String(repeating: "0", count: 64)) }
        #expect(remembered.count == 3)
    }

    @Test("a hash that no file has is nobody's, and computed once; a file that changes is another")
    func none() async throws {
        let hashes = hashes()
        let b = try await hash("b")
        #expect(try await hashes.find("0000000000", among: library.listing().models, preferring: nil) == nil)
        #expect(remembered.count == 3)
        try folder.write(SafetensorsWriter.file(header: "{}", data: Array("other".utf8)), to: "data/easel/models/sub/b.safetensors")
        #expect(try await hashes.find(b, among: library.listing().models, preferring: nil) == nil)
        let new = try await hash("b")
        #expect(try await hashes.find(new, among: library.listing().models, preferring: nil) == "sub/b")
    }

    @Test("A1111's old hash of eight digits is found, of files that are long enough to have one")
    func oldHash() async throws {
        var bytes = SafetensorsWriter.file(header: "{}")
        bytes += [UInt8](repeating: 7, count: 0x100000 - bytes.count) + [UInt8](repeating: 9, count: 0x10000 + 5)
        try folder.write(bytes, to: "data/easel/models/old.safetensors")
        // sha256 of 65,536 nines, by Python's hashlib.
        #expect(HashMemory.oldHash(ofFile: folder.path + "/data/easel/models/old.safetensors") == "83c57546")
        #expect(try await hashes().find("83c57546", among: library.listing().models, preferring: nil) == "old")
        #expect(HashMemory.oldHash(ofFile: try library.find("a")) == nil)
    }

    @Test("a damaged memory is none", arguments: ["", "[1]", "{\"x\": 5}", "no JSON"])
    func damaged(text: String) async throws {
        try folder.write(text, to: "cache/easel/hashes.json")
        let b = try await hash("b")
        #expect(try await hashes().find(b, among: library.listing().models, preferring: "sub/b") == "sub/b")
        #expect(remembered.values.sorted() == [b])
    }
}
