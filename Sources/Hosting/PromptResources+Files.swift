import Checkpoints
public import Diffusion
import Files
import FoundationEssentials
import Prompting
import Synchronization

extension PromptResources {
    /// Opens the files that prompts refer to by name. Later changes are found by `current`.
    ///
    /// A path that is nil stands for the usual place in the user's data folder, as far as something is there.
    /// - Parameters:
    ///   - styles: A1111's styles.csv, SD.Next's .json, or a folder of them.
    ///   - wildcards: a folder.
    ///   - embeddings: a folder of textual inversions.
    ///   - loras: folders of LoRAs, in the order in which they are looked through; the user's data folder comes after them.
    ///   - folders: the user's.
    /// - Throws: `HostingError.styles`, `.wildcards`, `.embeddings` when something that was named, or that is there, cannot be read.
    public static func open(
        styles: String? = nil, wildcards: String? = nil, embeddings: String? = nil, loras: [String] = [],
        folders: UserFolders = UserFolders()
    ) throws(HostingError) -> PromptResources {
        func place(_ named: String?, _ usual: String) -> (path: String, isNamed: Bool) {
            (named.map(folders.path) ?? folders.data.appending(path: usual).path, named != nil)
        }
        let files = PromptResourceFiles(
            styles: place(styles, "styles.csv"), wildcards: place(wildcards, "wildcards"), embeddings: place(embeddings, "embeddings"),
            loras: LoRALibrary(folders: loras.map(folders.path) + [folders.loras.path]))
        var resources = try files.read()
        resources.reader = { files.current(isForced: $0) }
        resources.styleWriter = { (style, replaces) throws(StyleError) in try files.save(style, replaces: replaces) }
        return resources
    }
}

/// The files of styles, wildcards and textual inversions, read again when they have changed.
private final class PromptResourceFiles: Sendable {
    typealias Place = (path: String, isNamed: Bool)

    private let styles: Place
    private let wildcards: Place
    private let embeddings: Place
    /// Finds new files by itself.
    private let loras: LoRALibrary
    private let known = Mutex(Known())
    private let writing = Mutex(())

    private struct Known {
        var resources = PromptResources()
        var styles: TreeStamp?
        var wildcards: TreeStamp?
        var embeddings: TreeStamp?
    }

    init(styles: Place, wildcards: Place, embeddings: Place, loras: LoRALibrary) {
        self.styles = styles
        self.wildcards = wildcards
        self.embeddings = embeddings
        self.loras = loras
    }

    /// Reads everything.
    /// - Throws: when something cannot be read that was named, or that is there.
    func read() throws(HostingError) -> PromptResources {
        let known = Known(styles: stamp(ofStyles: styles), wildcards: TreeStamp(wildcards.path), embeddings: TreeStamp(embeddings.path))
        var resources = PromptResources(loras: loras)
        do throws(StyleError) {
            if isThere(styles) { resources.styles = try StyleLibrary(path: styles.path) }
        } catch {
            throw .styles(error)
        }
        do throws(WildcardError) {
            if isThere(wildcards) { resources.wildcards = Wildcards(folder: try WildcardFolder(path: wildcards.path)) }
        } catch {
            throw .wildcards(error)
        }
        do throws(CheckpointError) {
            if isThere(embeddings) { resources.embeddings = try EmbeddingLibrary(folder: embeddings.path) }
        } catch {
            throw .embeddings(error)
        }
        self.known.withLock { [resources] in
            $0 = known
            $0.resources = resources
        }
        return resources
    }

    /// Reads again what has changed. A file that cannot be read any more counts as gone; for styles, a warning says so.
    func current(isForced: Bool) -> PromptResources {
        known.withLock { known in
            if isForced || known.styles?.isCurrent != true {
                known.styles = stamp(ofStyles: styles)
                do throws(StyleError) {
                    known.resources.styles = FileStamp(styles.path) == nil ? StyleLibrary() : try StyleLibrary(path: styles.path)
                } catch {
                    known.resources.styles = StyleLibrary(because: error)
                }
            }
            if isForced || known.wildcards?.isCurrent != true {
                known.wildcards = TreeStamp(wildcards.path)
                known.resources.wildcards = Wildcards(folder: try? WildcardFolder(path: wildcards.path))
            }
            if isForced || known.embeddings?.isCurrent != true {
                known.embeddings = TreeStamp(embeddings.path)
                known.resources.embeddings = try? EmbeddingLibrary(folder: embeddings.path)
            }
            return known.resources
        }
    }

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
        let path = PathKind(styles.path) == .folder ? styles.path + "/styles.csv" : styles.path
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

    private func stamp(ofStyles place: Place) -> TreeStamp { TreeStamp(place.path, endings: [".csv", ".json"]) }

    /// A file that was named must be there.
    private func isThere(_ place: Place) -> Bool { place.isNamed || FileStamp(place.path) != nil }
}
