import Checkpoints
import Files
import Foundation
import Prompting
public import Settings
import WebAPI

/// Moving in from another program: what is there, what would be set, and what has no counterpart. Nothing is moved or copied.
public struct ImportPlan: Sendable {
    /// The files of one kind.
    public struct Collection: Sendable, Hashable {
        public let kind: FileKind
        public let count: Int
        public let folders: [String]
    }

    /// A setting that would have another value.
    public struct Change: Sendable, Hashable {
        public let key: String
        /// The value in the settings file, or the default, as text.
        public let before: String
        /// As text that the setting reads.
        public let value: String
        /// The other program's name for it; `folder` for the folder itself.
        public let source: String
    }

    /// A setting of the other program's that stays behind.
    public struct Leftover: Sendable, Hashable {
        public let name: String
        public let value: String
        /// A sentence; nil where there is no such setting here.
        public let reason: String?
    }

    /// The other program's folder.
    public let folder: ProgramFolder
    /// The files of each kind, kinds with no file left out.
    public let collections: [Collection]
    /// In order of the keys.
    public private(set) var changes: [Change] = []
    /// In order of their names, those with a reason first.
    public private(set) var leftovers: [Leftover] = []
    /// Sentences about what was found.
    public let notes: [String]

    /// Looks at a folder.
    /// - Parameters:
    ///   - path: of the other program's folder.
    ///   - settings: those of the settings file, without flags and variables.
    ///   - user: the user's folders.
    /// - Throws: `ImportError` for a path that is no such folder.
    public init(from path: String, settings: EaselSettings, user: UserFolders = UserFolders()) throws(ImportError) {
        let path = URL(filePath: user.path(path)).standardizedFileURL.path
        switch PathKind(path) {
        case .nothing: throw .notThere(path)
        case .file: throw .noFolder(path)
        case .folder: break
        }
        guard let folder = ProgramFolder(path, user: user) else { throw .unknownLayout(path) }
        self.folder = folder
        collections = FileKind.allCases.compactMap { Collection($0, in: folder.folders(of: $0)) }

        let isKnown = settings.modelFolders.contains { user.path($0) == folder.path }
        var next = settings
        if !isKnown { next.modelFolders.append(folder.path) }
        let counterparts = Counterparts(folder, settings: settings, folders: ModelFolders(next, user: user))
        notes = folder.problems + counterparts.notes.filter { !folder.problems.contains($0) }
        leftovers = counterparts.leftovers.sorted { ($0.reason == nil ? 1 : 0, $0.name) < ($1.reason == nil ? 1 : 0, $1.name) }
        var values = counterparts.values
        if !isKnown { values.append((key: "model_folders", text: WebJSON.text(next.modelFolders), source: "folder")) }
        for value in values.sorted(by: { $0.key < $1.key }) {
            guard let setting = Setting.all.first(where: { $0.key == value.key }),
                let after = try? EaselSettings(flags: [.init("--from", [value.key: value.text])])
            else { continue }
            let change = Change(
                key: value.key, before: setting.text(in: settings), value: setting.text(in: after), source: value.source)
            if change.before != change.value { changes.append(change) }
        }
    }

    /// Writes the changes into a settings file; see `SettingsFile.put`.
    public func write(to file: String) throws(SettingsError) {
        let texts = Dictionary(changes.map { ($0.key, $0.value) }) { first, _ in first }
        let settings = try EaselSettings(flags: [.init("--from", texts)])
        let known = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, $0) })
        try SettingsFile.put(
            Dictionary(uniqueKeysWithValues: texts.keys.map { key in (key, known[key].map { WebJSON.value($0.value(in: settings)) }) }),
            into: file)
    }
}

extension ImportPlan.Collection {
    /// - Returns: nil when there is nothing of the kind.
    fileprivate init?(_ kind: FileKind, in folders: [String]) {
        let count = switch kind {
        case .checkpoints: ModelLibrary(folders: folders.map { URL(filePath: $0) }).listing().models.count
        case .styles: folders.reduce(0) { $0 + ((try? StyleLibrary(path: $1))?.styles.count ?? 0) }
        default: folders.reduce(0) { $0 + NamedFiles.list($1, endings: kind.endings).count }
        }
        guard count > 0 else { return nil }
        (self.kind, self.count, self.folders) = (kind, count, folders)
    }
}

/// Why nothing can be imported from a path.
public enum ImportError: Error, Sendable, Hashable, CustomStringConvertible {
    case notThere(String)
    case noFolder(String)
    case unknownLayout(String)

    public var description: String {
        switch self {
        case .notThere(let path): "There is no folder \"\(path)\". Name the other program's folder, such as ~/stable-diffusion-webui."
        case .noFolder(let path): "\"\(path)\" is a file. Name the other program's folder, such as ~/stable-diffusion-webui."
        case .unknownLayout(let path):
            """
            "\(path)" is no folder of A1111, SD.Next, Forge or ComfyUI: neither models/Stable-diffusion nor models/checkpoints is in it. \
            Name the program's own folder, such as ~/stable-diffusion-webui or ~/ComfyUI; a folder of checkpoints alone is used with \
            --model-folder or the setting model_folders.
            """
        }
    }
}
