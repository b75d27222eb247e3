import FoundationEssentials
import Glibc

/// Finds checkpoints by name in the folders where people keep them.
struct ModelLibrary {
    /// In order: `EASEL_MODELS` (several are separated by ":"), the user's data folder, what came with Easel.
    let folders: [URL]
    /// Checkpoints elsewhere, paths by name.
    private var others: [String: String] = [:]

    init(environment: [String: String] = ProcessInfo.processInfo.environment, executable: URL = Self.executable) {
        var folders = environment["EASEL_MODELS"].map { $0.split(separator: ":").map { URL(filePath: String($0)) } } ?? []
        folders.append(UserFolders(environment: environment).models)
        folders += Self.bundled(beside: executable)
        self.folders = folders
    }

    /// The checkpoint that is used when none is asked for.
    static let defaultModel = "demo"

    /// A path as it is, or the first checkpoint of that name.
    func find(_ nameOrPath: String) throws(CommandFailure) -> String {
        let exists = FileManager.default.fileExists(atPath: nameOrPath)
        if exists, nameOrPath.contains("/") || Self.isCheckpoint(URL(filePath: nameOrPath)) { return nameOrPath }
        if !nameOrPath.contains("/") {
            for folder in folders {
                for name in [nameOrPath, nameOrPath + ".safetensors"] {
                    let candidate = folder.appending(path: name).path
                    if FileManager.default.fileExists(atPath: candidate) { return candidate }
                }
            }
        }
        // Not a checkpoint by its looks; whoever opens it can say why.
        if exists { return nameOrPath }
        let places = nameOrPath.contains("/") ? "" : " in \(folders.map { "\"\($0.path)\"" }.joined(separator: ", "))"
        throw CommandFailure(
            .badInput,
            "There is no model \"\(nameOrPath)\"\(places). Give the path of a .safetensors file or of a diffusers folder, or a name from `easel models`.")
    }

    /// Finds a checkpoint as `find` does, and lists it from now on, if need be by the name of its file.
    /// - Returns: the name that it is listed by.
    mutating func add(_ nameOrPath: String) throws(CommandFailure) -> String {
        let path = try find(nameOrPath)
        if let listed = all().first(where: { $0.path == path }) { return listed.name }
        let url = URL(filePath: path)
        let name = url.pathExtension == "safetensors" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
        others[name] = path
        return name
    }

    /// Every checkpoint in `folders`: name and path, in order of the names. A name found twice is the first folder's.
    func all() -> [(name: String, path: String)] {
        var found = others
        for folder in folders {
            for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
                let url = folder.appending(path: entry)
                guard Self.isCheckpoint(url) else { continue }
                let name = url.pathExtension == "safetensors" ? url.deletingPathExtension().lastPathComponent : entry
                if found[name] == nil { found[name] = url.path }
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Whether this looks like a checkpoint: a .safetensors file or a diffusers folder.
    private static func isCheckpoint(_ url: URL) -> Bool {
        url.pathExtension == "safetensors" || FileManager.default.fileExists(atPath: url.appending(path: "model_index.json").path)
    }

    /// The program's file, links resolved.
    static var executable: URL {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments.first ?? "easel"
        return URL(filePath: path)
    }

    /// `Models` in a checkout that the program was built in, `share/easel/models` of an installation.
    private static func bundled(beside executable: URL) -> [URL] {
        let binaries = executable.deletingLastPathComponent()
        var folders: [URL] = []
        var ancestor = binaries
        // .build/<triple>/<configuration>/ lies three levels below the checkout.
        for _ in 0..<3 {
            ancestor = ancestor.deletingLastPathComponent()
            folders.append(ancestor.appending(path: "Models"))
        }
        folders.append(binaries.deletingLastPathComponent().appending(path: "share/easel/models"))
        return folders.filter { FileManager.default.fileExists(atPath: $0.path) }
    }
}
