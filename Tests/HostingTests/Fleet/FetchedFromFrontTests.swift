import Checkpoints
import Diffusion
import Downloads
import Files
@testable import Fleet
import Foundation
import Generation
@testable import Hosting
import Jobs
import Logging
import Server
import Settings
import Store
import Testing
import TestSupport
import WebAPI

@Suite("Models that workers fetch from a front", .timeLimit(.minutes(5)))
struct FetchedFromFrontTests {
    private static let key = "0123456789abcdef"
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let home: TemporaryFolder
    private let folders: UserFolders
    private let host: ModelHost
    private var models: String { home.path + "/data/easel/models" }

    init() throws {
        home = try TemporaryFolder()
        _ = try TinyCheckpoint.sd1().writeFolder(in: home, name: "data/easel/models/folder")
        _ = try TinyCheckpoint.sd1().writeSingleFile(in: home, name: "data/easel/models/file.safetensors")
        let environment = ["XDG_DATA_HOME": home.path + "/data", "XDG_CACHE_HOME": home.path + "/cache"]
        folders = UserFolders(environment: environment)
        host = ModelHost(
            LiveSettings(EaselSettings(), file: nil),
            library: ModelLibrary(environment: environment, executable: home.url.appending(path: "bin/easel")),
            folders: folders, resources: .init(), logger: Self.logger)
    }

    /// Runs a server with or without a queue for workers, while a test uses its address.
    private func serve(isFront: Bool = true, _ test: (String) async throws -> Void) async throws {
        let front = FrontID()
        let painter = FleetPainter(
            FrontRecord(of: front), dispatch: SilentDispatch(), models: FleetEngine.models(of: host), waitingCount: { 0 },
            logger: Self.logger)
        var options = ServerOptions()
        (options.port, options.keys) = (0, [Self.key: "worker"])
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        let archive = try Archive(DataFolder(home.url.appending(path: isFront ? "front" : "server")))
        let settings = LiveSettings(EaselSettings(), file: nil)
        let server = isFront
            ? EaselServer(
                engine: FleetEngine(host, drawingWith: painter), settings: settings, archive: archive, options: options,
                logger: Self.logger, onListening: { told.yield($0) })
            : EaselServer(
                engine: host, settings: settings, archive: archive, options: options, logger: Self.logger,
                onListening: { told.yield($0) })
        let running = Task {
            defer { told.finish() }
            try await server.run()
        }
        defer { running.cancel() }
        let port = try #require(await ports.first { _ in true })
        try await test("http://127.0.0.1:\(port)")
    }

    /// Fetches a model as a worker does.
    /// - Returns: its path.
    private func fetch(_ model: FleetModel, from address: String, token: String? = Self.key) async throws -> String {
        let web = WebClient(.own)
        let source = FrontModelSource(
            Downloader(web: web, firstPause: .milliseconds(1)), addresses: { [address + "/"] }, token: token, logger: Self.logger)
        let store = ModelStore(folder: home.path + "/fetched", mostBytes: 100_000_000, source: source, logger: Self.logger)
        let path: Result<String, any Error>
        do { path = .success(try await store.path(of: model)) } catch { path = .failure(error) }
        await web.close()
        return try path.get()
    }

    private var fetched: [String] { FolderEntries.names(in: home.path + "/fetched") ?? [] }

    @Test("a file and a diffusers folder come as they are")
    func whole() async throws {
        try home.write("secret", to: "data/easel/models/folder/notes.md")
        let (file, folder) = (try await host.fleetModel(named: "file"), try await host.fleetModel(named: "folder"))
        try await serve { address in
            let path = try await fetch(file, from: address)
            #expect(try OpenFile.contents(of: path) == OpenFile.contents(of: models + "/file.safetensors"))
            let copy = try await fetch(folder, from: address)
            #expect(folder.files.count > 4)
            for part in folder.files {
                #expect(try OpenFile.contents(of: "\(copy)/\(part.path)") == OpenFile.contents(of: "\(models)/folder/\(part.path)"))
            }
            #expect(FolderEntries.names(in: copy)?.contains("notes.md") == false)
        }
        #expect(Set(fetched) == ["\(file.sha256).safetensors", "\(folder.sha256)"])
    }

