import Glibc
import Synchronization

/// The standard streams: unbuffered writes, and whether a person is looking.
enum Terminal {
    enum Stream: Int32 {
        case standardOutput = 1
        case standardError = 2

        var isInteractive: Bool { isatty(rawValue) == 1 }

        var isWritable: Bool {
            let flags = fcntl(rawValue, F_GETFL)
            return flags >= 0 && flags & O_ACCMODE != O_RDONLY
        }

        /// Columns of the window, 80 when unknown.
        var columns: Int {
            var size = winsize()
            guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
            return Int(size.ws_col)
        }
    }

    /// Why standard output did not take all that was written to it: an `errno`, or 0.
    private static let outputError = Atomic<Int32>(0)

    /// Makes the standard streams safe to use. Called once, before any file is opened.
    static func prepare() {
        // A reader that goes away, as `head` does, ends no work: writing to it fails, and that is all.
        signal(SIGPIPE, SIG_IGN)
        // A stream that is closed would become the next file that is opened, and be written into. Opened for reading, it refuses.
        for stream: Int32 in 0...2 where fcntl(stream, F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
    }

    /// Writes text. What the stream does not take is lost; see `outputFailure`.
    static func write(_ text: String, to stream: Stream) {
        let code = write(Array(text.utf8), to: stream)
        if let code, stream == .standardOutput { outputError.store(code, ordering: .relaxed) }
    }

    /// Writes a sentence to standard error, on a line of its own.
    @Sendable static func note(_ text: String) { write(text + "\n", to: .standardError) }

    /// Writes all of `bytes`.
    /// - Returns: why that failed, as `errno`; nil when it did not.
    static func write(_ bytes: [UInt8], to stream: Stream) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while let start = rest.baseAddress, !rest.isEmpty {
                let written = Glibc.write(stream.rawValue, start, rest.count)
                if written >= 0 {
                    rest = .init(rebasing: rest.dropFirst(written))
                } else if errno == EAGAIN {
                    // Another program that shares the pipe or terminal may have made it non-blocking.
                    var ready = pollfd(fd: stream.rawValue, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }

    /// Tells when a command's answer did not reach standard output, because a disk is full or the stream is closed. A reader that
    /// went away wanted no more: no failure.
    static var outputFailure: CommandFailure? {
        let code = outputError.load(ordering: .relaxed)
        guard code != 0, code != EPIPE else { return nil }
        return standardOutputFailure(code)
    }

    /// - Parameter code: an `errno`.
    static func standardOutputFailure(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .cannotWrite, "Cannot write to standard output: \(code == EBADF ? "it is closed" : String(cString: strerror(code))).")
    }

    /// Everything on standard input, to its end.
    static func readStandardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}
