import Files
public import FoundationEssentials
import Glibc

/// Something that lies in the disk cache's folder.
public struct DiskCacheItem: Sendable, Hashable {
    /// The item's folder.
    public let url: URL
    /// nil for what is not a whole entry: left behind by a compile that did not end, or foreign.
    public let key: DiskCacheKey?
    /// The time at which it was compiled; for what is not an entry, the time of its last change.
    public let created: Date
    /// The time at which it was last loaded or written; the cache deletes the entries with the oldest first.
    public let lastUse: Date
    /// Bytes of all its files.
    public let byteCount: Int

    /// Folder name.
    public var name: String { url.lastPathComponent }

    init(at url: URL) {
        let manifest = CacheManifest(in: url)
        // A manifest under another name is a copy; it would never be found.
        let isEntry = manifest?.key.folderName == url.lastPathComponent
        let modified = Self.modified(manifest == nil ? url : url.appending(path: CacheManifest.fileName))
        self.url = url
        key = isEntry ? manifest?.key : nil
        created = manifest?.created ?? modified
        lastUse = modified
        byteCount = manifest?.byteCount ?? Self.size(of: url)
    }

    /// Whether some process is filling it now.
    var isInUse: Bool {
        guard name.hasSuffix(DiskCache.unfinishedSuffix) else { return false }
        return (try? FolderLock(of: url)) == nil
    }

    /// The manifest first, so that nobody takes what is left for whole.
    @discardableResult
    func delete() -> Bool {
        unlink(url.appending(path: CacheManifest.fileName).path)
        return (try? FileManager.default.removeItem(at: url)) != nil
    }

    private static func modified(_ url: URL) -> Date {
        var status = stat()
        guard lstat(url.path, &status) == 0 else { return Date(timeIntervalSince1970: 0) }
        return Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
    }

    private static func size(of url: URL) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.reduce(0) { total, name in
            var status = stat()
            return lstat(url.appending(path: name).path, &status) == 0 ? total + Int(status.st_size) : total
        }
    }
}