    @Test("bytes that are not what their hash says are refused, and nothing has the model's name")
    func damaged() async throws {
        let bytes = try OpenFile.contents(of: models + "/file.safetensors")
        let model = FleetModel(sha256: ContentHash(of: bytes.reversed()), bytes: bytes.count)
        // The front believes it.
        HashMemory(folder: folders.cache).remember(model.sha256.description, ofFile: models + "/file.safetensors")
        try await serve { address in
            await #expect {
                _ = try await fetch(model, from: address)
            } throws: { error in
                error as? DownloadError == .wrongHash(
                    file: "\(model.sha256).safetensors", expected: "\(model.sha256)", found: "\(ContentHash(of: bytes))")
            }
        }
        #expect(!fetched.contains { $0.hasSuffix(".safetensors") })
    }

    @Test("strangers get nothing, and are told how to name their key; a server without a queue sends no models")
    func refused() async throws {
        let file = try await host.fleetModel(named: "file")
        try await serve { address in
            await #expect {
                _ = try await fetch(file, from: address, token: nil)
            } throws: { "\($0)".contains("--front-key-file") }
        }
        try await serve(isFront: false) { address in
            await #expect {
                _ = try await fetch(file, from: address)
            } throws: { if case DownloadError.notFound = $0 { true } else { false } }
        }
        #expect(!fetched.contains { $0.hasSuffix(".safetensors") })
    }

    @Test("only files of models that workers take are known, and only by hashes that were computed")
    func known() async throws {
        try home.write("secret", to: "data/easel/models/folder/notes.md")
        let memory = HashMemory(folder: folders.cache)
        let paths = ["file.safetensors", "folder/unet/config.json", "folder/notes.md"].map { models + "/" + $0 }
        var hashes: [String] = []
        for path in paths {
            let hash = ContentHash(of: try OpenFile.contents(of: path)).description
            #expect(await host.fileOfModel(withHash: hash) == nil)
            hashes.append(try #require(await memory.compute(ofFile: path)))
        }
        #expect(await host.fileOfModel(withHash: hashes[0]) == paths[0])
        #expect(await host.fileOfModel(withHash: hashes[1]) == paths[1])
        #expect(await host.fileOfModel(withHash: hashes[2]) == nil)
        #expect(await host.fileOfModel(withHash: "../file") == nil)
    }
}

@Test("a fleet is counted: slots of workers that leave are busy, never free")
func fleetInNumbers() {
    func worker(slots: Int, busy: Int, isDraining: Bool = false) -> Presence {
        Presence(of: WorkerID(), machine: "m", slots: slots, busy: busy, isDraining: isDraining)
    }
    let workers = [worker(slots: 4, busy: 3), worker(slots: 2, busy: 0), worker(slots: 2, busy: 1, isDraining: true)]
    #expect(FleetSummary(workers, released: 7) == FleetSummary(
        busyWorkers: 1, idleWorkers: 1, leavingWorkers: 1, busySlots: 4, freeSlots: 3, releasedTickets: 7))
}

/// A broker that nobody answers at.
private struct SilentDispatch: FrontDispatch {
    func news() -> AsyncStream<FrontNews> { AsyncStream { $0.finish() } }
    func release(_ release: Release) async throws -> UInt64 { 0 }
    func withdraw(_ ticket: TicketID, at place: UInt64) async throws {}
    func isReleased(_ ticket: TicketID, at place: UInt64) async throws -> Bool { false }
    func cancel(_ ticket: TicketID) async {}
    func parts(of picture: Fleet.PictureFile, in ticket: TicketID) async throws -> [[UInt8]] { [] }
    func ack(_ end: Receipt) async throws {}
    func discardParts(of ticket: TicketID) async throws {}
    func released() async throws -> (tickets: [UInt64: Ticket], ends: [TicketID: [UInt8]]) { ([:], [:]) }
    func tell(_ record: FrontRecord) async throws {}
    func tell(_ group: GroupRecord) async throws {}
}
