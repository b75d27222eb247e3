import Files
import FoundationEssentials

/// Files of a folder and of the folders in it that people name by their names without endings: embeddings, upscalers, LoRA.
package enum NamedFiles {
    /// Deeper folders are not looked into.
    static let deepestFolder = 10

    package struct File {
        /// Without its ending.
        let name: String
        let path: String
        /// The folders on the way to it, joined by "/"; empty at the top.
        let subfolder: String
    }

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
        for file in list(folder, endings: endings) {
            let isBetter = file.path.pathExtension == endings[0] && paths[file.name]?.pathExtension != endings[0]
            if paths[file.name] == nil || isBetter { paths[file.name] = file.path }
        }
        return paths
    }

    /// Lists the files, those of one name too; none is opened. Hidden ones are left out.
    package static func list(_ folder: String, endings: [String]) -> [File] {
        var files: [File] = []
        list(folder, subfolder: "", endings, depth: 0, into: &files)
        return files
    }

    private static func list(_ folder: String, subfolder: String, _ endings: [String], depth: Int, into files: inout [File]) {
        guard depth < deepestFolder, let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for entry in entries.sorted() where !entry.hasPrefix(".") {
            let path = folder + "/" + entry
            if PathKind(path) == .folder {
                list(path, subfolder: subfolder.isEmpty ? entry : "\(subfolder)/\(entry)", endings, depth: depth + 1, into: &files)
            } else if endings.contains(entry.pathExtension) {
                files.append(File(name: entry.deletingPathExtension, path: path, subfolder: subfolder))
            }
        }
    }
}
