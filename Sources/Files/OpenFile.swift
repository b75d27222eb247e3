public import Glibc

/// A regular file that stays open for reading, so that it can be mapped later even if its name then means another file.
public final class OpenFile: Sendable {
    /// The path that it was opened by.
    public let path: String
    /// Bytes that the file had when it was opened.
    public let byteCount: Int
    /// Device, number, size and time of modification when it was opened: changes whenever the content does.
    public let identity: FileIdentity
    /// Valid until this object goes; only `pread`, `fstat` and `mmap` are called on it, which keep no state in it.
    public let descriptor: Int32

    /// For messages: its own name, with its folder inside a checkpoint, as in "unet/config.json".
    public let name: String

    /// Opens a regular file. A device, a folder and a named pipe are refused.
    /// - Parameter name: for messages; the file's own name when left out.
    public init(path: String, name: String? = nil) throws(FileError) {
        // Without O_NONBLOCK a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .notFound(path: path) : .unreadable(path: path, reason: .lastSystemError)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = String.lastSystemError
            close(descriptor)
            throw .unreadable(path: path, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable(path: path, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file")
        }
        self.path = path
        self.name = name ?? path.lastPathComponent
        self.byteCount = Int(status.st_size)
        identity = FileIdentity(status)
        self.descriptor = descriptor
    }

    /// Takes over the descriptor of a file without a name. Its path leads to it as long as this object lives.
    init(unnamed descriptor: Int32, name: String) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = String.lastSystemError
            close(descriptor)
            throw .unreadable(path: name, reason: reason)
        }
        path = "/proc/self/fd/\(descriptor)"
        byteCount = Int(status.st_size)
        identity = FileIdentity(status)
        (self.name, self.descriptor) = (name, descriptor)
    }

    deinit { close(descriptor) }

    /// Whether the file that was opened still has the size and the time of modification that it had then.
    public var isUnchanged: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && FileIdentity(status) == identity
    }

    /// Whether the name still means the file that was opened, as it was then.
    public var isCurrent: Bool { FileIdentity(path) == identity }

    /// Reads `count` bytes from `offset`; fewer only at the end of the file.
    public func read(_ count: Int, at offset: Int = 0) throws(FileError) -> [UInt8] {
        var failed: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = .lastSystemError }
                if got <= 0 { return }
                filled += got
            }
        }
        if let failed { throw .unreadable(path: path, reason: failed) }
        return bytes
    }

    /// Reads a whole small file, such as a configuration.
    /// - Parameter limit: a longer file is refused.
    public static func contents(of path: String, atMost limit: Int = 64 << 20) throws(FileError) -> [UInt8] {
        let file = try OpenFile(path: path)
        guard file.byteCount <= limit else {
            throw .unreadable(path: path, reason: "it has \(file.byteCount) bytes, more than the \(limit) that such a file may have")
        }
        return try file.read(file.byteCount)
    }
}

/// A file that cannot be read.
public enum FileError: Error, Sendable, Hashable {
    /// There is nothing at the path.
    case notFound(path: String)
    /// - Parameter reason: the system's words, or the rule that the file breaks; without a full stop.
    case unreadable(path: String, reason: String)

    /// The reason alone, without a full stop.
    public var reason: String {
        switch self {
        case .notFound: String(cString: strerror(ENOENT))
        case .unreadable(_, let reason): reason
        }
    }
}

/// Tells one state of a file from another without reading it, under all of the file's names.
public struct FileIdentity: Sendable, Hashable, CustomStringConvertible {
    // Numbers, not text: every run of a network compares them.
    private let device, number: UInt
    private let seconds, nanoseconds: Int
    /// The size in bytes.
    public let byteCount: Int

    public var description: String { "\(device):\(number):\(byteCount):\(seconds).\(nanoseconds)" }

    /// - Returns: nil when nothing can be reached under the path.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The state that `stat` or `fstat` told.
    public init(_ status: stat) {
        (device, number, byteCount) = (UInt(status.st_dev), UInt(status.st_ino), Int(status.st_size))
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
}

/// The kind of thing that a path leads to.
public enum PathKind: Sendable {
    /// Anything that is no folder.
    case file
    /// A folder, or a link to one.
    case folder
    /// Nothing can be reached.
    case nothing

    /// Looks at a path, through links.
    public init(_ path: String) {
        var status = stat()
        self = if stat(path, &status) != 0 { .nothing } else if status.st_mode & S_IFMT == S_IFDIR { .folder } else { .file }
    }
}

extension String {
    /// The system's words for the failure of the call before.
    public static var lastSystemError: String { String(cString: strerror(errno)) }

    /// The part behind the last "/".
    public var lastPathComponent: String {
        split(separator: "/").last.map(String.init) ?? self
    }

    /// The last folder and the name, for messages: "tokenizer/vocab.json".
    public var lastTwoPathComponents: String { split(separator: "/").suffix(2).joined(separator: "/") }

    /// The folder of a path; "." for a bare name.
    public var deletingLastPathComponent: String {
        var path = self[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether the name is that of a file of `torch.save`. Programs that load such files may run what they say.
    public var hasPickleExtension: Bool { ["ckpt", "pt", "pth", "bin", "pkl"].contains(pathExtension) }

    /// The part after the last dot of the last component, in lower case; empty without one.
    public var pathExtension: String {
        let name = lastPathComponent
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The path without its extension and the dot before it.
    public var deletingPathExtension: String {
        let suffix = pathExtension
        return suffix.isEmpty ? self : String(dropLast(suffix.count + 1))
    }
}
