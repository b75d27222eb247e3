import Glibc

/// A state of a file or folder, told by its times and without reading it: another one after every change, also one of the same size
/// whose time of modification was put back.
public struct FileStamp: Sendable, Hashable {
    private let identity: FileIdentity
    private let seconds: Int
    private let nanoseconds: Int

    /// - Returns: nil when nothing can be reached under the path.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        identity = FileIdentity(status)
        // No program can set this one.
        (seconds, nanoseconds) = (status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
    }

    /// Whether a change at `moment` or later would show. Some disks count in steps of two seconds, and a second change in one of them is
    /// not seen.
    /// - Parameter moment: in seconds since 1970; see `now`.
    public func isSettled(at moment: Double) -> Bool { Double(seconds) + Double(nanoseconds) / 1e9 < moment - 2.5 }

    /// In seconds since 1970. To be taken before what is stamped is read.
    public static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
