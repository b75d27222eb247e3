/// Why a style cannot be used.
public enum StyleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// - Parameters:
    ///   - nearest: a style of nearly this name.
    ///   - others: how many styles there are.
    case unknownStyle(name: String, nearest: String?, others: Int)
    /// - Parameter reason: ends without a full stop.
    case unreadable(path: String, reason: String)

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
        }
    }
}
