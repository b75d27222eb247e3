import Files

/// A model that cannot be fetched. `description` is the text for the user; it never holds a token.
public enum DownloadError: Error, Sendable, Equatable {
    /// The text names no source.
    case unreadable(String, hint: String)
    /// The address may not be asked.
    /// - Parameter reason: the end of a sentence, without a full stop.
    case refused(host: String, reason: String)
    /// The hub wants to know who asks, or has not allowed it.
    /// - Parameter hint: says what to do.
    case notAllowed(host: String, hint: String)
    /// The hub knows no such model, file or revision.
    case notFound(String, host: String)
    /// The server answers with an error.
    case status(Int, host: String)
    /// The server does not speak as it should.
    /// - Parameter reason: the end of a sentence that begins with the host.
    case unexpectedAnswer(host: String, reason: String)
    /// The connection cannot be made, or broke more often than is tried.
    case connection(host: String, reason: String)
    /// Several files may be meant.
    case severalFiles(String, names: [String])
    /// Nothing in the source can be used.
    /// - Parameter reason: a sentence.
    case nothingUsable(String, reason: String)
    /// The file that came is not the one that the hub lists. It was deleted.
    case wrongHash(file: String, expected: String, found: String)
    /// The server has a file of another size than the hub lists.
    case wrongSize(file: String, expected: Int, found: Int)
    /// The files are larger than may be fetched.
    case tooLarge(String, bytes: Int, most: Int)
    /// A file cannot be written or read.
    case disk(path: String, reason: String)
    case tooLittleSpace(folder: String, needed: Int, free: Int)
    /// Another file or folder has the name.
    case taken(path: String, reason: String)
    /// Another process is fetching the same file.
    case busy(path: String)
    /// The task was cancelled. What has come is kept, and the next attempt goes on from there.
    case cancelled
}

extension DownloadError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let text, let hint): "\"\(text)\" cannot be fetched. \(hint)"
        case .refused(let host, let reason): "\(host) is not asked: \(reason)."
        case .notAllowed(let host, let hint): "\(host) does not give this model to everybody. \(hint)"
        case .notFound(let what, let host): "\(host) has no \(what). Check its spelling; private models need a token."
        case .status(let status, let host): "\(host) answers with status \(status). Try again later."
        case .unexpectedAnswer(let host, let reason): "\(host) \(reason)."
        case .connection(let host, let reason):
            "\(host) cannot be reached, or does not stay: \(reason). The same command goes on with what has come."
        case .severalFiles(let source, let names):
            "\(source) has several files. Name one with --file:\n" + names.map { "  \($0)" }.joined(separator: "\n")
        case .nothingUsable(let source, let reason): "\(source) has nothing that can be used. \(reason)"
        case .wrongHash(let file, let expected, let found):
            "What came is not \"\(file)\": its SHA-256 is \(found), and the hub states \(expected). It was deleted. Try again; if it "
                + "happens twice, the file on the server is damaged or was replaced."
        case .wrongSize(let file, let expected, let found):
            "The server has \(found) bytes under the name of \"\(file)\", and the hub states \(expected). Nothing was kept. Try again "
                + "later."
        case .tooLarge(let name, let bytes, let most):
            "\(name) has \(bytes / 1_000_000) MB or more, and \(most / 1_000_000) MB may be fetched at most."
        case .disk(let path, let reason): "\"\(path)\" cannot be written: \(reason)."
        case .tooLittleSpace(let folder, let needed, let free):
            "\"\(folder)\" has room for \(free / 1_000_000) MB, and \((needed + 999_999) / 1_000_000) MB are needed. Make room, or choose "
                + "another folder with --into."
        case .taken(let path, let reason):
            "\"\(path)\" is there already: \(reason). Rename or delete it, or choose another folder with --into."
        case .busy(let path): "Another process is fetching \"\(path)\"."
        case .cancelled: "Interrupted. The same command goes on with what has come."
        }
    }
}
