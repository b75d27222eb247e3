import FoundationEssentials
import Glibc

/// Files that outlast a power cut once they are written, and that never have half of their contents under their own name.
enum DurableFile {
    /// The end of a file's name while it is written.
    static let partialSuffix = ".partial"

    /// Writes a file beside where it is to be, waits until the disk has it, and gives it its name.
    ///
    /// The name itself is certain only after `syncFolder`.
    /// - Parameters:
    ///   - isReplacing: whether a file that is there is replaced, or an error.
    ///   - beforeRenaming: called when the contents are on the disk.
    static func write(
        _ bytes: [UInt8], to file: URL, replacing isReplacing: Bool = true, beforeRenaming: () -> Void = {}
    ) throws(StoreError) {
        let partial = file.path + partialSuffix
        do throws(StoreError) {
            try writeAndSync(bytes, to: partial)
            beforeRenaming()
            if !isReplacing, isTaken(file) { throw StoreError(file.path, errno: EEXIST) }
            guard rename(partial, file.path) == 0 else { throw StoreError(file.path, errno: errno) }
        } catch {
            unlink(partial)
            throw error
        }
    }

    private static func writeAndSync(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(path, errno: errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError(path, errno: count < 0 ? errno : EIO) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw StoreError(path, errno: errno) }
    }

    /// Takes away others' rights to a file, whatever version of Easel has made it.
    /// - Parameter isMade: whether an empty one is made where there is none.
    static func makePrivate(_ file: URL, isMade: Bool = true) throws(StoreError) {
        let descriptor = open(file.path, O_RDWR | O_CLOEXEC | O_NONBLOCK | (isMade ? O_CREAT : 0), 0o600)
        if descriptor < 0, errno == ENOENT, !isMade { return }
        guard descriptor >= 0 else { throw StoreError(file.path, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreError(file.path, errno: errno) }
        guard status.st_mode & 0o077 != 0 else { return }
        guard fchmod(descriptor, 0o600) == 0 else { throw StoreError(file.path, errno: errno) }
    }

    /// Waits until the disk knows the names of the files in a folder.
    static func syncFolder(_ folder: URL) throws(StoreError) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // One that this user may pass through but not list, above the data folder.
        if descriptor < 0, errno == EACCES { return }
        guard descriptor >= 0 else { throw StoreError(folder.path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError(folder.path, errno: errno) }
    }

    /// Makes a folder for this user alone, and the folders above it; nothing when it is there.
    static func makeFolder(_ folder: URL) throws(StoreError) {
        guard mkdir(folder.path, 0o700) != 0 else { return try syncFolder(folder.deletingLastPathComponent()) }
        let code = errno
        let parent = folder.deletingLastPathComponent()
        switch code {
        case EEXIST where isFolder(folder): return
        case ENOENT where parent.path != folder.path:
            try makeFolder(parent)
            guard mkdir(folder.path, 0o700) == 0 || errno == EEXIST else { throw StoreError(folder.path, errno: errno) }
            try syncFolder(parent)
        default: throw StoreError(folder.path, errno: code == EEXIST ? ENOTDIR : code)
        }
    }

    /// Removes a file; nothing when there is none.
    static func remove(_ file: URL) throws(StoreError) {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw StoreError(file.path, errno: errno) }
    }

    /// Whether anything has a name, be it a link that leads nowhere.
    static func isTaken(_ file: URL) -> Bool {
        var status = stat()
        return lstat(file.path, &status) == 0
    }

    /// The size of a file in bytes; nil when there is none.
    static func size(of file: URL) -> Int? {
        var status = stat()
        return stat(file.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Whether a file has a size and begins and ends as given. It may be a link to one; nothing waits for a named pipe.
    /// - Parameter byteCount: nil for any.
    static func isWhole(_ file: URL, byteCount: Int?, start: [UInt8], end: [UInt8] = []) -> Bool {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        let size = Int(status.st_size)
        func has(_ expected: [UInt8], at offset: Int) -> Bool {
            var bytes = [UInt8](repeating: 0, count: expected.count)
            return offset >= 0 && pread(descriptor, &bytes, bytes.count, off_t(offset)) == bytes.count && bytes == expected
        }
        return size == byteCount ?? size && has(start, at: 0) && has(end, at: size - end.count)
    }

    private static func isFolder(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
