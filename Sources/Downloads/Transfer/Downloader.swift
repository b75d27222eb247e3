import Crypto
import Files
import FoundationEssentials
import Glibc
import Synchronization

/// Fetches what a plan lists.
public struct Downloader: Sendable {
    private let web: WebClient
    private let mostAtOnce: Int
    private let firstPause: Duration
    private let mostBytes: Int?

    /// - Parameters:
    ///   - web: asks the servers.
    ///   - mostAtOnce: files that are fetched side by side.
    ///   - mostBytes: size of all files of a model at most, and of a file whose size nobody states; nil for any size.
    ///   - firstPause: after a connection broke; it doubles with each attempt that brings nothing.
    public init(web: WebClient, mostAtOnce: Int = 3, mostBytes: Int? = nil, firstPause: Duration = .seconds(1)) {
        self.web = web
        self.mostBytes = mostBytes
        self.mostAtOnce = max(1, mostAtOnce)
        self.firstPause = firstPause
    }

    /// Fetches a model into a folder.
    ///
    /// No file and no folder has its name before it is whole and checked. What was interrupted is continued the next time. A side file
    /// `NAME.source.json` tells where the model comes from.
    /// - Parameters:
    ///   - folder: made when missing.
    ///   - onEvent: awaited; a slow one slows the download.
    /// - Throws: `DownloadError`, the first when several files fail.
    public func fetch(
        _ plan: DownloadPlan, into folder: String, onEvent: @escaping @Sendable (DownloadEvent) async -> Void = { _ in }
    ) async throws(DownloadError) -> FetchedModel {
        let target = folder + "/" + plan.name
        let (arrived, alreadyThere) = try await bring(plan, to: target, onEvent: onEvent)
        let fetched = FetchedModel(plan: plan, path: target, alreadyThere: alreadyThere, arrived: arrived)
        try fetched.writeNote()
        return fetched
    }

    /// Fetches files of which everything is known.
    ///
    /// Neither the files nor their folder have their names before they are whole and checked. What was interrupted is continued the next
    /// time.
    /// - Parameters:
    ///   - target: the path of the only file, or of the folder that the files get.
    ///   - secrets: headers that tell the server who asks.
    /// - Throws: `DownloadError`, the first when several files fail.
    public func fetch(
        _ files: [KnownFile], to target: String, isFolder: Bool, secrets: [(String, String)] = []
    ) async throws(DownloadError) {
        let plan = DownloadPlan(
            source: "", hub: "", page: "", revision: nil, kind: .checkpoint, license: nil, baseModels: [], triggerWords: [],
            name: target.lastPathComponent, isFolder: isFolder,
            files: files.map { file in
                PlannedFile(
                    path: isFolder ? file.path : target.lastPathComponent, address: file.address, byteCount: file.byteCount,
                    estimatedByteCount: nil, sha256: file.sha256, secrets: secrets)
            },
            notes: [])
        for file in plan.files where !RepositoryPath.isSafe(file.path) {
            throw .unexpectedAnswer(host: file.address.serverName, reason: "names a file \"\(file.path)\", which leads elsewhere")
        }
        _ = try await bring(plan, to: target)
    }

    /// Fetches what is missing of a plan.
    /// - Returns: all files, and how many of them were there.
    private func bring(
        _ plan: DownloadPlan, to target: String, onEvent: @escaping @Sendable (DownloadEvent) async -> Void = { _ in }
    ) async throws(DownloadError) -> (arrived: [String: FileTransfer.Arrived], alreadyThere: Int) {
        if let mostBytes, plan.byteCount > mostBytes { throw .tooLarge(plan.name, bytes: plan.byteCount, most: mostBytes) }
        let place = try Place(plan, target: target)
        try Self.makeFolder(place.root)
        var arrived: [String: FileTransfer.Arrived] = [:]
        for file in plan.files {
            if let known = try await Self.arrived(file, at: place.path(of: file)) { arrived[file.path] = known }
        }
        let missing = plan.files.filter { arrived[$0.path] == nil }
        let alreadyThere = plan.files.count - missing.count
        let rest = missing.reduce(0) { sum, file in
            let have = FileIdentity(PartialFile.path(of: place.path(of: file)))?.byteCount ?? 0
            return sum + max(0, (file.byteCount ?? file.estimatedByteCount ?? 0) - have)
        }
        try FreeSpace.check(rest, in: target.deletingLastPathComponent)
        for file in missing { try Self.makeFolder(place.path(of: file).deletingLastPathComponent) }

        let ledger = Ledger(plan, alreadyThere: arrived)
        arrived.merge(try await transfer(missing, to: place, ledger, onEvent)) { $1 }
        try place.finish()
        return (arrived, alreadyThere)
    }

