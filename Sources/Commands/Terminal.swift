import Glibc

/// The standard streams: unbuffered writes, and whether a person is looking.
enum Terminal {
    enum Stream: Int32 {
        case standardOutput = 1
        case standardError = 2

        var isInteractive: Bool { isatty(rawValue) == 1 }

        /// Columns of the window, 80 when unknown.
        var columns: Int {
            var size = winsize()
            guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
            return Int(size.ws_col)
        }
    }

    static func write(_ text: String, to stream: Stream) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let written = Glibc.write(stream.rawValue, start, rest.count)
                if written < 0, errno == EINTR { continue }
                // A closed pipe or terminal: there is nobody left to tell.
                guard written > 0 else { return }
                rest = .init(rebasing: rest.dropFirst(written))
            }
        }
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
