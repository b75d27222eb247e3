import Checkpoints
import Files
import Glibc

/// A checkpoint that can be used by name.
public struct ListedModel: Sendable, Hashable {
    /// Its place below the model folder, without its ending: `sub/anime`. No two models have the same.
    public internal(set) var name: String
    /// The same with its ending.
    public let file: String
    /// The place of the file or folder.
    public let path: String
    /// Whether it is a diffusers folder, not a file.
    public internal(set) var isFolder = false
}

/// The checkpoints in one model folder and in all folders below it.
///
/// Hidden folders and the inside of diffusers folders are not looked into.
struct ModelFolder {
    /// Deeper folders are not looked into.
    static let deepestFolder = 10
    /// More folders are not looked into: links make endless trees of a few.
    static let mostFolders = 10_000

    /// Files and folders that look like checkpoints, in order of their names.
    private(set) var models: [ListedModel] = []
    /// Files that are named like checkpoints and are none.
    private(set) var leftOut: [LeftOutModel] = []

    private let known: KnownLooks?
    private var folderCount = 0

    /// - Parameters:
    ///   - path: a folder; one that is not there has nothing in it. A checkpoint itself is its own only model.
    ///   - known: what files looked like before.
    init(_ path: String, known: KnownLooks? = nil) {
        self.known = known
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if case .otherFolder = ModelLook(path, known: known) {
            walk(path, below: "", ancestors: [])
        } else if FileIdentity(path) != nil {
            add(path, as: path.split(separator: "/").last.map(String.init) ?? path, ancestors: [])
        }
        models.sort { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    }

    private mutating func walk(_ folder: String, below place: String, ancestors: [FolderKey]) {
        // A link to a folder that this one lies in would lead round and round.
        guard ancestors.count <= Self.deepestFolder, folderCount < Self.mostFolders, let key = FolderKey(folder), !ancestors.contains(key)
        else { return }
        folderCount += 1
        for name in FolderEntries.names(in: folder) ?? [] where !name.hasPrefix(".") {
            add((folder == "/" ? "" : folder) + "/" + name, as: place + name, ancestors: ancestors + [key])
        }
    }

    private mutating func add(_ path: String, as file: String, ancestors: [FolderKey]) {
        let isNamedAsFile = Self.hasEnding(file)
        // Pictures and notes beside the models need no second look.
        guard isNamedAsFile || FolderKey(path) != nil else { return }
        switch ModelLook(path, known: known) {
        case .file where Self.withoutEnding(file).lowercased().hasSuffix(".vae"):
            leftOut.append(LeftOutModel(
                file: file, path: path, reason: "it is the VAE of the model of the same name; --vae uses it with others"))
        case .file: models.append(ListedModel(name: Self.withoutEnding(file), file: file, path: path))
        case .diffusersFolder: models.append(ListedModel(name: file, file: file, path: path, isFolder: true))
        case .otherFolder: walk(path, below: file + "/", ancestors: ancestors)
        case .noModel(let reason): leftOut.append(LeftOutModel(file: file, path: path, reason: reason))
        }
    }

    /// Whether this is the name of a checkpoint's file. The ending may be in any case.
    static func hasEnding(_ file: String) -> Bool { FileKind.checkpoints.endings.contains(file.pathExtension) }
    static func withoutEnding(_ file: String) -> String { hasEnding(file) ? file.deletingPathExtension : file }
}

/// Something that has the name of a checkpoint and is none, or cannot be used by a name.
public struct LeftOutModel: Sendable, Hashable {
    /// Its place below the model folder.
    public let file: String
    /// The place of the file or folder.
    public let path: String
    /// A sentence that begins with a small letter.
    public let reason: String
}

/// Tells a folder from others, by whatever path it was reached.
private struct FolderKey: Hashable {
    private let device: UInt
    private let number: UInt

    /// - Returns: nil when there is no folder.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        device = UInt(status.st_dev)
        number = UInt(status.st_ino)
    }
}
