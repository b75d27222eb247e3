import Files
import FoundationEssentials

/// Files of a folder and of the folders in it that people name by their names without endings: embeddings, upscalers.
enum NamedFiles {
    /// Deeper folders are not looked into.
    static let deepestFolder = 10

    /// Lists the files of several folders; none is opened. The first folder that has a name keeps it.
    /// - Parameter endings: see `paths(in:endings:)`.
    static func paths(in folders: [String], endings: [String]) -> [String: String] {
        folders.reduce(into: [:]) { paths, folder in
            paths.merge(Self.paths(in: folder, endings: endings)) { first, _ in first }
        }
    }

    /// Lists the files of a folder; none is opened. Hidden ones are left out.
    /// - Parameter endings: without the dot. Among files of one name, those with the first ending go before others.
    /// - Returns: the paths by the names.
    static func paths(in folder: String, endings: [String]) -> [String: String] {
        var paths: [String: String] = [:]
        list(folder, endings, depth: 0, into: &paths)
        return paths
    }

    private static func list(_ folder: String, _ endings: [String], depth: Int, into paths: inout [String: String]) {
        guard depth < deepestFolder, let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for entry in entries.sorted() where !entry.hasPrefix(".") {
            let path = folder + "/" + entry
            if PathKind(path) == .folder {
                list(path, endings, depth: depth + 1, into: &paths)
            } else if endings.contains(entry.pathExtension) {
                let name = entry.deletingPathExtension
                let isBetter = entry.pathExtension == endings[0] && paths[name]?.pathExtension != endings[0]
                if paths[name] == nil || isBetter { paths[name] = path }
            }
        }
    }
}
