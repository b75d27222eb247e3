import ArgumentParser
import Checkpoints
import Diffusion
import Files
import Foundation
import Prompting
import Synchronization

/// The files that prompts refer to by name.
struct PromptFiles: ParsableArguments {
    @Option(help: ArgumentHelp("A1111's styles.csv, or SD.Next's .json or a folder of them. ~/.local/share/easel/styles.csv when left out.", valueName: "file-or-folder"))
    var stylesFile: String?

    @Option(help: ArgumentHelp("What __name__ in a prompt draws from. ~/.local/share/easel/wildcards when left out.", valueName: "folder"))
    var wildcards: String?

    @Option(help: ArgumentHelp("Textual inversions: files whose names are words of the prompt. ~/.local/share/easel/embeddings when left out.", valueName: "folder"))
    var embeddings: String?

    /// Opens what was named; what was not is taken from the user's data folder, where it is there. What comes, goes or changes
    /// later is found by `PromptResources.current`.
    /// - Throws: `CommandFailure`: `.badInput` when something that was named cannot be read.
    func open(folders: UserFolders = UserFolders()) throws(CommandFailure) -> PromptResources {
        func place(_ named: String?, _ usual: String) -> (path: String, isNamed: Bool) {
            (named.map(folders.path) ?? folders.data.appending(path: usual).path, named != nil)
        }
        let files = PromptResourceFiles(
            styles: place(stylesFile, "styles.csv"), wildcards: place(wildcards, "wildcards"), embeddings: place(embeddings, "embeddings"))
        do {
            var resources = try files.read()
            resources.reader = { files.current(isForced: $0) }
            return resources
        } catch CheckpointError.notFound(let path) {
            throw CommandFailure(.badInput, "There is no folder \"\(path)\" to take textual inversions from. Check the path after --embeddings.")
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// Styles, wildcards and textual inversions where the user keeps them, read again when they have changed.
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

    /// Everything.
    /// - Throws: when something cannot be read that was named, or that is there.
    func read() throws -> PromptResources {
        let known = Known(styles: stamp(ofStyles: styles), wildcards: TreeStamp(wildcards.path), embeddings: TreeStamp(embeddings.path))
        var resources = PromptResources()
        if isThere(styles) { resources.styles = try StyleLibrary(path: styles.path) }
        if isThere(wildcards) { resources.wildcards = Wildcards(folder: try WildcardFolder(path: wildcards.path)) }
        if isThere(embeddings) { resources.embeddings = try EmbeddingLibrary(folder: embeddings.path) }
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
