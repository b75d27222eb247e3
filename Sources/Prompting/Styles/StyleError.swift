public import Generation

/// Why a style cannot be used.
public enum StyleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// - Parameters:
    ///   - nearest: a style of nearly this name.
    ///   - others: how many styles there are.
    case unknownStyle(name: String, nearest: String?, others: Int)
    /// - Parameter reason: ends without a full stop.
    case unreadable(path: String, reason: String)
    /// A style is to be saved whose name another one has.
    case nameTaken(String)
    /// - Parameter reason: ends without a full stop.
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .unknownStyle(let name, let nearest, let others) where name.count > 100:
            Self.unknownStyle(name: name.prefix(100) + "…", nearest: nearest, others: others).description
        case .unknownStyle(let name, _, 0):
            "There is no style \"\(name)\", for no styles were loaded. Name a styles.csv, a .json file or a folder with --styles-file."
        case .unknownStyle(let name, let nearest?, _): "There is no style \"\(name)\". Did you mean \"\(nearest)\"?"
        case .unknownStyle(let name, nil, let others):
            "There is no style \"\(name)\" among the \(others) that were loaded. Names are written as in the styles file."
        case .unreadable(let path, let reason): "Styles cannot be read from \"\(path)\": \(reason)."
        case .nameTaken(let name): "There is a style \"\(name)\" already. Use another name, or replace it."
        case .unwritable(let path, let reason): "The style cannot be written to \"\(path)\": \(reason)."
        }
    }
}

extension StyleError {
    /// The error as a notice on pictures that were drawn without the styles.
    var notice: Notice { Notice(.unreadableStyles, errorReason.values, description) }
}

extension StyleError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .unknownStyle(let name, let nearest, let others):
            ErrorReason(.unknownStyle, ["name": .init(name), "count": .init(others)]).with("did_you_mean", nearest.map { .init($0) })
        case .unreadable(let path, let reason): .unreadableFile(path, detail: reason)
        case .nameTaken(let name): ErrorReason(.nameTaken, ["name": .init(name)])
        case .unwritable(let path, let reason): ErrorReason(.notSaved, ["file": .text(path), "detail": .text(reason)])
        }
    }
}
