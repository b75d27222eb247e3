import Files
public import FoundationEssentials
import Glibc
public import OpenVINO

/// A folder of the disk cache, lent for one compile: either loaded from, or filled and then committed.
public final class DiskCacheEntry: Sendable {
    /// The key of the network that the entry is for.
    public let key: DiskCacheKey
    /// The folder that OpenVINO loads from or writes to.
    public let folder: URL
    /// Whether there is something to load; its files are the ones that were committed.
    public let isWhole: Bool
    private let cache: DiskCache
    /// Keeps other processes from tidying away an unfinished entry.
    private let lock: FolderLock?

    init(_ key: DiskCacheKey, folder: URL, isWhole: Bool, cache: DiskCache, lock: FolderLock? = nil) {
        self.key = key
        self.folder = folder
        self.isWhole = isWhole
        self.cache = cache
        self.lock = lock
    }

    /// The further properties of a compile that uses the entry.
    public var properties: [Property] {
        guard let mode = key.form.mode else { return [] }
        return [Property(.cacheFolder, folder.path), Property(.cacheMode, mode)]
    }

    /// Makes what the compile wrote into the entry for all that come after. When another process was quicker, its entry stays.
    ///
    /// Older entries make room.
    /// - Returns: whether there is an entry now; false when nothing was written, or the disk is full.
    @discardableResult
    public func commit() -> Bool {
        guard !isWhole else { return true }
        guard let manifest = CacheManifest(key: key, filesIn: folder), (try? manifest.write(in: folder)) != nil else {
            discard()
            return false
        }
        // In one step, and only if there is none: rename does not replace a folder that has files.
        guard rename(folder.path, cache.folder(of: key).path) == 0 else {
            discard()
            return cache.hasEntry(for: key)
        }
        cache.prune(sparing: key)
        return true
    }

    /// Throws away what the compile wrote, or the whole entry.
    public func discard() { try? FileManager.default.removeItem(at: folder) }
}
