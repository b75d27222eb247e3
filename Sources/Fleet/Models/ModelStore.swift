import Crypto
import Files
import Foundation
import Glibc
public import Logging

/// Brings models to this disk.
public protocol ModelFetching: Sendable {
    /// Fetches a model. It has its name only once it is whole and checked; what was interrupted is continued the next time.
    /// - Parameter path: of the file, or of the folder.
    func fetch(_ model: FleetModel, to path: String) async throws
}

/// Finds models by what is in them: in the user's own folders, in a folder that machines share, else fetched and kept here.
public actor ModelStore {
    private let folder: String
    private let shared: String?
    private let mostBytes: Int
    private let own: @Sendable (ContentHash) async -> String?
    private let kept: @Sendable () async -> Set<ContentHash>
    private let source: any ModelFetching
    private let logger: Logger

    private var fetches: [ContentHash: (task: Task<Void, any Error>, bytes: Int)] = [:]
    /// Fetches that wait for their turn.
    private var turns: [CheckedContinuation<Void, Never>] = []
    private var running = 0
    /// Files of the shared folder whose hashes were found right.
    private var checked: [String: FileIdentity] = [:]

    /// Fetches at the same time.
    static let mostFetches = 2

    /// - Parameters:
    ///   - folder: for models that are fetched; made when missing. Nothing else should be in it.
    ///   - shared: a folder with models by their hashes, `SHA256.safetensors` or `SHA256/`; nothing is written to it. nil for none.
    ///   - mostBytes: of all models in `folder`. Those that were not used for the longest time go first.
    ///   - own: path of one of the user's own models.
    ///   - kept: models that are in use, and stay.
    public init(
        folder: String, shared: String? = nil, mostBytes: Int, own: @escaping @Sendable (ContentHash) async -> String? = { _ in nil },
        kept: @escaping @Sendable () async -> Set<ContentHash> = { [] }, source: any ModelFetching, logger: Logger
    ) {
        self.folder = folder
        self.shared = shared
        self.mostBytes = mostBytes
        self.own = own
        self.kept = kept
        self.source = source
        self.logger = logger
    }

    /// The path of a model on this machine. Fetches it when it is not here.
    /// - Throws: `ModelStoreError`; what the source throws; `CancellationError`.
    public func path(of model: FleetModel) async throws -> String {
        do {
            try model.checkBounds()
        } catch {
            throw ModelStoreError.refused(reason: "\(error)")
        }
        if let path = await own(model.sha256) { return path }
        if let path = await sharedPath(of: model) { return path }
        let path = folder + "/" + Self.name(of: model)
        // A fetch that is cancelled for one ticket may be another one's, too: it goes on.
        if fetches[model.sha256] == nil, PathKind(path) == .nothing {
            let task = Task {
                defer { fetches[model.sha256] = nil }
                try await fetch(model, to: path)
            }
            fetches[model.sha256] = (task, model.bytes)
        }
        if let fetch = fetches[model.sha256] { try await fetch.task.value }
        try Task.checkCancellation()
        // The time of the last use.
        utimes(path, nil)
        return path
    }

    /// Models that are in the store's folder, whole.
    public func models() -> [ContentHash] {
        Self.entries(of: folder).compactMap(\.model)
    }

    private static func name(of model: FleetModel) -> String {
        model.form == .safetensors ? "\(model.sha256).safetensors" : model.sha256.description
    }

    private func fetch(_ model: FleetModel, to path: String) async throws {
        if running >= Self.mostFetches { await withCheckedContinuation { turns.append($0) } } else { running += 1 }
        defer { if turns.isEmpty { running -= 1 } else { turns.removeFirst().resume() } }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await makeRoom(for: model)
        logger.info("Fetching a model", metadata: ["model": "\(model.sha256)", "bytes": "\(model.bytes)"])
        do {
            try await source.fetch(model, to: path)
        } catch {
            logger.error("A model could not be fetched", metadata: ["model": "\(model.sha256)", "error": "\(error)"])
            throw error
        }
    }

    // Room

    /// Something in the store's folder.
    struct Entry: Sendable, Hashable {
        /// Name in the folder.
        var name: String
        /// nil for a part of a model, and for anything else.
        var model: ContentHash?
        var bytes: Int
        /// Time of the last use, in seconds since 1970.
        var used: Int
    }

    /// Chooses what goes, so that a model has room: what was not used for the longest time first.
    /// - Returns: nil when there is no room however much goes.
    static func leaving(_ entries: [Entry], bytes: Int, limit: Int, keeping kept: Set<ContentHash>) -> [Entry]? {
        var total = entries.reduce(0) { $0 + $1.bytes }
        var leaving: [Entry] = []
        for entry in entries.sorted(by: { ($0.used, $0.name) < ($1.used, $1.name) }) {
            if total + bytes <= limit { break }
            if let model = entry.model, kept.contains(model) { continue }
            leaving.append(entry)
            total -= entry.bytes
        }
        return total + bytes <= limit ? leaving : nil
    }

    private func makeRoom(for model: FleetModel) async throws {
        var kept = await kept()
        kept.formUnion(fetches.keys)
        let coming = fetches.values.reduce(0) { $0 + $1.bytes }
        // Parts that have come of models are counted with their sizes.
        let entries = Self.entries(of: folder).filter { entry in
            !kept.contains { entry.model == nil && entry.name.contains($0.description) }
        }
        guard let leaving = Self.leaving(entries, bytes: coming, limit: mostBytes, keeping: kept) else {
            throw ModelStoreError.noRoom(bytes: model.bytes, limit: mostBytes)
        }
        for entry in leaving {
            logger.info("A model makes room", metadata: ["name": "\(entry.name)", "bytes": "\(entry.bytes)"])
            try FileManager.default.removeItem(atPath: folder + "/" + entry.name)
        }
    }

    private static func entries(of folder: String) -> [Entry] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().compactMap { name in
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            let stem = name.hasSuffix(".safetensors") && !isFolder ? name.deletingPathExtension : name
            let isModel = isFolder || name.hasSuffix(".safetensors")
            return Entry(
                name: name, model: isModel ? ContentHash(stem) : nil, bytes: isFolder ? size(ofFolder: path) : Int(status.st_size),
                used: status.st_mtim.tv_sec)
        }
    }

    private static func size(ofFolder path: String) -> Int {
        guard let names = FileManager.default.enumerator(atPath: path) else { return 0 }
        return names.reduce(0) { sum, name in sum + ((name as? String).flatMap { FileIdentity(path + "/" + $0)?.byteCount } ?? 0) }
    }

    // The shared folder

    /// A model of the shared folder. Others may write there: it is hashed once.
    private func sharedPath(of model: FleetModel) async -> String? {
        guard let shared else { return nil }
        let path = shared + "/" + Self.name(of: model)
        guard PathKind(path) == (model.form == .safetensors ? .file : .folder) else { return nil }
        let files = model.form == .safetensors
            ? [(path, model.sha256, model.bytes)] : model.files.map { (path + "/" + $0.path, $0.sha256, $0.bytes) }
        for (path, sha256, bytes) in files {
            guard let identity = FileIdentity(path), identity.byteCount == bytes else { return nil }
            if checked[path] == identity { continue }
            guard let found = try? await Self.hash(of: path), found == sha256 else {
                logger.error("A file of the shared folder is not what its name says, and is left out", metadata: ["file": "\(path)"])
                return nil
            }
            checked[path] = identity
        }
        return path
    }

    private static func hash(of path: String) async throws -> ContentHash? {
        let file = try OpenFile(path: path)
        // Off the actor, whose other models do not wait for gigabytes.
        return try await Task.detached {
            var hash = SHA256()
            for offset in stride(from: 0, to: file.byteCount, by: 1 << 20) {
                hash.update(data: try file.read(1 << 20, at: offset))
                await Task.yield()
            }
            return ContentHash(Array(hash.finalize()).hexadecimal)
        }.value
    }
}

/// A model that cannot be kept here.
public enum ModelStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case noRoom(bytes: Int, limit: Int)
    case refused(reason: String)

    /// The error as sentences for the log.
    public var description: String {
        switch self {
        case .noRoom(_, limit: 0):
            "The model is in no model folder of this machine, nor in that of --models, and none is fetched (--model-cache 0). Copy it "
                + "here, or allow some bytes."
        case .noRoom(let bytes, let limit):
            "A model of \(bytes) bytes has no room in the store, which may have \(limit) bytes (--model-cache). Raise the limit."
        case .refused(let reason): "A model cannot be taken. \(reason)"
        }
    }
}
