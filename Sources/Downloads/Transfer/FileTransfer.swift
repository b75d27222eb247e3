import Files
import FoundationEssentials
import NIOCore

/// The way of one file from a server to its place on this disk.
struct FileTransfer {
    let file: PlannedFile
    /// The path once it is whole.
    let target: String
    let web: WebClient
    /// The pause after the first failure; it doubles with each that brings nothing.
    let firstPause: Duration
    /// Size that is fetched at most; nil for any.
    let mostBytes: Int?
    /// Told the bytes that are there.
    let onProgress: @Sendable (Int) async -> Void
    /// Told in a sentence when something is done again.
    let onNotice: @Sendable (String) async -> Void

    /// Attempts one after the other that bring nothing.
    static let mostFailures = 6

    /// A file that is whole.
    struct Arrived: Sendable, Equatable {
        let byteCount: Int
        let sha256: String
    }

    /// The end of an attempt that did not fail for good.
    private enum Outcome {
        case whole
        /// What has come is of no use.
        case startAgain(reason: String)
        case tryAgain(reason: String, after: Duration?)
    }

    /// Fetches the file: goes on where an earlier attempt ended, tries again when the connection breaks, checks size and hash, and gives
    /// the file its name last.
    /// - Throws: `DownloadError`. What has come stays for the next attempt, unless it is wrong.
    func run() async throws(DownloadError) -> Arrived {
        let partial = try await PartialFile(of: target, from: .init(address: file.address, sha256: file.sha256))
        var failures = 0
        var restarts = 0
        // The most that was there at any time: a server that starts anew each time would be asked for ever.
        var most = partial.byteCount
        while true {
            switch try await attempt(partial) {
            case .whole:
                let found = partial.sha256
                guard let expected = file.sha256, expected != found else {
                    try await partial.finish()
                    return Arrived(byteCount: partial.byteCount, sha256: found)
                }
                // Pieces of two states of the file may have met.
                guard partial.isContinued, restarts == 0 else {
                    partial.discard()
                    throw .wrongHash(file: file.path, expected: expected, found: found)
                }
                restarts += 1
                try partial.restart()
                await onNotice("What was fetched of \(file.path) does not belong together. It is fetched anew.")
            case .startAgain(let reason):
                restarts += 1
                try partial.restart()
                guard restarts < Self.mostFailures else {
                    partial.discard()
                    throw .unexpectedAnswer(host: file.address.serverName, reason: "does not send \(file.path): \(reason)")
                }
                await onNotice("\(file.path) is fetched anew: \(reason).")
            case .tryAgain(let reason, let after):
                // Whatever came is worth another attempt.
                failures = partial.byteCount > most ? 1 : failures + 1
                most = max(most, partial.byteCount)
                guard failures < Self.mostFailures else { throw .connection(host: file.address.serverName, reason: reason) }
                let pause = after ?? firstPause * (1 << (failures - 1))
                await onNotice("\(file.path): \(reason). Trying again, attempt \(failures) of \(Self.mostFailures - 1).")
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    throw .cancelled
                }
            }
        }
    }

    /// Asks for what is missing, and takes what comes.
    private func attempt(_ partial: PartialFile) async throws(DownloadError) -> Outcome {
        if let size = file.byteCount, partial.byteCount == size, size > 0 { return .whole }
        if let size = file.byteCount, partial.byteCount > size { return .startAgain(reason: "more was there than the file has") }
        var headers: [(String, String)] = []
        // Nobody could tell whether the rest is of the same file.
        if partial.byteCount > 0, file.sha256 == nil, partial.origin.strongTag == nil {
            try partial.restart()
            await onNotice("\(file.path) is fetched anew: the server does not say whether it is still the same.")
        }
        if partial.byteCount > 0 {
            headers.append(("Range", "bytes=\(partial.byteCount)-"))
            // The whole file comes instead when it has changed.
            if let tag = partial.origin.strongTag { headers.append(("If-Range", tag)) }
        }
        do {
            let answer = try await web.get(file.address, headers: headers, secrets: file.secrets)
            return try await take(answer, partial)
        } catch {
            guard case .connection(_, let reason) = error else { throw error }
            return .tryAgain(reason: reason, after: nil)
        }
    }

    private func take(_ answer: WebAnswer, _ partial: PartialFile) async throws(DownloadError) -> Outcome {
        var total: Int?
        switch answer.status {
        case 206:
            guard let range = answer["Content-Range"].flatMap(ContentRange.init), range.start == partial.byteCount else {
                return partial.byteCount == 0
                    ? .tryAgain(reason: "the server sends another piece than was asked for", after: nil)
                    : .startAgain(reason: "the server sends another piece than was asked for")
            }
            // Without If-Range nobody else has compared them.
            if let tag = partial.origin.etag, let other = answer["ETag"], other != tag, file.sha256 == nil {
                return .startAgain(reason: "it has changed on the server")
            }
            total = range.total
        case 200:
            if partial.byteCount > 0 {
                try partial.restart()
                await onNotice("\(file.path): the server sends it from the start.")
            }
            total = answer["Content-Length"].flatMap { Int($0) }
        case 416:
            let total = answer["Content-Range"].flatMap(ContentRange.init)?.total
            if partial.byteCount > 0, total == partial.byteCount, file.byteCount == nil { return .whole }
            if let size = file.byteCount, let total, total != size { throw .wrongSize(file: file.path, expected: size, found: total) }
            if partial.byteCount == 0 { throw .status(416, host: answer.host) }
            return .startAgain(reason: "the server has no piece that could follow")
        case 401, 403: throw .notAllowed(host: answer.host, hint: HubAccess.hint(forHost: file.address.serverName))
        case 404, 410: throw .notFound("file \"\(file.path)\"", host: answer.host)
        case 408, 425, 429, 500...599:
            let seconds = answer["Retry-After"].flatMap { Int($0) }.map { min(max($0, 0), 300) }
            return .tryAgain(reason: "the server answers with status \(answer.status)", after: seconds.map { .seconds($0) })
        default: throw .status(answer.status, host: answer.host)
        }
        try answer.refuseWebPage(for: file.path)
        if let size = file.byteCount, let total, total != size {
            partial.discard()
            throw .wrongSize(file: file.path, expected: size, found: total)
        }
        try partial.note(etag: answer["ETag"])
        let size = file.byteCount ?? total
        if let size, let mostBytes, size > mostBytes {
            partial.discard()
            throw .tooLarge(file.path, bytes: size, most: mostBytes)
        }
        var checked = partial.byteCount
        if file.byteCount == nil, let size { try FreeSpace.check(size - partial.byteCount, in: target.deletingLastPathComponent) }
        try await answer.forEachPiece { piece throws(DownloadError) in
            if let size, partial.byteCount + piece.readableBytes > size {
                let found = partial.byteCount + piece.readableBytes
                partial.discard()
                throw .wrongSize(file: file.path, expected: size, found: found)
            }
            if size == nil {
                if let mostBytes, partial.byteCount + piece.readableBytes > mostBytes {
                    let found = partial.byteCount + piece.readableBytes
                    partial.discard()
                    throw .tooLarge(file.path, bytes: found, most: mostBytes)
                }
                // Nobody knows how much follows: the disk is looked at now and then.
                if partial.byteCount - checked >= FreeSpace.margin / 2 {
                    checked = partial.byteCount
                    try FreeSpace.check(FreeSpace.margin / 2, in: target.deletingLastPathComponent)
                }
            }
            try partial.append(piece)
            await onProgress(partial.byteCount)
        }
        guard let size, partial.byteCount < size else { return .whole }
        return .tryAgain(reason: "the server ended after \(partial.byteCount) of \(size) bytes", after: nil)
    }
}

extension WebAnswer {
    /// Refuses a page for people where a file was asked for: that of a login, of a captive network, of an error.
    func refuseWebPage(for name: String) throws(DownloadError) {
        guard self["Content-Type"]?.lowercased().hasPrefix("text/html") == true, !name.lowercased().hasSuffix(".html") else { return }
        throw .unexpectedAnswer(
            host: host, reason: "sends a web page instead of the file. Perhaps it wants you to log in first, or the network does")
    }
}

extension String {
    /// The server of an address.
    var serverName: String { URL(string: self)?.hostName ?? self }
}
