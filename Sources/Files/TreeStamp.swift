/// A state of a folder with all folders in it, or of a file: tells whether something has changed, for the price of a look at each.
public struct TreeStamp: Sendable {
    /// nil where there was nothing.
    private let stamps: [String: FileStamp?]
    private let isSettled: Bool

    /// Deeper folders, and entries after so many, are not watched.
    public static let (deepestFolder, mostEntries) = (10, 20_000)

    /// Takes the stamp. Take it before the contents are read.
    /// - Parameter endings: of files whose contents count, in lower case; of others only coming, going and new names are seen.
    public init(_ path: String, endings: [String] = []) {
        let now = FileStamp.now
        var stamps: [String: FileStamp?] = [path: FileStamp(path)]
        func walk(_ folder: String, depth: Int) {
            guard depth <= Self.deepestFolder else { return }
            for name in FolderEntries.names(in: folder) ?? [] where !name.hasPrefix(".") && stamps.count < Self.mostEntries {
                let entry = folder + "/" + name
                if FolderEntries.isFolder(entry) {
                    stamps[entry] = FileStamp(entry)
                    walk(entry, depth: depth + 1)
                } else if endings.contains(where: name.lowercased().hasSuffix) {
                    stamps[entry] = FileStamp(entry)
                }
            }
        }
        if FolderEntries.isFolder(path) { walk(path, depth: 0) }
        self.stamps = stamps
        isSettled = stamps.values.allSatisfy { $0?.isSettled(at: now) ?? true }
    }

    /// Whether everything still is as it was.
    public var isCurrent: Bool { isSettled && stamps.allSatisfy { FileStamp($0.key) == $0.value } }
}
