import Compilation
import Foundation
import Hosting
import TestSupport
import Testing

@testable import Commands

@Suite("easel cache")
struct CacheReportTests {
    private let folder: TemporaryFolder
    private let cache: DiskCache

    init() throws {
        folder = try TemporaryFolder()
        cache = DiskCache(in: folder.url, byteLimit: 5_000_000_000)
    }

    private func fill(_ model: String, bytes: Int) throws {
        let entry = try cache.entry(for: DiskCacheKey(
            model: model, component: "UNet", shape: "batch 2", graph: "", weights: model, device: "GPU, fast", properties: [], runtime: "",
            form: .full))
        try Data(count: bytes).write(to: entry.folder.appending(path: "model.blob"))
        #expect(entry.commit())
    }

    @Test("an empty cache says where it would be")
    func empty() {
        #expect(CacheReport(cache, now: Date()).text == "Nothing is kept in \(folder.path)/compiled.\n")
    }

    @Test("entries and what was left behind are listed with their size and age")
    func list() throws {
        try fill("sd15", bytes: 2_500_000)
        try FileManager.default.createDirectory(at: cache.folder.appending(path: "stray"), withIntermediateDirectories: true)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -600)], ofItemAtPath: cache.folder.appending(path: "stray").path)
        #expect(CacheReport(cache, now: Date(timeIntervalSinceNow: 3 * 3600)).text == """
            MODEL          COMPONENT  DEVICE     SHAPE    SIZE    LAST USED
            sd15           UNet       GPU, fast  batch 2  2.5 MB  3 h ago
            (left behind)                        stray    0 B     3 h ago
            2.5 MB of 5.0 GB in \(folder.path)/compiled

            """)
    }

    @Test("as JSON, sizes are bytes")
    func json() throws {
        try fill("sd15", bytes: 2_500_000)
        let object = try JSONSerialization.jsonObject(with: Data(CacheReport(cache, now: Date()).json.utf8)) as? [String: Any]
        #expect(object?["total_bytes"] as? Int == 2_500_000)
        #expect(object?["limit_bytes"] as? Int == 5_000_000_000)
        let entry = (object?["entries"] as? [[String: Any]])?.first
        #expect(entry?["model"] as? String == "sd15")
        #expect(entry?["bytes"] as? Int == 2_500_000)
    }

    @Test(
        "a limit is read as in the settings",
        arguments: [("5GB", 5_000_000_000), ("512MiB", 512 << 20), ("0", 0), ("a lot", nil), ("-1", nil)] as [(String, Int?)])
    func limit(_ text: String, _ expected: Int?) {
        #expect(ByteLimit(argument: text)?.byteCount == expected)
    }
}
