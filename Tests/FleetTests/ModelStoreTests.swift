import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Fleet

struct ModelStoreTests {
    private static let logger = Logger(label: "store") { _ in SwiftLogNoOpLogHandler() }
    private static let bytes = Array("a small model".utf8)
    private static let model = FleetModel(sha256: ContentHash(of: bytes), bytes: bytes.count)

    /// Writes models where they are asked for.
    private final class Source: ModelFetching {
        private struct State {
            var fetches = 0
            var atOnce = 0
            var mostAtOnce = 0
        }

        private let state = Mutex(State())
        let gate = Gate()
        var fetches: Int { state.withLock(\.fetches) }
        var mostAtOnce: Int { state.withLock(\.mostAtOnce) }

        func fetch(_ model: FleetModel, to path: String) async throws {
            state.withLock { state in
                state.fetches += 1
                state.atOnce += 1
                state.mostAtOnce = max(state.mostAtOnce, state.atOnce)
            }
            defer { state.withLock { $0.atOnce -= 1 } }
            try await gate.pass()
            try Data(repeating: 1, count: model.bytes).write(to: URL(filePath: path))
        }
    }

    @Test("a model is fetched once, whoever asks, two models at a time, and found again by another store")
    func fetching() async throws {
        let folder = try TemporaryFolder()
        let source = Source()
        source.gate.close()
        let store = ModelStore(folder: folder.path + "/models", mostBytes: 1000, source: source, logger: Self.logger)
        let models = [Self.model, Self.model] + (0..<3).map { FleetModel(sha256: ContentHash(of: [$0]), bytes: 5) }
        let paths = models.map { model in Task { try await store.path(of: model) } }
        await source.gate.arrivals(reach: 2)
        source.gate.open()
        for path in paths { #expect(try FileManager.default.attributesOfItem(atPath: await path.value)[.size] != nil) }
        #expect(source.fetches == 4)
        #expect(source.mostAtOnce == 2)
        #expect(await Set(store.models()) == Set(models.map(\.sha256)))
        let other = ModelStore(folder: folder.path + "/models", mostBytes: 1000, source: source, logger: Self.logger)
        #expect(try await other.path(of: Self.model) == paths[0].value)
        #expect(source.fetches == 4)
    }

    @Test("the user's own models and the shared folder come before the network, and a shared file that is another one is left out")
    func places() async throws {
        let folder = try TemporaryFolder()
        let source = Source()
        let shared = try folder.write(Self.bytes, to: "shared/\(Self.model.sha256).safetensors")
        let own = Self.model.sha256
        func store(own: ContentHash?) -> ModelStore {
            ModelStore(
                folder: folder.path + "/models", shared: folder.path + "/shared", mostBytes: 1000, own: { $0 == own ? "/my/own" : nil },
                source: source, logger: Self.logger)
        }
        #expect(try await store(own: own).path(of: Self.model) == "/my/own")
        let second = store(own: nil)
        #expect(try await second.path(of: Self.model) == shared)
        #expect(source.fetches == 0)
        try folder.write(Self.bytes.reversed(), to: "shared/\(Self.model.sha256).safetensors")
        #expect(try await second.path(of: Self.model).hasPrefix(folder.path + "/models/"))
        #expect(source.fetches == 1)
    }

    @Test("models that were not used for the longest time make room, never one that is in use")
    func room() {
        func entry(_ name: String, _ bytes: Int, _ used: Int) -> ModelStore.Entry {
            .init(name: name, model: ContentHash(of: name.utf8), bytes: bytes, used: used)
        }
        let entries = [entry("a", 40, 3), entry("b", 40, 1), entry("c", 20, 2)]
        func leaving(_ bytes: Int, keeping kept: [String] = []) -> [String]? {
            ModelStore.leaving(entries, bytes: bytes, limit: 120, keeping: Set(kept.map { ContentHash(of: $0.utf8) }))?.map(\.name)
        }
        #expect(leaving(20) == [])
        #expect(leaving(21) == ["b"])
        #expect(leaving(70) == ["b", "c"])
        #expect(leaving(50, keeping: ["b"]) == ["c", "a"])
        #expect(leaving(121) == nil)
        #expect(leaving(100, keeping: ["a"]) == nil)
    }

    @Test("a model that was used is kept, and the other one goes")
    func leastRecentlyUsed() async throws {
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.path, mostBytes: 25, source: Source(), logger: Self.logger)
        let models = (0..<3).map { FleetModel(sha256: ContentHash(of: [$0]), bytes: 10) }
        for (age, model) in zip([300.0, 200], models.prefix(2)) {
            let path = try await store.path(of: model)
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
        }
        _ = try await store.path(of: models[0])
        _ = try await store.path(of: models[2])
        #expect(await Set(store.models()) == [models[0].sha256, models[2].sha256])
        let large = FleetModel(sha256: ContentHash(of: [9]), bytes: 26)
        await #expect(throws: ModelStoreError.noRoom(bytes: 26, limit: 25)) { try await store.path(of: large) }
    }
}
