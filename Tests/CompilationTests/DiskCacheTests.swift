import Foundation
import TestSupport
import Testing

@testable import Compilation

@Suite("The disk cache")
struct DiskCacheTests {
    private let temporary: TemporaryFolder
    private let cache: DiskCache

    init() throws {
        temporary = try TemporaryFolder()
        cache = DiskCache(in: temporary.url, byteLimit: 1000)
    }

    private func key(_ weights: String = "a1b2", shape: String = "any shape") -> DiskCacheKey {
        DiskCacheKey(
            model: "tiny", component: "UNet", shape: shape, graph: "ff", weights: weights, device: "GPU, a fast one",
            properties: ["B=2", "A=1"], runtime: "2026.4.1", form: .full)
    }

    @discardableResult
    private func fill(_ key: DiskCacheKey, bytes: Int = 100) throws -> DiskCacheEntry {
        let entry = try cache.entry(for: key)
        try Data(repeating: 7, count: bytes).write(to: entry.folder.appending(path: "model.blob"))
        #expect(entry.commit())
        return entry
    }

    /// Puts the last use of an entry into the past.
    private func age(_ key: DiskCacheKey, hours: Double) throws {
        let manifest = cache.folder(of: key).appending(path: CacheManifest.fileName).path
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)], ofItemAtPath: manifest)
    }

    @Test("what was committed is there for the next, with its files")
    func roundTrip() throws {
        #expect(try !cache.entry(for: key()).isWhole)
        try fill(key())
        let entry = try cache.entry(for: key())
        #expect(entry.isWhole)
        #expect(try Data(contentsOf: entry.folder.appending(path: "model.blob")).count == 100)
        #expect(cache.items().compactMap(\.key) == [key()])
    }

    @Test("every part of the key makes another entry")
    func keys() {
        var others: [DiskCacheKey] = []
        for change: WritableKeyPath<DiskCacheKey, String> in [\.model, \.component, \.shape, \.graph, \.weights, \.device, \.runtime] {
            var other = key()
            other[keyPath: change] += "x"
            others.append(other)
        }
        var other = key()
        other.form = .small
        others.append(other)
        other = key()
        other.properties.append("C=3")
        others.append(other)
        #expect(Set(others.map(\.folderName)).union([key().folderName]).count == others.count + 1)
    }

    @Test("an entry that is not to the bit what was written is dropped", arguments: ["flipped", "cut", "more", "less", "manifest", "link"])
    func damage(_ kind: String) throws {
        try fill(key())
        let folder = cache.folder(of: key())
        let blob = folder.appending(path: "model.blob")
        switch kind {
        case "flipped": try Data(repeating: 7, count: 99).appended(6).write(to: blob)
        case "cut": try Data(repeating: 7, count: 99).write(to: blob)
        case "more": try Data().write(to: folder.appending(path: "foreign.blob"))
        case "less": try FileManager.default.removeItem(at: blob)
        case "manifest": try Data("{}".utf8).write(to: folder.appending(path: CacheManifest.fileName))
        default:
            let moved = temporary.url.appending(path: "moved")
            try FileManager.default.moveItem(at: blob, to: moved)
            try FileManager.default.createSymbolicLink(at: blob, withDestinationURL: moved)
        }
        let entry = try cache.entry(for: key())
        #expect(!entry.isWhole)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        try Data([1]).write(to: entry.folder.appending(path: "model.blob"))
        #expect(entry.commit())
        #expect(try cache.entry(for: key()).isWhole)
    }

    @Test("an entry under the name of another key is never served")
    func wrongName() throws {
        try fill(key())
        try FileManager.default.moveItem(at: cache.folder(of: key()), to: cache.folder(of: key("other")))
        #expect(try !cache.entry(for: key("other")).isWhole)
    }

    @Test("of two that compile at the same time the first one's entry stays, and both go on")
    func race() throws {
        let slow = try cache.entry(for: key())
        try Data([1]).write(to: slow.folder.appending(path: "model.blob"))
        try fill(key())
        #expect(slow.commit())
        #expect(cache.items().count == 1)
        #expect(cache.items()[0].byteCount == 100)
    }

    @Test("a compile that wrote nothing leaves nothing")
    func empty() throws {
        #expect(try !cache.entry(for: key()).commit())
        #expect(cache.items().isEmpty)
    }

    @Test("over the limit, what was not used for longest goes")
    func limit() throws {
        try fill(key("a"), bytes: 400)
        try fill(key("b"), bytes: 400)
        try age(key("a"), hours: 2)
        try age(key("b"), hours: 3)
        _ = try cache.entry(for: key("b"))
        try fill(key("c"), bytes: 400)
        #expect(Set(cache.items().compactMap(\.key?.weights)) == ["b", "c"])
        // One that is larger than the limit still serves, alone.
        try fill(key("d"), bytes: 2000)
        #expect(cache.items().compactMap(\.key?.weights) == ["d"])
        #expect(cache.prune(to: 1999).count == 1)
    }

    @Test("tidying spares what another is filling, and takes what was left behind")
    func unfinished() throws {
        var entry: DiskCacheEntry? = try cache.entry(for: key())
        try Data([1]).write(to: #require(entry).folder.appending(path: "model.blob"))
        #expect(cache.prune().isEmpty)
        #expect(cache.clear().isEmpty)
        entry = nil
        #expect(cache.prune().count == 1)
        #expect(cache.items().isEmpty)
    }

    @Test("all entries of one checkpoint can be dropped")
    func ofCheckpoint() throws {
        try fill(key("a"))
        try fill(key("a", shape: "batch 2"))
        try fill(key("b"))
        cache.removeAll(weights: "a")
        #expect(cache.items().compactMap(\.key?.weights) == ["b"])
    }

    @Test("where nothing can be written there is no cache, and it says where")
    func unwritable() throws {
        let file = try temporary.write("in the way", to: "file")
        let cache = DiskCache(in: URL(filePath: file), byteLimit: 1000)
        let error = #expect(throws: DiskCacheError.self) { try cache.entry(for: key()) }
        #expect(
            error?.description
                == "Compiled networks cannot be kept in \"\(file)/compiled\", so every start compiles anew. Make the folder "
                    + "writable, or let XDG_CACHE_HOME name another."
        )
        #expect(cache.items().isEmpty)
    }
}

extension Data {
    fileprivate func appended(_ byte: UInt8) -> Data { self + [byte] }
}
