import Glibc

/// A file without a name that is being written. Its room on disk is free again when the last one who has it open lets it go.
public final class UnnamedFile: Sendable {
    private let folder: String
    private let byteCount: Int
    private let descriptor: Int32

    /// Makes the file and reserves its room, so that a full disk is found out at once.
    /// - Parameters:
    ///   - folder: in which disk it lies.
    ///   - byteCount: at least 1.
    /// - Throws: `FileError.unreadable` with the folder and the system's words.
    public init(in folder: String, byteCount: Int) throws(FileError) {
        descriptor = try Self.open(in: folder)
        (self.folder, self.byteCount) = (folder, byteCount)
        let code = posix_fallocate(descriptor, 0, off_t(byteCount))
        guard code == 0 else { throw .unreadable(path: folder, reason: String(cString: strerror(code))) }
    }

    deinit { close(descriptor) }

    /// Some file systems make no file without a name; then it loses the one that it was made with.
    private static func open(in folder: String) throws(FileError) -> Int32 {
        // O_TMPFILE, which Swift does not import.
        let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
        let descriptor = Glibc.open(folder, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { return descriptor }
        var template = Array("\(folder)/easel-XXXXXX".utf8CString)
        let named = mkstemp(&template)
        guard named >= 0 else { throw .unreadable(path: folder, reason: .lastSystemError) }
        _ = fcntl(named, F_SETFD, FD_CLOEXEC)
        unlink(template)
        return named
    }

    /// Writes bytes at a place. Several threads may write at once.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        try writeAll(bytes, to: descriptor, at: offset, path: folder)
    }

    /// The whole file, for reading. Nothing is to be written any more.
    /// - Parameter name: for messages.
    public func finished(name: String) throws(FileError) -> OpenFile {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .unreadable(path: folder, reason: .lastSystemError) }
        return try OpenFile(unnamed: copy, name: name)
    }
}