    /// Deletes what has come of a model that is not whole. Files that have their names stay.
    /// - Parameter folder: as for `fetch`, which must have ended.
    public static func discard(_ plan: DownloadPlan, from folder: String) {
        let target = folder + "/" + plan.name
        guard plan.isFolder else { return PartialFile.discard(target) }
        try? FileManager.default.removeItem(atPath: PartialFile.path(of: target))
        // The folder was there, and files were missing in it.
        for file in plan.files { PartialFile.discard(target + "/" + file.path) }
    }

    /// Fetches files side by side.
    private func transfer(
        _ files: [PlannedFile], to place: Place, _ ledger: Ledger, _ onEvent: @escaping @Sendable (DownloadEvent) async -> Void
    ) async throws(DownloadError) -> [String: FileTransfer.Arrived] {
        do {
            return try await withThrowingTaskGroup(of: (String, FileTransfer.Arrived).self) { group in
                var arrived: [String: FileTransfer.Arrived] = [:]
                var rest = files[...]
                func startNext() {
                    guard let file = rest.popFirst() else { return }
                    let transfer = FileTransfer(
                        file: file, target: place.path(of: file), web: web, firstPause: firstPause, mostBytes: mostBytes,
                        onProgress: { count in
                            if let progress = ledger.note(count, of: file) { await onEvent(.progress(progress)) }
                        },
                        onNotice: { await onEvent(.notice($0)) })
                    group.addTask {
                        let result = try await transfer.run()
                        await onEvent(.progress(ledger.finish(file, result.byteCount)))
                        return (file.path, result)
                    }
                }
                for _ in 0..<mostAtOnce { startNext() }
                // The first failure leaves the group, which cancels the others: what they have stays.
                while let (path, result) = try await group.next() {
                    arrived[path] = result
                    startNext()
                }
                return arrived
            }
        } catch {
            throw error as? DownloadError ?? .cancelled
        }
    }

    /// A file of the plan that is there from before.
    /// - Returns: nil when nothing has the name.
    /// - Throws: `DownloadError.taken` when it is another file.
    private static func arrived(_ file: PlannedFile, at path: String) async throws(DownloadError) -> FileTransfer.Arrived? {
        guard PathKind(path) != .nothing else { return nil }
        do {
            let there = try OpenFile(path: path)
            if let size = file.byteCount, size != there.byteCount {
                throw DownloadError.taken(path: path, reason: "it has \(there.byteCount) bytes, and the hub's file \(size)")
            }
            var hash = SHA256()
            for offset in stride(from: 0, to: there.byteCount, by: 1 << 20) {
                guard !Task.isCancelled else { throw DownloadError.cancelled }
                hash.update(data: try there.read(1 << 20, at: offset))
                await Task.yield()
            }
            let found = Array(hash.finalize()).hexadecimal
            if let expected = file.sha256, expected != found { throw DownloadError.taken(path: path, reason: "it is another file") }
            if file.sha256 == nil, file.byteCount == nil {
                throw DownloadError.taken(path: path, reason: "nobody states a size or a hash that would tell whether it is the same")
            }
            return FileTransfer.Arrived(byteCount: there.byteCount, sha256: found)
        } catch {
            if let error = error as? DownloadError { throw error }
            throw .taken(path: path, reason: (error as? FileError)?.reason ?? "it cannot be read")
        }
    }

