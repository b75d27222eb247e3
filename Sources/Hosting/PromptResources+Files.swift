import Checkpoints
public import Diffusion
import Files
import FoundationEssentials
import Prompting
public import Settings
import Synchronization

extension PromptResources {
    /// Opens the files that prompts refer to by name. Later changes are found by `current`.
    ///
    /// A path that is nil stands for the usual place in the user's data folder, as far as something is there. The folders of the setting
    /// `model_folders` come after it; what cannot be read in them is left out.
    /// - Parameters:
    ///   - styles: A1111's styles.csv, SD.Next's .json, or a folder of them.
    ///   - wildcards: a folder.
    ///   - embeddings: a folder of textual inversions.
    ///   - loras: folders of LoRAs, in the order in which they are looked through.
    ///   - settings: `model_folders` in it.
    ///   - folders: the user's.
    /// - Throws: `HostingError.styles`, `.wildcards`, `.embeddings` when something that was named, or that is there, cannot be read.
    public static func open(
        styles: String? = nil, wildcards: String? = nil, embeddings: String? = nil, loras: [String] = [],
        settings: EaselSettings = EaselSettings(),
        folders: UserFolders = UserFolders()
    ) throws(HostingError) -> PromptResources {
        let files = PromptResourceFiles {
            let modelFolders = ModelFolders(settings, user: folders)
            func place(_ named: String?, _ kind: FileKind) -> PromptResourceFiles.Place {
                let usual = folders.data.appending(path: kind.place ?? kind.rawValue).path
                return .init(path: named.map(folders.path) ?? usual, isNamed: named != nil, others: modelFolders.others(of: kind))
            }
            return .init(
                styles: place(styles, .styles), wildcards: place(wildcards, .wildcards), embeddings: place(embeddings, .embeddings),
                loras: modelFolders.folders(of: .loras, named: loras))
        }
        var resources = try files.read()
        resources.reader = { files.current(isForced: $0) }
        resources.styleWriter = { (style, replaces) throws(StyleError) in try files.save(style, replaces: replaces) }
        return resources
    }
}

/// The files of styles, wildcards and textual inversions, read again when they have changed.
private final class PromptResourceFiles: Sendable {
    /// The places of one kind.
    struct Place {
        let path: String
        /// Whether somebody named the path, so that something must be there.
        let isNamed: Bool
        /// Folders of other programs. Names that the path has are its own.
        let others: [String]

        var isThere: Bool { isNamed || FileStamp(path) != nil }
        /// The folders that are there now.
        var folders: [String] { ([path] + others).filter { PathKind($0) == .folder } }

        func stamps(endings: [String] = []) -> [TreeStamp] { ([path] + others).map { TreeStamp($0, endings: endings) } }
    }

    /// The places of all kinds.
    struct Places {
        let styles, wildcards, embeddings: Place
        /// Folders of LoRAs.
        let loras: [String]
    }

    private let find: @Sendable () -> Places
    /// Finds new files by itself.
    private let loras: LoRALibrary
    private let known: Mutex<Known>
    private let writing = Mutex(())

    private struct Known {
        var places: Places
        var resources = PromptResources()
        var styles: [TreeStamp] = []
        var wildcards: [TreeStamp] = []
        var embeddings: [TreeStamp] = []

        /// Notes the state that the files are in now.
        mutating func stamp() {
            (styles, wildcards, embeddings) = (places.stampsOfStyles, places.wildcards.stamps(), places.embeddings.stamps())
        }
    }

    /// - Parameter find: looks for the places; called again when somebody asks for all to be read anew.
    init(_ find: @escaping @Sendable () -> Places) {
        let places = find()
        self.find = find
        loras = LoRALibrary(folders: places.loras)
        known = Mutex(Known(places: places))
    }

    /// Reads everything.
    /// - Throws: when something cannot be read that was named, or that is there.
    func read() throws(HostingError) -> PromptResources {
        var known = self.known.withLock { $0 }
        let places = known.places
        known.stamp()
        var resources = PromptResources(loras: loras)
        do throws(StyleError) {
            resources.styles = try places.readStyles(isStrict: true)
        } catch {
            throw .styles(error)
        }
        do throws(WildcardError) {
            resources.wildcards = try places.readWildcards(isStrict: true)
        } catch {
            throw .wildcards(error)
        }
        do throws(CheckpointError) {
            if places.embeddings.isThere, PathKind(places.embeddings.path) != .folder {
                throw .notFound(path: places.embeddings.path)
            }
            resources.embeddings = try places.readEmbeddings()
        } catch {
            throw .embeddings(error)
        }
        self.known.withLock { [resources, known] in
            $0 = known
            $0.resources = resources
        }
        return resources
    }

