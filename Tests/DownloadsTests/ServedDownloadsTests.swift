import Checkpoints
@testable import Downloads
import Files
import Foundation
import Generation
@testable import Hosting
import Jobs
import Logging
import Settings
import Synchronization
import Testing
import TestSupport
import WebAPI

@Suite("Models fetched for clients of a server", .timeLimit(.minutes(10)))
struct ServedDownloadsTests {
    private let folder: TemporaryFolder
    private let folders: UserFolders

    init() throws {
        folder = try TemporaryFolder()
        folders = UserFolders(environment: ["XDG_DATA_HOME": folder.path, "XDG_CACHE_HOME": folder.path + "/cache"])
    }

    private var models: String { folder.path + "/easel/models" }

    /// Asks this machine only, which no server of a user does.
    private static let local = HostPolicy(hosts: ["127.0.0.1"], isAllowed: { $0.isLoopback }, isPlainAllowed: true)

    private func downloads(
        policy: HostPolicy? = Self.local, firstPause: Duration = .milliseconds(1), change: (inout EaselSettings) -> Void = { _ in },
        onEvent: @escaping @Sendable (ModelDownload) -> Void = { _ in }
    ) -> ModelDownloads {
        var settings = EaselSettings()
        change(&settings)
        var chosen: (@Sendable (EaselSettings) -> HostPolicy)?
        if let policy { chosen = { _ in policy } }
        return ModelDownloads(
            LiveSettings(settings), folders: folders, policy: chosen, firstPause: firstPause,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onEvent: onEvent)
    }

