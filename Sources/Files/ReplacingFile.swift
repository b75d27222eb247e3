import Glibc
import Synchronization

/// A large file that has its name only once it is whole. Until then it lies beside it as `NAME.part`; let go unfinished, it is removed.
public final class ReplacingFile: Sendable {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private let isFinished = Mutex(false)

    /// Makes the file and reserves its room, so that a full disk is found out at once.
    /// - Parameter byteCount: at least 1.
    /// - Throws: `FileError.unreadable` with the path and the system's words.
    public init(_ path: String, byteCount: Int) throws(FileError) {
        (self.path, partial) = (path, path + ".part")
        descriptor = open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unreadable(path: partial, reason: .lastSystemError) }
        let code = posix_fallocate(descriptor, 0, off_t(byteCount))
        guard code == 0 else {
            unlink(partial)
            throw .unreadable(path: partial, reason: String(cString: strerror(code)))
        }
    }

    deinit {
        close(descriptor)
        if !isFinished.withLock({ $0 }) { unlink(partial) }
    }

    /// Writes bytes at a place. Several threads may write at once.
    public func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        try bytes.withUnsafeBufferPointer { bytes throws(FileError) in
            try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor, at: offset, path: partial)
        }
    }

    /// Waits until the disk has all, and opens the file for reading back.
    public func written() throws(FileError) -> OpenFile {
        guard fsync(descriptor) == 0 else { throw .unreadable(path: partial, reason: .lastSystemError) }
        return try OpenFile(path: partial, name: path.lastPathComponent)
    }

    /// Gives the file its name. One that is there is replaced.
    public func finish() throws(FileError) {
        guard rename(partial, path) == 0 else { throw .unreadable(path: path, reason: .lastSystemError) }
        isFinished.withLock { $0 = true }
    }
}

/// Writes bytes at a place of a file, all of them.
/// - Parameter path: for messages.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int, path: String) throws(FileError) {
    var written = 0
    while written < bytes.count {
        let count = pwrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset + written))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw .unreadable(path: path, reason: .lastSystemError) }
        written += count
    }
}