    /// Reads again what has changed. A file that cannot be read any more counts as gone; for styles, a warning says so.
    /// - Parameter isForced: looks for the folders again, and reads all.
    func current(isForced: Bool) -> PromptResources {
        known.withLock { known in
            if isForced {
                known.places = find()
                loras.use(folders: known.places.loras)
            }
            let places = known.places
            if isForced || !known.styles.allSatisfy(\.isCurrent) {
                known.styles = places.stampsOfStyles
                known.resources.styles = (try? places.readStyles(isStrict: false)) ?? StyleLibrary()
            }
            if isForced || !known.wildcards.allSatisfy(\.isCurrent) {
                known.wildcards = places.wildcards.stamps()
                known.resources.wildcards = (try? places.readWildcards(isStrict: false)) ?? Wildcards(folder: nil)
            }
            if isForced || !known.embeddings.allSatisfy(\.isCurrent) {
                known.embeddings = places.embeddings.stamps()
                known.resources.embeddings = try? places.readEmbeddings()
            }
            return known.resources
        }
    }

    // MARK: Saving

    /// Puts a style into the styles file, or into `styles.csv` in a folder of them. A file that is there is replaced as a whole, by one
    /// that is complete.
    func save(_ style: Style, replaces: Bool) throws(StyleError) {
        let outcome = writing.withLock { _ -> Result<Void, StyleError> in
            do throws(StyleError) {
                return .success(try saveAlone(style, replaces: replaces))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private func saveAlone(_ style: Style, replaces: Bool) throws(StyleError) {
        guard replaces || !current(isForced: true).styles.styles.contains(where: { $0.name == style.name }) else {
            throw .nameTaken(style.name)
        }
        let place = known.withLock { $0.places.styles.path }
        let path = PathKind(place) == .folder ? place + "/styles.csv" : place
        guard !path.lowercased().hasSuffix(".json") else {
            throw .unwritable(path: path, reason: "Easel writes styles.csv files only; name one with --styles-file")
        }
        do {
            try Self.put(style, into: path)
        } catch let error as StyleError {
            throw error
        } catch {
            throw .unwritable(path: path, reason: SystemReason.text(of: error))
        }
        let saved = try? current(isForced: true).styles.style(named: style.name)
        guard saved?.prompt == style.prompt, saved?.negativePrompt == style.negativePrompt else {
            throw .unwritable(path: path, reason: "another file of the folder has a style of this name, which counts")
        }
    }

    private static func put(_ style: Style, into path: String) throws {
        // A link stays a link.
        let file = URL(filePath: path).resolvingSymlinksInPath()
        let isThere = PathKind(file.path) != .nothing
        var sheet = StyleSheet()
        if isThere {
            do throws(FileError) {
                sheet = StyleSheet(try OpenFile.contents(of: file.path, atMost: StyleLibrary.largestFile))
            } catch {
                throw StyleError.unreadable(path: path, reason: error.reason)
            }
        }
        sheet.put(style)
        let mode = isThere ? try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] : nil
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(sheet.bytes).write(to: file, options: .atomic)
        if let mode { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path) }
    }
}

extension PromptResourceFiles.Places {
    var stampsOfStyles: [TreeStamp] { styles.stamps(endings: [".csv", ".json"]) }

    /// - Parameter isStrict: throws when the path that is not another program's cannot be read; a warning says so otherwise.
    func readStyles(isStrict: Bool) throws(StyleError) -> StyleLibrary {
        var library = StyleLibrary()
        let isThere = isStrict ? styles.isThere : FileStamp(styles.path) != nil
        for path in (isThere ? [styles.path] : []) + styles.others {
            do throws(StyleError) {
                library.fill(from: try StyleLibrary(path: path))
            } catch {
                if isStrict, path == styles.path { throw error }
                library.fill(from: StyleLibrary(because: error))
            }
        }
        return library
    }

    /// - Parameter isStrict: throws when the path that is not another program's cannot be read.
    func readWildcards(isStrict: Bool) throws(WildcardError) -> Wildcards {
        var folders: [WildcardFolder] = []
        if isStrict, wildcards.isThere { folders.append(try WildcardFolder(path: wildcards.path)) }
        for path in (isStrict ? [] : [wildcards.path]) + wildcards.others {
            if let folder = try? WildcardFolder(path: path) { folders.append(folder) }
        }
        guard var all = folders.first else { return Wildcards(folder: nil) }
        for folder in folders.dropFirst() { all.add(folder) }
        return Wildcards(folder: all)
    }

    /// - Returns: nil when there is no folder.
    func readEmbeddings() throws(CheckpointError) -> EmbeddingLibrary? {
        let folders = embeddings.folders
        return folders.isEmpty ? nil : try EmbeddingLibrary(folders: folders)
    }
}
