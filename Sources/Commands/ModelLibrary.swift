import Checkpoints
import FoundationEssentials
import Glibc
import WebAPI

/// Finds checkpoints by name in the folders where people keep them.
struct ModelLibrary: Sendable {
    /// In order: `EASEL_MODELS` (several are separated by ":"), the user's data folder, what came with Easel.
    let folders: [URL]
    /// Checkpoints elsewhere.
    private var others: [ListedModel] = []
    private let known = KnownLooks()
    /// Where hashes are remembered.
    private let cache: URL

    init(environment: [String: String] = ProcessInfo.processInfo.environment, executable: URL = Self.executable) {
        let user = UserFolders(environment: environment)
        var folders = environment["EASEL_MODELS"].map { $0.split(separator: ":").map { URL(filePath: user.path(String($0))) } } ?? []
        folders.append(user.models)
        folders += Self.bundled(beside: executable)
        self.folders = folders
        cache = user.cache
    }

    /// The checkpoint that is used when none is asked for.
    static let defaultModel = "demo"

    // MARK: Listing

    /// Every checkpoint that can be used by name, in order of the names, and what was left out.
    ///
    /// A model's name is its place below its model folder without `.safetensors`. Where several would have the same name, the first
    /// model folder counts; in one folder a diffusers folder comes before a file whose ending is in lower case, and that before others.
    /// The later ones are listed under the file's whole name; when that is taken, too, they are left out.
    func listing() -> ModelListing {
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
    func forget() { known.forget() }

    // MARK: Finding

    /// A path as it is, or the checkpoint that a name stands for; see `ModelCatalog`.
    func find(_ nameOrPath: String) throws(CommandFailure) -> String {
        let text = UserFolders().path(nameOrPath)
        let exists = FileManager.default.fileExists(atPath: text)
        if exists, text.contains("/") || Self.looksLikeCheckpoint(text) { return text }
        let listing = listing()
        if let path = try listing.path(of: text, pathOfHash: { path(ofHash: $0, in: listing) }) { return path }
        // Not a checkpoint by its looks; whoever opens it can say why.
        if exists { return text }
        let places = text.hasPrefix("/") ? "" : " in \(folders.map { "\"\($0.path)\"" }.joined(separator: ", "))"
        throw CommandFailure(
            .badInput,
            "There is no model \"\(text)\"\(places). Give the path of a .safetensors file or of a diffusers folder, or a name from `easel models`.")
    }

    /// Finds a checkpoint as `find` does, and lists it from now on, if need be by the name of its file.
    /// - Returns: the name that it is listed by.
    mutating func add(_ nameOrPath: String) throws(CommandFailure) -> String {
        let path = try find(nameOrPath)
        if let listed = listing().models.first(where: { $0.path == path || Self.realPath($0.path) == Self.realPath(path) }) { return listed.name }
        let file = URL(filePath: path).lastPathComponent
        let model = ListedModel(name: ModelFolder.withoutEnding(file), file: file, path: path)
        others.append(model)
        return model.name
    }

    /// Hashes that are not known are computed, which reads gigabytes: it says so.
    private func path(ofHash hash: String, in listing: ModelListing) -> String? {
        let memory = HashMemory(folder: cache)
        let files = listing.models.compactMap { model in
            (model.isFolder ? (try? Checkpoint.open(model.path))?.hashedPath : model.path).map { (model: model, path: $0) }
        }
        if let index = memory.index(of: hash, inFiles: files.map(\.path)) { return files[index].model.path }
        let unknown = files.filter { memory.hash(ofFile: $0.path) == nil }
        for (index, file) in unknown.enumerated() {
            Terminal.write("Computing the hash of \(file.model.name), \(index + 1) of \(unknown.count) …\n", to: .standardError)
            if memory.computeBlocking(ofFile: file.path)?.hasPrefix(hash) == true { return file.model.path }
        }
        return nil
    }

    /// The name that the model of a server is listed by.
    /// - Parameters:
    ///   - flag: a name or a path; must be there.
    ///   - setting: what counts without a flag: also a path that is absolute. One that is not there is told when it is to be loaded.
    mutating func name(flag: String?, setting: String) throws(CommandFailure) -> String {
        if let flag { return try add(flag) }
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

/// The contents of all model folders.
struct ModelListing: Sendable, Equatable {
    var models: [ListedModel] = []
    /// Files that are named like checkpoints and cannot be used by a name.
    var leftOut: [LeftOutModel] = []

    /// Where the model is that a name stands for.
    /// - Parameter pathOfHash: finds a model by the first digits of its hash.
    /// - Returns: nil when there is none.
    /// - Throws: `.badInput` when there are several.
    func path(of text: String, pathOfHash: (String) -> String? = { _ in nil }) throws(CommandFailure) -> String? {
        let summaries = models.map { ModelSummary(name: $0.name, sha256: nil, file: $0.file, isLoaded: false) }
        let catalog = ModelCatalog(summaries, current: "")
        let found = catalog.matches(text)
        guard found.count < 2 else {
            let names = found.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw CommandFailure(.badInput, "There are several models that \"\(text)\" may stand for: \(names). Use one of these names.")
        }
        if let path = path(named: found.first?.name ?? text) { return path }
        return catalog.hashQuestions.first.flatMap { pathOfHash($0.hash) }
    }

    /// Where the model of exactly this name is, or what was left out and would have it: whoever opens that can say what is wrong.
    func path(named name: String) -> String? {
        models.first { $0.name == name }?.path ?? leftOut.first { $0.file == name || ModelFolder.withoutEnding($0.file) == name }?.path
    }

    /// Names that need a word, and why, for the log and `easel models`: whole sentences, each once.
    var notes: [String] {
        let named = models.filter { $0.name == $0.file && ModelFolder.hasEnding($0.file) && !$0.isFolder }
        return named.map { "\($0.path) is called \"\($0.name)\", for another model has the name without the ending." }
            + leftOut.map { "\($0.path) is not listed: \($0.reason)" }
    }
}

extension ListedModel {
    /// Which one keeps a name that several would have; the lowest does.
    fileprivate var rank: Int { isFolder ? 0 : file.hasSuffix(".safetensors") ? 1 : 2 }
}
