import Glibc

/// Reads small files that nobody vouches for.
enum BoundedFile {
    struct Failure: Error {
        /// Without a full stop.
        var reason: String
    }

    /// The bytes of a regular file: no device, no pipe, and nothing longer than `limit`.
    static func read(_ path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw Failure(reason: "it is not a file") }
        guard status.st_size <= limit else { throw Failure(reason: "it has \(status.st_size) bytes, more than the \(limit) that such a file may have") }
        var failure: Failure?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = Failure(reason: String(cString: strerror(errno))) }
                if got <= 0 { return }
                count += got
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
