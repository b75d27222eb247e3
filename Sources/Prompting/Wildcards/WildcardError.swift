public import Generation

/// Why wildcards cannot be used.
public enum WildcardError: Error, Sendable, Hashable, CustomStringConvertible {
    case noFolder(path: String)
    /// - Parameter reason: ends without a full stop.
    case unreadable(file: String, reason: String)

    public var description: String {
        switch self {
        case .noFolder(let path): "There is no folder \"\(path)\" to take wildcards from. Check the path after --wildcards."
        case .unreadable(let file, let reason): "Wildcard file \"\(file).txt\" cannot be read: \(reason)."
        }
    }
}

extension WildcardError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .noFolder(let path): ErrorReason(.noSuchFile, ["file": .text(path)])
        case .unreadable(let file, let reason): .unreadableFile(file + ".txt", detail: reason)
        }
    }
}
