import Glibc

/// The contents of a folder.
public enum FolderEntries {
    /// The names, sorted by their bytes: the same order on every disk. Without `.` and `..`.
    /// - Returns: nil when the folder cannot be read.
    public static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // The name is longer than its type says; only what is there is read.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                bytes.baseAddress.map { String(cString: $0.assumingMemoryBound(to: CChar.self)) } ?? ""
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whether this is a folder, or a link to one.
    public static func isFolder(_ path: String) -> Bool { PathKind(path) == .folder }
}
