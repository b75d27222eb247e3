import Glibc

/// The room on a disk.
public enum FreeSpace {
    /// Bytes to be kept free for everything else.
    public static let margin = 64 << 20

    /// Bytes that this user may still write; nil when the system does not say.
    /// - Parameter folder: may not be there yet.
    public static func bytes(in folder: String) -> Int? {
        var path = folder
        while PathKind(path) == .nothing, path != "/", path != "." { path = path.deletingLastPathComponent }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        return isHuge ? .max : bytes
    }
}
