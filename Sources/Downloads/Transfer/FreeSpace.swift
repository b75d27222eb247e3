import Files
import Glibc

/// The room on a disk.
enum FreeSpace {
    /// Kept free for everything else.
    static let margin = 64 << 20

    /// Throws when a folder's disk has no room for so many more bytes.
    /// - Parameter folder: may not be there yet.
    static func check(_ byteCount: Int, in folder: String) throws(DownloadError) {
        guard byteCount > 0, let free = bytes(in: folder) else { return }
        let (needed, isHuge) = byteCount.addingReportingOverflow(margin)
        guard !isHuge, needed <= free else { throw .tooLittleSpace(folder: folder, needed: isHuge ? .max / 2 : needed, free: free) }
    }

    /// Bytes that this user may still write; nil when the system does not say.
    static func bytes(in folder: String) -> Int? {
        var path = folder
        while PathKind(path) == .nothing, path != "/", path != "." { path = path.deletingLastPathComponent }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        return isHuge ? .max : bytes
    }
}
