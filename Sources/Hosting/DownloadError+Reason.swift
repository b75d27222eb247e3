import Downloads
import Generation
import Jobs
import WebAPI

extension DownloadError {
    /// The kind of error as data, for programs and for pages in other languages.
    private var reason: ErrorReason {
        switch self {
        case .unreadable(let text, let hint): ErrorReason(.unreadableSource, ["value": .init(text), "detail": .text(hint)])
        case .refused(let host, let reason): ErrorReason(.refusedHost, ["name": .init(host), "detail": .text(reason)])
        case .notAllowed(let host, let hint): ErrorReason(.hubRefuses, ["name": .init(host), "detail": .text(hint)])
        case .notFound(let what, let host): ErrorReason(.notOnHub, ["value": .init(what), "name": .init(host)])
        case .status(let status, let host): ErrorReason(.hubFails, ["name": .init(host), "detail": .text("status \(status)")])
        case .unexpectedAnswer(let host, let reason): ErrorReason(.hubFails, ["name": .init(host), "detail": .text(reason)])
        case .connection(let host, let reason): ErrorReason(.hubFails, ["name": .init(host), "detail": .text(reason)])
        case .severalFiles(let source, let names):
            ErrorReason(.severalFiles, ["value": .init(source), "choices": .init(names.map(Self.path))])
        case .nothingUsable(let source, let reason): ErrorReason(.nothingUsable, ["value": .init(source), "detail": .text(reason)])
        case .wrongHash(let file, _, _), .wrongSize(let file, _, _): ErrorReason(.wrongDownload, ["file": .init(file)])
        case .tooLarge(let name, let bytes, let most):
            ErrorReason(.downloadTooLarge, [
                "name": .init(name), "value": .init(bytes / 1_000_000), "max": .init(most / 1_000_000), "setting": "max_download_bytes",
            ])
        case .disk(let path, let reason): ErrorReason(.notSaved, ["file": .text(path), "detail": .text(reason)])
        case .tooLittleSpace(_, let needed, let free):
            ErrorReason(.diskFull, ["value": .init(needed / 1_000_000), "max": .init(free / 1_000_000)])
        case .taken(let path, let reason): ErrorReason(.fileThere, ["file": .text(path), "detail": .text(reason)])
        case .busy(let path): ErrorReason(.fileThere, ["file": .text(path), "detail": "it is being fetched"])
        case .cancelled: ErrorReason(.cancelled)
        }
    }

    /// A file's path in a list that may tell sizes behind them.
    private static func path(_ entry: String) -> String { entry.split(separator: "  ").first.map(String.init) ?? entry }

    /// The error for clients of a server, which know no options of a command.
    var publicReason: PublicReason {
        let text = switch self {
        case .connection(let host, let reason):
            "\(host) cannot be reached, or does not stay: \(reason). Asked for again, the download goes on with what has come."
        case .severalFiles(let source, let names):
            "\(source) has several files. Name one in the field file: \(names.map(Self.path).joined(separator: ", "))."
        case .tooLarge: "\(self) The setting max_download_bytes of the server is the limit."
        case .tooLittleSpace(_, let needed, let free):
            "The server's disk has room for \(free / 1_000_000) MB, and \((needed + 999_999) / 1_000_000) MB are needed."
        case .taken(let path, let reason): "\"\(path)\" is there already: \(reason)."
        default: "\(self)"
        }
        return PublicReason(
            ErrorReason(reason.name, reason.values.mapValues { $0.mapTexts(PublicReason.withoutFolders) }),
            PublicReason.withoutFolders(text.withoutFlags))
    }
}

extension String {
    /// The text with fields of a request in the place of a command's options.
    var withoutFlags: String {
        replacing(". --", with: ". The field ").replacing("; --", with: "; the field ").replacing("--", with: "the field ")
    }
}

extension APIError {
    /// The answer to a request for a model that cannot be fetched.
    init(_ error: DownloadError) {
        let (kind, field): (Kind, String?) = switch error {
        case .unreadable, .refused, .notAllowed, .nothingUsable, .tooLarge: (.invalidValue, "source")
        case .severalFiles: (.invalidValue, "file")
        case .notFound: (.notFound, "source")
        case .status, .unexpectedAnswer, .connection, .cancelled: (.unavailable, nil)
        case .wrongHash, .wrongSize, .disk, .tooLittleSpace: (.failed, nil)
        case .taken, .busy: (.nameTaken, "source")
        }
        let reason = error.publicReason
        self.init(kind, field: field, reason: reason.reason, reason.description)
    }
}
