import Files
public import FoundationEssentials
import Glibc

/// Compiled networks on disk: one folder per entry, named by its key, with a manifest that is written last.
///
///     let entry = try cache.entry(for: key)
///     let model = try core.compile(graph, device: device, properties: properties + entry.properties)
///     entry.commit()
///
/// Any number of processes may share a folder. Entries are filled under another name and renamed when they are whole; what is
/// deleted while somebody has it mapped lives on for them.
public struct DiskCache: Sendable, Hashable {
    /// The user's folder for what can be made again.
    public let root: URL
    /// Bytes that all entries may take together.
    public let byteLimit: Int
    /// The form for every device; nil for the one that suits each.
    let form: CacheForm?

    /// Nothing is read or written yet.
    /// - Parameters:
    ///   - root: the user's folder for what can be made again; entries get a folder in it.
    ///   - form: for every device, for tests and measurements; nil for what suits each.
    public init(in root: URL, byteLimit: Int, form: CacheForm? = nil) {
        self.root = root
        self.byteLimit = byteLimit
        self.form = form
    }

    /// Where the entries are.
    public var folder: URL { root.appending(path: "compiled") }

    // MARK: Using an entry

    /// The entry of a key: whole, or new and empty. One that is damaged is deleted first.
    ///
    /// Reads all of a whole entry once, to tell whether it is what was written.
    /// - Throws: when nothing can be written here.
    public func entry(for key: DiskCacheKey) throws(DiskCacheError) -> DiskCacheEntry {
        let existing = folder(of: key)
        if let manifest = CacheManifest(in: existing), manifest.key == key, manifest.isTrue(of: existing) {
            // When it was last used. Best effort: a folder that can only be read still serves.
            utimensat(AT_FDCWD, existing.appending(path: CacheManifest.fileName).path, nil, 0)
            return DiskCacheEntry(key, folder: existing, isWhole: true, cache: self)
        }
        try? FileManager.default.removeItem(at: existing)

        let unfinished = folder.appending(
            path: "\(key.folderName)-\(String(UInt32.random(in: .min ... .max), radix: 16))\(Self.unfinishedSuffix)")
        do {
            try FileManager.default.createDirectory(at: unfinished, withIntermediateDirectories: true)
        } catch {
            throw DiskCacheError(folder: folder.path)
        }
        guard let lock = try? FolderLock(of: unfinished) else { throw DiskCacheError(folder: folder.path) }
        return DiskCacheEntry(key, folder: unfinished, isWhole: false, cache: self, lock: lock)
    }

    /// Deletes the entry of a key.
    public func remove(_ key: DiskCacheKey) { try? FileManager.default.removeItem(at: folder(of: key)) }

    /// Deletes all entries of a checkpoint, also those with LoRAs merged in.
    /// - Parameter weights: `DiskCacheKey.weights` without LoRAs.
    public func removeAll(weights: String) {
        for item in items() where item.key.map({ $0.weights == weights || $0.weights.hasPrefix(weights + "+") }) == true {
            item.delete()
        }
    }

    func folder(of key: DiskCacheKey) -> URL { folder.appending(path: key.folderName) }

    func hasEntry(for key: DiskCacheKey) -> Bool { CacheManifest(in: folder(of: key))?.key == key }

    // MARK: Keeping it small

    /// The items in the folder, most recently used first. Contents are not checked.
    public func items() -> [DiskCacheItem] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.map { DiskCacheItem(at: folder.appending(path: $0)) }.sorted { $0.lastUse > $1.lastUse }
    }

    /// Deletes what is left of compiles that did not end, and then entries until the others fit: first those with LoRAs merged in, of
    /// which there is one for each strength, then all others; of each kind those that were not used for longest.
    /// - Parameters:
    ///   - limit: bytes; nil for the cache's own.
    ///   - spared: stays, even when it does not fit alone.
    /// - Returns: what was deleted.
    @discardableResult
    public func prune(to limit: Int? = nil, sparing spared: DiskCacheKey? = nil) -> [DiskCacheItem] {
        let limit = limit ?? byteLimit
        var room = limit
        func hasPatches(_ item: DiskCacheItem) -> Bool { item.key?.hasPatches == true }
        let items = items()
        return (items.filter { !hasPatches($0) } + items.filter(hasPatches)).filter { item in
            if item.isInUse { return false }
            if item.key != nil {
                // Once something did not fit, all that is older goes too.
                room = item.byteCount <= room ? room - item.byteCount : -1
                if room >= 0 || item.key == spared { return false }
            }
            return item.delete()
        }
    }

    /// Deletes everything but what other processes are filling now.
    /// - Returns: what was deleted.
    @discardableResult
    public func clear() -> [DiskCacheItem] { prune(to: -1) }

    static let unfinishedSuffix = ".unfinished"
    /// The file in an entry's folder that is locked while the entry is filled.
    static let lockName = ".lock"
}

extension FolderLock {
    /// Takes the lock of an entry that is being filled.
    convenience init(of folder: URL) throws(Failure) { try self.init(file: folder.appending(path: DiskCache.lockName).path) }
}

/// There is no disk cache to write to. Nothing else depends on it.
public struct DiskCacheError: Error, Hashable, CustomStringConvertible {
    /// The path of the folder that cannot be written to.
    public let folder: String

    public var description: String {
        "Compiled networks cannot be kept in \"\(folder)\", so every start compiles anew. Make the folder writable, or let "
            + "XDG_CACHE_HOME name another."
    }
}