    fileprivate static func makeFolder(_ path: String) throws(DownloadError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .disk(path: path, reason: "the folder cannot be made")
        }
    }

    /// The places of a plan's files while they are fetched.
    private struct Place: Sendable {
        /// The folder that the paths of the plan are put behind.
        let root: String
        /// The name that the folder gets in the end; nil when it has it.
        private let finalName: String?

        /// A folder that is not there yet is filled under a hidden name: half of it would look like a model.
        init(_ plan: DownloadPlan, target: String) throws(DownloadError) {
            guard plan.isFolder else {
                (root, finalName) = (target.deletingLastPathComponent, nil)
                return
            }
            switch PathKind(target) {
            case .file: throw .taken(path: target, reason: "it is a file, and the model is a folder")
            case .folder: (root, finalName) = (target, nil)
            case .nothing: (root, finalName) = (PartialFile.path(of: target), target)
            }
        }

        func path(of file: PlannedFile) -> String { root + "/" + file.path }

        func finish() throws(DownloadError) {
            guard let finalName else { return }
            guard rename(root, finalName) == 0 else { throw .disk(path: finalName, reason: .lastSystemError) }
            PartialFile.syncFolder(finalName.deletingLastPathComponent)
        }
    }
}

/// A file whose size and hash are known before it is fetched.
public struct KnownFile: Sendable, Hashable {
    /// The place below the folder; of no use for a single file.
    public let path: String
    public let address: String
    public let byteCount: Int
    /// In lower-case hexadecimal.
    public let sha256: String

    public init(path: String, address: String, byteCount: Int, sha256: String) {
        (self.path, self.address, self.byteCount, self.sha256) = (path, address, byteCount, sha256)
    }
}

/// Something that happens during a download.
public enum DownloadEvent: Sendable, Equatable {
    case progress(DownloadProgress)
    /// A sentence about something that is done again.
    case notice(String)
}

/// The bytes that are there.
public struct DownloadProgress: Sendable, Equatable {
    /// The file that came forward.
    public let file: String
    /// Files that are whole, and all of them.
    public let filesDone, fileCount: Int
    /// Bytes of all files that are there.
    public let bytesDone: Int
    /// Bytes of all files; nil when a size is not known.
    public let byteCount: Int?
}

/// Adds up what the files of a plan have.
private final class Ledger: Sendable {
    private struct State {
        var bytes: [String: Int]
        var done: Int
        var last: ContinuousClock.Instant?
    }

    private let plan: DownloadPlan
    private let byteCount: Int?
    private let state: Mutex<State>

    init(_ plan: DownloadPlan, alreadyThere: [String: FileTransfer.Arrived]) {
        self.plan = plan
        byteCount = plan.files.contains { $0.byteCount == nil && $0.estimatedByteCount == nil } ? nil : plan.byteCount
        state = Mutex(State(bytes: alreadyThere.mapValues(\.byteCount), done: alreadyThere.count))
    }

    /// Notes the bytes of a file.
    /// - Returns: nil when something was told a moment ago: nobody reads faster than five times a second.
    func note(_ count: Int, of file: PlannedFile) -> DownloadProgress? {
        state.withLock { state in
            state.bytes[file.path] = count
            let now = ContinuousClock.now
            if let last = state.last, now - last < .milliseconds(200) { return nil }
            state.last = now
            return progress(of: file, state)
        }
    }

    func finish(_ file: PlannedFile, _ count: Int) -> DownloadProgress {
        state.withLock { state in
            state.bytes[file.path] = count
            state.done += 1
            return progress(of: file, state)
        }
    }

    private func progress(of file: PlannedFile, _ state: State) -> DownloadProgress {
        DownloadProgress(
            file: file.path, filesDone: state.done, fileCount: plan.files.count, bytesDone: state.bytes.values.reduce(0, +),
            byteCount: byteCount)
    }
}
