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
    ///   - folders: the user's.
    /// - Throws: `HostingError.styles`, `.wildcards`, `.embeddings` when something that was named, or that is there, cannot be read.
    public static func open(
        styles: String? = nil, wildcards: String? = nil, embeddings: String? = nil, folders: UserFolders = UserFolders()
    ) throws(HostingError) -> PromptResources {
        func place(_ named: String?, _ usual: String) -> (path: String, isNamed: Bool) {
            (named.map(folders.path) ?? folders.data.appending(path: usual).path, named != nil)
        }
        let files = PromptResourceFiles(
            styles: place(styles, "styles.csv"), wildcards: place(wildcards, "wildcards"), embeddings: place(embeddings, "embeddings"))
        var resources = try files.read()
        resources.reader = { files.current(isForced: $0) }
        return resources
    }
}

/// The files of styles, wildcards and textual inversions, read again when they have changed.
private final class PromptResourceFiles: Sendable {
    typealias Place = (path: String, isNamed: Bool)

    private let styles: Place
    private let wildcards: Place
    private let embeddings: Place
    private let known = Mutex(Known())

    private struct Known {
        var resources = PromptResources()
        var styles: TreeStamp?
        var wildcards: TreeStamp?
        var embeddings: TreeStamp?
    }

    init(styles: Place, wildcards: Place, embeddings: Place) {
        self.styles = styles
        self.wildcards = wildcards
        self.embeddings = embeddings
    }

    /// Reads everything.
    /// - Throws: when something cannot be read that was named, or that is there.
    func read() throws(HostingError) -> PromptResources {
        let known = Known(styles: stamp(ofStyles: styles), wildcards: TreeStamp(wildcards.path), embeddings: TreeStamp(embeddings.path))
        var resources = PromptResources()
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
                    known.resources.styles = StyleLibrary(warnings: [error.description])
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

    private func stamp(ofStyles place: Place) -> TreeStamp { TreeStamp(place.path, endings: [".csv", ".json"]) }

    /// A file that was named must be there.
    private func isThere(_ place: Place) -> Bool { place.isNamed || FileStamp(place.path) != nil }
}
