import Checkpoints
public import FoundationEssentials
import Glibc
public import Settings
import WebAPI

/// Finds checkpoints by name in the folders where people keep them.
public struct ModelLibrary: Sendable {
    /// The folders that are looked through. The first that has a name keeps it.
    public private(set) var folders: [URL]
    /// Finds the folders again; nil for those that were named.
    private var folderFinder: (@Sendable () -> [URL])?
    /// Checkpoints elsewhere.
    private var others: [ListedModel] = []
    let known = KnownLooks()
    /// The folder that remembers hashes.
    private let cache: URL

    /// Looks through these folders only.
    /// - Parameters:
    ///   - folders: in order; one that is not there has nothing in it.
    ///   - cache: remembers the hashes of files.
    public init(folders: [URL], cache: URL = UserFolders().cache) {
        self.folders = folders
        self.cache = cache
    }

    /// Looks through the folders of the variable `EASEL_MODELS` (several are separated by ":"), the user's data folder, those of the
    /// setting `model_folders`, and the models that came with Easel. Of another program's folder those count that are for checkpoints.
    /// - Parameters:
    ///   - settings: `model_folders` in it.
    ///   - environment: variables by name.
    ///   - executable: the program's file: models that came with Easel lie in a fixed place beside it.
    public init(
        _ settings: EaselSettings = EaselSettings(), environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: URL = Self.executable
    ) {
        let user = UserFolders(environment: environment)
        self.init(ModelFolders(settings, user: user), executable: executable)
        folderFinder = { Self.places(ModelFolders(settings, user: user), executable: executable) }
    }

    /// Looks through these folders, and the models that came with Easel.
    public init(_ folders: ModelFolders, executable: URL = Self.executable) {
        self.init(folders: Self.places(folders, executable: executable), cache: folders.user.cache)
    }

    private static func places(_ folders: ModelFolders, executable: URL) -> [URL] {
        folders.ofCheckpoints.map { URL(filePath: $0) } + bundled(beside: executable)
    }

    /// The checkpoint that is used when none is asked for.
    public static let defaultModel = "demo"

    // MARK: Listing

    /// Every checkpoint that can be used by name, in order of the names, and what was left out.
    ///
    /// A model's name is its place below its model folder without its ending. Where several would have the same name, the first model
    /// folder counts; in one folder a diffusers folder comes before a file that ends in `.safetensors`, and that before others. The later
    /// ones are listed under the file's whole name; when that is taken, too, they are left out.
    public func listing() -> ModelListing {
        var listing = ModelListing()
        var owners: [String: String] = [:]
        var paths: Set<String> = []
        func add(_ model: ListedModel) {
            // A folder may be named twice, or lie in another one.
            guard paths.insert(model.path).inserted else { return }
            var model = model
            if owners[model.name] != nil { model.name = model.file }
            if let owner = owners[model.name] {
                let reason = "another model has its name: \(owner). Give its path, or rename it."
                return listing.leftOut.append(LeftOutModel(file: model.file, path: model.path, reason: reason))
            }
            for name in [model.name, model.file] where owners[name] == nil { owners[name] = model.path }
            listing.models.append(model)
        }
        for other in others { add(other) }
        for folder in folders {
            let found = ModelFolder(folder.path, known: known)
            for rank in 0...2 { for model in found.models where model.rank == rank { add(model) } }
            listing.leftOut += found.leftOut.filter { paths.insert($0.path).inserted }
        }
        listing.models.sort { $0.name < $1.name }
        return listing
    }

    /// Looks at every file again for the next list, whether or not it seems to have changed.
    public func forget() { known.forget() }

    /// Looks for the folders of other programs again: some may have come since the library was made.
    public mutating func findFolders() {
        if let folderFinder { folders = folderFinder() }
    }

    // MARK: Finding

    /// Finds the checkpoint that a name stands for, as `ModelCatalog` reads names. A path means itself.
    /// - Parameter onNote: told in a sentence before a file is hashed, which may take a while.
    /// - Returns: its path.
    /// - Throws: `HostingError.noSuchModel`, `.ambiguousModel`.
    public func find(_ nameOrPath: String, onNote: (String) -> Void = { _ in }) throws(HostingError) -> String {
        let text = UserFolders().path(nameOrPath)
        let exists = FileManager.default.fileExists(atPath: text)
        if exists, text.contains("/") || Self.looksLikeCheckpoint(text) { return text }
        let listing = listing()
        if let path = try listing.path(of: text, pathOfHash: { path(ofHash: $0, in: listing, onNote) }) { return path }
        // It does not look like a checkpoint. Opening it tells why.
        if exists { return text }
        throw .noSuchModel(text, folders: text.hasPrefix("/") ? [] : folders.map(\.path))
    }

