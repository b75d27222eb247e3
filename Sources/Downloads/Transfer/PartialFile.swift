import Crypto
import Files
import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix

/// The part of a file that has come so far, `.NAME.partial`, with its SHA-256; beside it `.NAME.partial.json` tells what it is a part of.
///
/// Nobody else writes to it meanwhile: it is locked. Used by one task at a time.
final class PartialFile {
    /// A state of a file on a server.
    struct Origin: Codable, Equatable {
        var address: String
        /// The file's SHA-256 as the hub states it.
        var sha256: String?
        /// The server's mark for this state of the file.
        var etag: String?

        /// Whether a part of this may be followed by a piece of `other`. A hash decides in the end; a mark, before anything is sent.
        func continues(_ other: Origin) -> Bool {
            sha256 == nil ? address == other.address && strongTag != nil && other.sha256 == nil : sha256 == other.sha256
        }

        /// The mark, if equal marks mean equal bytes.
        ///
        /// Source: RFC 9110, section 8.8.3.
        var strongTag: String? { etag.flatMap { $0.hasPrefix("\"") ? $0 : nil } }
    }

    /// The file's path once it is whole.
    let target: String
    /// Bytes that are there.
    private(set) var byteCount = 0
    private(set) var origin: Origin
    /// Whether bytes of an earlier attempt are in it.
    private(set) var isContinued = false
    private let path: String
    private let descriptor: Int32
    private var hash = SHA256()

    /// Opens or begins a part, and reads what an earlier process has left of the same file.
    /// - Throws: `DownloadError.busy`, `.disk`.
    init(of target: String, from wanted: Origin) async throws(DownloadError) {
        let path = Self.path(of: target)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .disk(path: path, reason: .lastSystemError) }
        self.path = path
        self.descriptor = descriptor
        self.target = target
        origin = wanted
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .busy(path: target) }
        // Another process may have held it until now, and given it its final name.
        var (ours, named) = (stat(), stat())
        guard fstat(descriptor, &ours) == 0, stat(path, &named) == 0, ours.st_ino == named.st_ino, ours.st_mode & S_IFMT == S_IFREG else {
            throw .busy(path: target)
        }
        if let before = Self.origin(inFile: path + ".json"), before.continues(wanted) {
            origin.etag = before.etag
            try await readAgain(Int(ours.st_size))
            isContinued = byteCount > 0
        } else {
            try restart()
        }
    }

    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    static func path(of target: String) -> String {
        target.deletingLastPathComponent + "/." + target.lastPathComponent + ".partial"
    }

    private static func origin(inFile path: String) -> Origin? {
        (try? OpenFile.contents(of: path, atMost: 1 << 16)).flatMap { try? JSONDecoder().decode(Origin.self, from: Data($0)) }
    }

    /// The hash needs the bytes that are there.
    private func readAgain(_ count: Int) async throws(DownloadError) {
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while byteCount < count {
            guard !Task.isCancelled else { throw .cancelled }
            let got = pread(descriptor, &block, min(block.count, count - byteCount), off_t(byteCount))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw .disk(path: path, reason: got < 0 ? .lastSystemError : "it became shorter") }
            hash.update(data: block.prefix(got))
            byteCount += got
            await Task.yield()
        }
    }

    /// Throws away what has come.
    func restart() throws(DownloadError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .disk(path: path, reason: .lastSystemError) }
        hash = SHA256()
        (byteCount, isContinued) = (0, false)
        origin.etag = nil
    }

    /// Notes which state of the file the next bytes are of. Before they are written: what cannot be told apart later cannot be continued.
    func note(etag: String?) throws(DownloadError) {
        origin.etag = etag
        do {
            try JSONEncoder().encode(origin).write(to: URL(filePath: path + ".json"), options: .atomic)
        } catch {
            throw .disk(path: path + ".json", reason: "the note of what it is a part of cannot be kept")
        }
    }

    /// Adds bytes at the end. They go to the system's memory, not to the disk, so that no other task waits for long.
    func append(_ piece: ByteBuffer) throws(DownloadError) {
        var failure: String?
        piece.withUnsafeReadableBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = pwrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(byteCount + written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = .lastSystemError
                    return
                }
                written += count
            }
            hash.update(bufferPointer: bytes)
        }
        if let failure { throw .disk(path: path, reason: failure) }
        byteCount += piece.readableBytes
    }

    /// The SHA-256 of all that has come, in lower-case hexadecimal.
    var sha256: String { Array(hash.finalize()).hexadecimal }

    /// Gives the whole file its name, once the disk has all of it.
    /// - Throws: `DownloadError.taken` when something has the name by now.
    func finish() async throws(DownloadError) {
        let descriptor = descriptor
        // Gigabytes may still be on their way to the disk.
        let code = (try? await NIOThreadPool.singleton.runIfActive { fsync(descriptor) == 0 ? 0 : errno }) ?? EIO
        guard code == 0 else { throw .disk(path: path, reason: String(cString: strerror(code))) }
        // Unlike `rename`, this takes no name from a file that came meanwhile. Some disks have no second names.
        if link(path, target) == 0 {
            unlink(path)
        } else {
            let reason = String.lastSystemError
            guard errno != EEXIST, PathKind(target) == .nothing else {
                throw .taken(path: target, reason: "it came while this was fetched")
            }
            guard rename(path, target) == 0 else { throw .disk(path: target, reason: reason) }
        }
        unlink(path + ".json")
        Self.syncFolder(target.deletingLastPathComponent)
    }

    /// Forgets the part.
    func discard() { Self.discard(target) }

    /// Forgets the part of a file, if there is one.
    /// - Parameter target: the file's path once it is whole.
    static func discard(_ target: String) {
        let path = path(of: target)
        unlink(path)
        unlink(path + ".json")
    }

    /// Waits until the disk knows the names in a folder.
    static func syncFolder(_ path: String) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
