import ArgumentParser
import Checkpoints
import Diffusion
import Foundation
import Prompting

/// The files that prompts refer to by name.
struct PromptFiles: ParsableArguments {
    @Option(help: ArgumentHelp("A1111's styles.csv, or SD.Next's .json or a folder of them. ~/.local/share/easel/styles.csv when left out.", valueName: "file-or-folder"))
    var stylesFile: String?

    @Option(help: ArgumentHelp("What __name__ in a prompt draws from. ~/.local/share/easel/wildcards when left out.", valueName: "folder"))
    var wildcards: String?

    @Option(help: ArgumentHelp("Textual inversions: files whose names are words of the prompt. ~/.local/share/easel/embeddings when left out.", valueName: "folder"))
    var embeddings: String?

    /// Opens what was named; what was not is taken from the user's data folder, where it is there.
    /// - Throws: `CommandFailure`: `.badInput` when something that was named cannot be read.
    func open(folders: UserFolders = UserFolders()) throws(CommandFailure) -> PromptResources {
        var resources = PromptResources()
        do {
            if let path = stylesFile.map(folders.path) ?? Self.existing(folders.data.appending(path: "styles.csv")) { resources.styles = try StyleLibrary(path: path) }
            if let path = wildcards.map(folders.path) ?? Self.existing(folders.data.appending(path: "wildcards")) {
                resources.wildcards = Wildcards(folder: try WildcardFolder(path: path))
            }
            if let path = embeddings.map(folders.path) ?? Self.existing(folders.data.appending(path: "embeddings")) { resources.embeddings = try EmbeddingLibrary(folder: path) }
        } catch CheckpointError.notFound(let path) {
            throw CommandFailure(.badInput, "There is no folder \"\(path)\" to take textual inversions from. Check the path after --embeddings.")
        } catch {
            throw CommandFailure(error)
        }
        return resources
    }

    private static func existing(_ url: URL) -> String? { FileManager.default.fileExists(atPath: url.path) ? url.path : nil }
}