    /// Waits until a download is over.
    private func end(of id: String, _ downloads: ModelDownloads) async throws -> ModelDownload {
        while true {
            let download = try #require(await downloads.downloads.first { $0.id == id })
            if download.state.isFinal { return download }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("a model comes under its name with its note and a remembered hash, and each step is told")
    func comes() async throws {
        let file = HostedFile.random(200_000)
        let heard = Mutex<[ModelDownload]>([])
        let server = FileServer { asked, _ in file.answer(to: asked) }
        try await server.run { address in
            let downloads = downloads(onEvent: { download in heard.withLock { $0.append(download) } })
            let wanted = DownloadSubmission(source: address + "/anime.safetensors")
            let plan = try await downloads.look(wanted)
            #expect(plan.state == .planned && plan.name == "anime.safetensors" && plan.bytes == 200_000 && plan.kind == "checkpoint")
            #expect(FolderEntries.names(in: models) == nil)
            #expect(await downloads.downloads.isEmpty)

            let begun = try await downloads.begin(wanted, for: "me")
            let done = try await end(of: begun.id, downloads)
            #expect(done.state == .done && done.bytesDone == 200_000 && done.error == nil && done.endedAt != nil)
        }
        #expect(FolderEntries.names(in: models) == ["anime.safetensors", "anime.source.json"])
        #expect(HashMemory(folder: folders.cache).hash(ofFile: models + "/anime.safetensors") == file.sha256)
        let states = heard.withLock { $0.map(\.state) }
        #expect(states.first == .waiting && states.contains(.fetching) && states.last == .done)
        #expect(ModelLibrary(folders: [URL(filePath: models)]).listing().leftOut.map(\.file) == ["anime.safetensors"])
    }

    @Test("two are fetched side by side and the others wait; the same model is not fetched twice")
    func line() async throws {
        let file = HostedFile.random(300_000)
        let most = Mutex((now: Set<String>(), most: 0))
        let server = FileServer { asked, _ in file.answer(to: asked) }
        try await server.run { address in
            let downloads = downloads(onEvent: { download in
                most.withLock { most in
                    if download.state == .fetching { most.now.insert(download.id) } else { most.now.remove(download.id) }
                    most.most = max(most.most, most.now.count)
                }
            })
            var ids: [String] = []
            for name in ["a", "b", "c", "d", "d"] {
                ids.append(try await downloads.begin(DownloadSubmission(source: "\(address)/\(name).safetensors"), for: "me").id)
            }
            #expect(Set(ids).count == 4 || FolderEntries.names(in: models)?.contains("d.safetensors") == true)
            for id in ids { #expect(try await end(of: id, downloads).state == .done) }
        }
        #expect(most.withLock { $0.most } <= ModelDownloads.mostAtOnce)
        #expect((FolderEntries.names(in: models) ?? []).filter { $0.hasSuffix(".safetensors") }.count == 4)
    }

    @Test("a cancelled download leaves nothing behind, and leaves the list when it is cancelled again")
    func cancelled() async throws {
        let file = HostedFile.random(200_000)
        // The first byte is asked for before anything is fetched.
        let server = FileServer { asked, count in file.answer(to: asked, cut: count == 0 ? nil : 9000) }
        try await server.run { address in
            let downloads = downloads(firstPause: .seconds(600))
            let begun = try await downloads.begin(DownloadSubmission(source: address + "/a.safetensors"), for: "me")
            while FileIdentity(models + "/.a.safetensors.partial").map({ $0.byteCount > 0 }) != true {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(await downloads.cancel(begun.id)?.state == .cancelled)
            #expect(FolderEntries.names(in: models) == [])
            #expect(await downloads.cancel(begun.id)?.state == .cancelled)
            #expect(await downloads.downloads.isEmpty)
            #expect(await downloads.cancel(begun.id) == nil)
        }
    }

    @Test("a download that fails tells why, without a path, and nothing has the model's name")
    func fails() async throws {
        let server = FileServer { _, count in count == 0 ? Answer(200, [:], [1, 2, 3]) : Answer(404) }
        try await server.run { address in
            let downloads = downloads()
            let begun = try await downloads.begin(DownloadSubmission(source: address + "/a.safetensors"), for: "me")
            let failed = try await end(of: begun.id, downloads)
            #expect(failed.state == .failed && failed.failureReason == .notOnHub && failed.error?.contains("a.safetensors") == true)
            #expect(failed.error?.contains(folder.path) == false)
        }
        #expect(FolderEntries.names(in: models)?.contains("a.safetensors") == false)
    }

    @Test("what is larger than the setting allows is refused, or ended when its size shows only then")
    func limit() async throws {
        let file = HostedFile.random(300_000)
        let server = FileServer { asked, _ in
            var answer = file.answer(to: asked)
            if asked.path.hasPrefix("/silent") { answer = Answer(200, ["Content-Length": "none"], file.bytes) }
            return answer
        }
        try await server.run { address in
            let downloads = downloads(change: { $0.downloads.modelBytes = 250_000 })
            let refused = await #expect(throws: APIError.self) {
                _ = try await downloads.begin(DownloadSubmission(source: address + "/a.safetensors"), for: "me")
            }
            #expect(refused?.reason.name == .downloadTooLarge && refused?.field == "source")
            let silent = try await downloads.begin(DownloadSubmission(source: address + "/silent.safetensors"), for: "me")
            #expect(silent.bytes == nil)
            #expect(try await end(of: silent.id, downloads).failureReason == .downloadTooLarge)
        }
        #expect(FolderEntries.names(in: models) == [])
    }

    @Test("only files of models are fetched")
    func kinds() async throws {
        let server = FileServer { _, _ in Answer(200, [:], [1]) }
        try await server.run { address in
            let error = await #expect(throws: APIError.self) {
                _ = try await downloads().look(DownloadSubmission(source: address + "/run.sh"))
            }
            #expect(error?.reason.name == .nothingUsable)
        }
    }

    @Test("this machine and servers that nobody has allowed are not asked", arguments: [
        "https://127.0.0.1/a.safetensors", "http://localhost:80/a.safetensors", "https://169.254.169.254/latest/a.safetensors",
        "https://example.org/a.safetensors", "https://x.r2.cloudflarestorage.com/a.safetensors", "https://[::1]/a.safetensors",
    ])
    func refused(source: String) async throws {
        let error = await #expect(throws: APIError.self) { _ = try await downloads(policy: nil).look(DownloadSubmission(source: source)) }
        #expect(error?.reason.name == .refusedHost)
    }

    @Test("a server that the operator allows is refused all the same when its name stands for this machine")
    func rebound() async throws {
        let downloads = downloads(policy: nil, change: { $0.downloads.hosts = ["localhost"] })
        let error = await #expect(throws: APIError.self) {
            _ = try await downloads.look(DownloadSubmission(source: "https://localhost/a.safetensors"))
        }
        #expect(error?.message.contains("is not a public one") == true)
    }

    @Test("a text that names no source is refused with the ways to name one")
    func unreadable() async throws {
        let error = await #expect(throws: APIError.self) { _ = try await downloads().look(DownloadSubmission(source: "anime")) }
        #expect(error?.reason.name == .unreadableSource && error?.kind == .invalidValue && error?.message.contains("org/name") == true)
    }

    @Test("options of the command are told as fields of a request")
    func words() {
        let error = APIError(.severalFiles("https://huggingface.co/a/b", names: ["x.safetensors  (12 MB)", "y.safetensors"]))
        #expect(error.message == "https://huggingface.co/a/b has several files. Name one in the field file: x.safetensors, y.safetensors.")
        #expect(error.reason.values["choices"] == .list(["x.safetensors", "y.safetensors"]))
        let other = APIError(.taken(path: "/home/me/models/a.safetensors", reason: "it is another file"))
        #expect(other.message == "\"a.safetensors\" is there already: it is another file." && other.kind == .nameTaken)
        #expect("Left out: b. --file takes one of them instead.".withoutFlags == "Left out: b. The field file takes one of them instead.")
    }
}
