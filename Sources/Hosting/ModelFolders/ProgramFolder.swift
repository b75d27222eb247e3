import Files

/// The folder of another program, and where its files lie, told by the folders that are there.
///
/// Names are read in any case. Only folders are looked at, and the files that name others: SD.Next's `config.json`, ComfyUI's
/// `extra_model_paths.yaml`, and the flags in `webui-user.sh` and `webui-user.bat` of A1111 and Forge.
public struct ProgramFolder: Sendable, Equatable {
    /// The programs whose folders are known.
    public enum Program: String, Sendable {
        case a1111 = "A1111"
        case forge = "Forge"
        case sdNext = "SD.Next"
        case comfyUI = "ComfyUI"
    }

    /// The folder, without a slash at its end.
    public let path: String
    /// nil for a folder of models alone, such as ComfyUI's `models`.
    public let program: Program?
    /// Sentences about files that name folders and cannot be read.
    public private(set) var problems: [String] = []
    private var places: [FileKind: [String]] = [:]

    /// The folders with files of a kind, in the order in which they are looked through; for styles also a file. All of them are there.
    public func folders(of kind: FileKind) -> [String] { places[kind] ?? [] }

    /// Looks at a folder.
    /// - Returns: nil when it is none of another program.
    public init?(_ path: String, user: UserFolders = UserFolders()) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        func has(_ name: String) -> Bool { PathKind(path + "/" + name) != .nothing }
        self.path = path
        let isInstalled = Self.subfolders(of: path + "/models").contains { FileKind(folderName: $0) != nil }
        program = if has("modules_forge") { .forge }
            else if has("installer.py") || has("models/Diffusers") { .sdNext }
            else if has("custom_nodes") || has("models/checkpoints") || has(Self.extraModelPaths) { .comfyUI }
            else if isInstalled { .a1111 }
            else { nil }

        addNamedFolders(first: true, user)
        if program == nil {
            addSubfolders(of: path, among: FileKind.allCases)
        } else {
            addSubfolders(of: path + "/models", among: FileKind.allCases)
            addSubfolders(of: path, among: [.embeddings, .wildcards])
            for extensions in ["extensions", "custom_nodes"] {
                for name in Self.subfolders(of: path + "/" + extensions) { add("\(path)/\(extensions)/\(name)/wildcards", .wildcards) }
            }
            add(path + "/styles.csv", .styles)
        }
        addNamedFolders(first: false, user)

        // Folders of checkpoints may have one of such a name in them. Two are no accident.
        let isKnown = program != nil ? !places.isEmpty : places.count > 1 && (places[.checkpoints] ?? places[.unets]) != nil
        guard isKnown || !problems.isEmpty else { return nil }
    }

    /// The place of A1111's and SD.Next's settings; nil for another program.
    var configuration: String? { program == .comfyUI || program == nil ? nil : path + "/config.json" }

    private static let extraModelPaths = "extra_model_paths.yaml"

    // MARK: Adding

    private mutating func add(_ folder: String, _ kind: FileKind) {
        let isThere = kind == .styles ? PathKind(folder) != .nothing : PathKind(folder) == .folder
        if isThere, places[kind]?.contains(folder) != true { places[kind, default: []].append(folder) }
    }

    private mutating func addSubfolders(of folder: String, among kinds: [FileKind]) {
        let names = Self.subfolders(of: folder)
        for kind in kinds {
            for wanted in kind.folderNames {
                for name in names where FileKind.folded(name) == wanted { add(folder + "/" + name, kind) }
            }
        }
    }

    /// Adds the folders that a file of the program names.
    /// - Parameter first: whether they come before those that are found by their names.
    private mutating func addNamedFolders(first: Bool, _ user: UserFolders) {
        switch program {
        case .sdNext where first:
            let settings = ProgramSettings(path: path + "/config.json")
            problems += settings.problem.map { [$0] } ?? []
            for kind in FileKind.allCases {
                for key in kind.sdNextKeys {
                    guard case .string(let folder)? = settings.values[key], !folder.isEmpty else { continue }
                    add(ExtraModelPaths.joined(path, user.path(folder)), kind)
                }
            }
        case .comfyUI:
            let file = path + "/" + Self.extraModelPaths
            guard PathKind(file) == .file else { return }
            do throws(ExtraModelPathsError) {
                for entry in try ExtraModelPaths(path: file, expand: { user.expanded($0) }).entries where entry.isFirst == first {
                    add(entry.path, entry.kind)
                }
            } catch {
                if first { problems.append(error.description) }
            }
        case .a1111 where first, .forge where first:
            for named in WebUIFlags(in: path, user: user).folders {
                switch named.place {
                case .kind(let kind):
                    add(named.path, kind)
                    let isThere = kind == .styles ? PathKind(named.path) != .nothing : PathKind(named.path) == .folder
                    if !isThere { problems.append("\(named.flag) in \(named.file) names \"\(named.path)\", which is not there.") }
                case .models: addSubfolders(of: named.path, among: FileKind.allCases)
                case .data:
                    addSubfolders(of: named.path + "/models", among: FileKind.allCases)
                    addSubfolders(of: named.path, among: [.embeddings, .wildcards])
                    add(named.path + "/styles.csv", .styles)
                }
            }
        case nil, .a1111, .forge, .sdNext: break
        }
    }

    private static func subfolders(of folder: String) -> [String] {
        (FolderEntries.names(in: folder) ?? []).filter { !$0.hasPrefix(".") && FolderEntries.isFolder(folder + "/" + $0) }
    }
}
