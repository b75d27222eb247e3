import Checkpoints
import Downloads
import Files
import Foundation
import Generation
import Jobs
import Logging
import Settings
import WebAPI

/// Fetches models for clients of a server, some at a time, into the user's folders.
///
/// Only the hubs and the servers of the setting `download_hosts` are asked, over https and at public addresses. Nothing has its name before
/// it is whole and checked. What was interrupted by the end of the process goes on when the same model is asked for again.
actor ModelDownloads: ModelGetting {
    /// Models that are fetched side by side.
    static let mostAtOnce = 2
    /// Models that wait at most.
    static let mostWaiting = 20
    /// Downloads that are over and still listed.
    static let mostEnded = 50
    /// Endings of files that are fetched. Others are no part of a model.
    private static let endings: Set<String> = ["safetensors", "ckpt", "pt", "pth", "bin", "json", "txt"]

    private let settings: LiveSettings
    private let folders: UserFolders
    private let access: HubAccess
    private let policy: @Sendable (EaselSettings) -> HostPolicy
    private let firstPause: Duration
    private let logger: Logger
    private let onEvent: @Sendable (ModelDownload) -> Void
    /// In the order in which they were asked for.
    private var entries: [Entry] = []

    private struct Entry {
        var state: ModelDownload
        let plan: DownloadPlan
        let folder: String
        var task: Task<Void, Never>?
        /// The beginning of the transfer, and the bytes that were there then.
        var start: (time: ContinuousClock.Instant, bytes: Int)?
        var lastEvent: ContinuousClock.Instant?
    }

    /// - Parameters:
    ///   - policy: the servers that may be asked; nil for the hubs and those of the settings. Tests have others.
    ///   - firstPause: after a connection broke.
    ///   - onEvent: told whenever a download has changed; of its progress some times a second at most.
    init(
        _ settings: LiveSettings, folders: UserFolders, access: HubAccess? = nil, policy: (@Sendable (EaselSettings) -> HostPolicy)? = nil,
        firstPause: Duration = .seconds(1), logger: Logger, onEvent: @escaping @Sendable (ModelDownload) -> Void
    ) {
        let access = access ?? HubAccess(environment: folders.environment)
        self.settings = settings
        self.folders = folders
        self.access = access
        self.policy = policy ?? { .restricted(to: HostPolicy.hubs + access.hosts + $0.downloads.hosts) }
        self.firstPause = firstPause
        self.logger = logger
        self.onEvent = onEvent
    }

    func isAllowed(_ client: String) async -> Bool { settings.current.downloads.clients.contains(client) }

    var downloads: [ModelDownload] { entries.reversed().map(\.state) }

    func look(_ wanted: DownloadSubmission) async throws -> ModelDownload {
        let (plan, _) = try await plan(wanted)
        return ModelDownload(plan, state: .planned)
    }

    func begin(_ wanted: DownloadSubmission, for client: String) async throws -> ModelDownload {
        let (plan, folder) = try await plan(wanted)
        // Nobody waits for the same model twice.
        let same = entries.first { !$0.state.state.isFinal && $0.folder == folder && $0.plan.name == plan.name }
        if let same { return same.state }
        let waiting = entries.count(where: { $0.state.state == .waiting })
        guard waiting < Self.mostWaiting else {
            throw APIError(
                .queueFull, reason: ErrorReason(.tooManyDownloads, ["max": .init(Self.mostWaiting)]), retryAfterSeconds: 60,
                "\(Self.mostWaiting) models wait to be fetched already, which is the limit. Try again later, or cancel one.")
        }
        do throws(DownloadError) {
            try checkSpace(for: plan, in: folder)
        } catch {
            throw APIError(error)
        }
        let state = ModelDownload(plan, state: .waiting)
        entries.append(Entry(state: state, plan: plan, folder: folder))
        logger.notice("a client has a model fetched", metadata: [
            "client": "\(client)", "model": "\(plan.name)", "page": "\(plan.page)", "bytes": "\(plan.byteCount)",
        ])
        onEvent(state)
        startNext()
        return entries.first { $0.state.id == state.id }?.state ?? state
    }

    func cancel(_ id: String) async -> ModelDownload? {
        guard let index = entries.firstIndex(where: { $0.state.id == id }) else { return nil }
        if entries[index].state.state.isFinal { return entries.remove(at: index).state }
        guard let task = entries[index].task else {
            end(id) { $0.state = .cancelled }
            return entries.first { $0.state.id == id }?.state
        }
        task.cancel()
        await task.value
        return entries.first { $0.state.id == id }?.state
    }

    // MARK: Planning

    private func plan(_ wanted: DownloadSubmission) async throws -> (plan: DownloadPlan, folder: String) {
        let web = WebClient(policy(settings.current))
        do throws(DownloadError) {
            var source = try ModelSource(wanted.source)
            if let revision = wanted.revision { source = try source.at(revision: revision) }
            let plan = try await DownloadPlan(
                source, named: wanted.source, choice: FileChoice(file: wanted.file, variant: wanted.variant), access: access, web: web)
            await web.close()
            return (plan, try folder(for: plan))
        } catch {
            await web.close()
            logger.info("a model cannot be fetched", metadata: ["reason": "\(error)"])
            throw APIError(error)
        }
    }

    /// - Returns: the folder for models of its kind.
    /// - Throws: `DownloadError` for what no folder is meant for, and what is larger than may be fetched.
    private func folder(for plan: DownloadPlan) throws(DownloadError) -> String {
        guard let folder = folders.folder(for: plan.kind), folders.knowsData else {
            throw .nothingUsable(plan.source, reason: "It is of the kind \(plan.kind), which this version does not use.")
        }
        if let other = plan.files.first(where: { !Self.endings.contains($0.path.pathExtension) }) {
            throw .nothingUsable(plan.source, reason: "\"\(other.path)\" is no file of a model.")
        }
        if let most = mostBytes, plan.byteCount > most { throw .tooLarge(plan.name, bytes: plan.byteCount, most: most) }
        return folder.path
    }

    /// nil for any size.
    private var mostBytes: Int? { settings.current.downloads.modelBytes > 0 ? settings.current.downloads.modelBytes : nil }

    /// Checks the disk. Models that are on their way need their room, too.
    private func checkSpace(for plan: DownloadPlan, in folder: String) throws(DownloadError) {
        guard let free = FreeSpace.bytes(in: folder) else { return }
        let promised = entries.filter { !$0.state.state.isFinal }.reduce(0) { $0 + max(0, $1.plan.byteCount - $1.state.bytesDone) }
        let needed = plan.byteCount + promised + FreeSpace.margin
        guard needed <= free else { throw .tooLittleSpace(folder: folder, needed: needed, free: free) }
    }

    // MARK: Fetching

    private func startNext() {
        while entries.count(where: { $0.state.state == .fetching }) < Self.mostAtOnce,
            let index = entries.firstIndex(where: { $0.state.state == .waiting }) {
            let entry = entries[index]
            entries[index].state.state = .fetching
            entries[index].task = Task { await run(entry.state.id, entry.plan, into: entry.folder) }
            onEvent(entries[index].state)
        }
    }

    private func run(_ id: String, _ plan: DownloadPlan, into folder: String) async {
        let web = WebClient(policy(settings.current))
        do throws(DownloadError) {
            let fetched = try await Downloader(web: web, mostBytes: mostBytes, firstPause: firstPause).fetch(plan, into: folder) { event in
                await self.note(event, of: id)
            }
            HashMemory(folder: folders.cache).remember(fetched)
            logger.notice("a model has come", metadata: ["model": "\(plan.name)", "path": "\(fetched.path)"])
            end(id) {
                $0.state = .done
                $0.bytesDone = $0.bytes ?? $0.bytesDone
            }
        } catch {
            guard error != .cancelled else {
                Downloader.discard(plan, from: folder)
                end(id) { $0.state = .cancelled }
                await web.close()
                return startNext()
            }
            logger.warning("a model has not come", metadata: ["model": "\(plan.name)", "reason": "\(error)"])
            let reason = error.publicReason
            end(id) { $0.fail(reason) }
        }
        await web.close()
        startNext()
    }

    private func note(_ event: DownloadEvent, of id: String) {
        guard let index = entries.firstIndex(where: { $0.state.id == id }), entries[index].state.state == .fetching else { return }
        let now = ContinuousClock.now
        switch event {
        case .notice(let text): entries[index].state.notice = text
        case .progress(let progress):
            entries[index].state.bytesDone = progress.bytesDone
            entries[index].state.bytes = progress.byteCount
            if let start = entries[index].start {
                let seconds = (now - start.time) / .seconds(1)
                // A moment tells nothing about the speed.
                if seconds > 1 { entries[index].state.bytesPerSecond = Double(max(0, progress.bytesDone - start.bytes)) / seconds }
            } else {
                entries[index].start = (now, progress.bytesDone)
            }
            if let last = entries[index].lastEvent, now - last < .milliseconds(400) { return }
            entries[index].state.notice = nil
        }
        entries[index].lastEvent = now
        onEvent(entries[index].state)
    }

    private func end(_ id: String, _ change: (inout ModelDownload) -> Void) {
        guard let index = entries.firstIndex(where: { $0.state.id == id }) else { return }
        change(&entries[index].state)
        entries[index].state.endedAt = .now
        (entries[index].state.bytesPerSecond, entries[index].state.notice) = (nil, nil)
        entries[index].task = nil
        onEvent(entries[index].state)
        while entries.count(where: \.state.state.isFinal) > Self.mostEnded, let oldest = entries.firstIndex(where: \.state.state.isFinal) {
            entries.remove(at: oldest)
        }
    }
}

extension ModelDownload {
    /// A key may stand in an address, so that the page is told instead.
    fileprivate init(_ plan: DownloadPlan, state: State) {
        let isKnown = plan.files.allSatisfy { $0.byteCount != nil || $0.estimatedByteCount != nil }
        self.init(
            id: UUID().uuidString.lowercased().replacing("-", with: ""), source: plan.source.contains("://") ? plan.page : plan.source,
            state: state, name: plan.name,
            kind: plan.kind.description, hub: plan.hub, page: plan.page, revision: plan.revision, license: plan.license,
            baseModels: plan.baseModels, triggerWords: plan.triggerWords, notes: plan.notes.map(\.withoutFlags),
            files: plan.files.map { File(path: $0.path, bytes: $0.byteCount ?? $0.estimatedByteCount, sha256: $0.sha256) },
            bytes: isKnown ? plan.byteCount : nil, addedAt: .now)
    }
}
