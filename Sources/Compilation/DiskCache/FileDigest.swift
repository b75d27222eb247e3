import Crypto
import Files
import FoundationEssentials
import Glibc

/// Size and content of a file in an entry.
struct FileDigest: Codable, Hashable {
    var name: String
    var bytes: Int
    var sha256: String

    /// Reads the whole file: a second for about 1.5 GB.
    /// - Returns: nil when it cannot be read or is no regular file.
    init?(of file: URL) {
        let descriptor = open(file.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }

        var hash = SHA256()
        var bytes = 0
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { block.deallocate() }
        while true {
            let count = read(descriptor, block.baseAddress, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: block.prefix(count)))
            bytes += count
        }
        name = file.lastPathComponent
        self.bytes = bytes
        sha256 = hash.finalize().hexadecimal
    }
}