    /// The name that a path's checkpoint is listed by; nil when it is not listed.
    public func name(ofPath path: String) -> String? {
        let real = Self.realPath(path)
        return listing().models.first { $0.path == path || Self.realPath($0.path) == real }?.name
    }

    /// Finds a checkpoint as `find` does, and lists it from now on, if need be by the name of its file.
    /// - Returns: the name that it is listed by.
    /// - Throws: as `find`.
    public mutating func add(_ nameOrPath: String, onNote: (String) -> Void = { _ in }) throws(HostingError) -> String {
        let path = try find(nameOrPath, onNote: onNote)
        let listed = listing().models.first { $0.path == path || Self.realPath($0.path) == Self.realPath(path) }
        if let listed { return listed.name }
        let file = URL(filePath: path).lastPathComponent
        let model = ListedModel(name: ModelFolder.withoutEnding(file), file: file, path: path)
        others.append(model)
        return model.name
    }

    /// Computes the hashes that are not known, which reads gigabytes.
    private func path(ofHash hash: String, in listing: ModelListing, _ onNote: (String) -> Void) -> String? {
        let memory = HashMemory(folder: cache)
        let files = listing.models.compactMap { model in
            (model.isFolder ? (try? Checkpoint.open(model.path))?.hashedPath : model.path).map { (model: model, path: $0) }
        }
        if let index = memory.index(of: hash, inFiles: files.map(\.path)) { return files[index].model.path }
        let unknown = files.filter { memory.hash(ofFile: $0.path) == nil }
        for (index, file) in unknown.enumerated() {
            onNote("Computing the hash of \(file.model.name), \(index + 1) of \(unknown.count) …")
            if memory.computeBlocking(ofFile: file.path)?.hasPrefix(hash) == true { return file.model.path }
        }
        return nil
    }

    /// Chooses the model of a server.
    /// - Parameters:
    ///   - flag: a name or a path; must be there.
    ///   - setting: counts without a flag: a name or an absolute path. One that is not there shows when it is loaded.
    /// - Returns: the name that the model is listed by.
    /// - Throws: as `find`, for the flag only.
    public mutating func name(flag: String?, setting: String, onNote: (String) -> Void = { _ in }) throws(HostingError) -> String {
        if let flag { return try add(flag, onNote: onNote) }
        if UserFolders().path(setting).hasPrefix("/") { return (try? add(setting)) ?? setting }
        let listing = listing()
        guard let path = try? listing.path(of: setting) else { return setting }
        return listing.models.first { $0.path == path }?.name ?? setting
    }

    private static func looksLikeCheckpoint(_ path: String) -> Bool {
        ModelFolder.hasEnding(path) || FileManager.default.fileExists(atPath: path + "/model_index.json")
    }

    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    // MARK: Folders

    /// The program's file, links resolved.
    public static var executable: URL {
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

/// The contents of all model folders.
public struct ModelListing: Sendable, Equatable {
    /// Models that can be used by name, in order of the names.
    public internal(set) var models: [ListedModel] = []
    /// Files that are named like checkpoints and cannot be used by a name.
    public internal(set) var leftOut: [LeftOutModel] = []

    /// Finds the model that a name stands for.
    /// - Parameter pathOfHash: finds a model by the first digits of its hash.
    /// - Returns: its path; nil when there is none.
    /// - Throws: `HostingError.ambiguousModel`.
    func path(of text: String, pathOfHash: (String) -> String? = { _ in nil }) throws(HostingError) -> String? {
        let summaries = models.map { ModelSummary(name: $0.name, sha256: nil, file: $0.file, isLoaded: false) }
        let catalog = ModelCatalog(summaries, current: "")
        let found = catalog.matches(text)
        guard found.count < 2 else {
            throw .ambiguousModel(text, names: found.map(\.name))
        }
        if let path = path(named: found.first?.name ?? text) { return path }
        return catalog.hashQuestions.first.flatMap { pathOfHash($0.hash) }
    }

    /// Finds the model of exactly this name, or the file that was left out and would have it: opening that tells what is wrong.
    func path(named name: String) -> String? {
        models.first { $0.name == name }?.path ?? leftOut.first { $0.file == name || ModelFolder.withoutEnding($0.file) == name }?.path
    }

    /// Sentences about names that are not as a user expects, for the log and `easel models`.
    public var notes: [String] {
        let named = models.filter { $0.name == $0.file && ModelFolder.hasEnding($0.file) && !$0.isFolder }
        return named.map { "\($0.path) is called \"\($0.name)\", for another model has the name without the ending." }
            + leftOut.map { "\($0.path) is not listed: \($0.reason)" }
    }
}

extension ListedModel {
    /// The rank among models of one name: the lowest keeps it.
    fileprivate var rank: Int { isFolder ? 0 : file.hasSuffix(".safetensors") ? 1 : 2 }
}
