import ArgumentParser
import Checkpoints
import Diffusion
import Foundation
import Generation
import Prompting

/// How prompts are read, and the files that they refer to by name.
struct PromptOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Styles to put on the prompts, separated by commas.", valueName: "names"))
    var styles: [String] = []

    @Option(help: ArgumentHelp("A1111's styles.csv, or SD.Next's .json or a folder of them. ~/.local/share/easel/styles.csv when left out.", valueName: "file-or-folder"))
    var stylesFile: String?

    @Option(help: ArgumentHelp("What __name__ in a prompt draws from. ~/.local/share/easel/wildcards when left out.", valueName: "folder"))
    var wildcards: String?

    @Option(help: ArgumentHelp("Textual inversions: files whose names are words of the prompt. ~/.local/share/easel/embeddings when left out.", valueName: "folder"))
    var embeddings: String?

    @Option(help: ArgumentHelp("What weights like (red:1.3) do: original, no_norm (without restoring the mean), ignore, or none (brackets are text).", valueName: "mode"))
    var emphasis = Emphasis.original

    @Option(help: ArgumentHelp("Which of the text encoder's layers the picture is drawn from: 1 is the last, 2 the one before it.", valueName: "number"))
    var clipSkip = 1

    @Option(help: ArgumentHelp("A full chunk ends after a comma among its last tokens, this many at most; 0 cuts at 75 tokens.", valueName: "number"))
    var commaBacktrack = 20

    @Flag(help: "Fill the shorter of prompt and negative prompt up with empty chunks, as A1111's option of that name does.")
    var padCondUncond = false

    /// Puts the options into a request.
    func apply(to request: inout GenerationRequest) {
        request.styles = styles.flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        request.emphasis = emphasis
        request.clipSkip = clipSkip
        request.commaBacktrack = commaBacktrack
        request.padsConditionings = padCondUncond
    }

    /// Opens what was named; what was not is taken from the user's data folder, where it is there.
    /// - Throws: `CommandFailure`: `.badInput` when something that was named cannot be read.
    func resources(folders: UserFolders = UserFolders()) throws(CommandFailure) -> PromptResources {
        var resources = PromptResources()
        do {
            if let path = stylesFile ?? Self.existing(folders.data.appending(path: "styles.csv")) { resources.styles = try StyleLibrary(path: path) }
            if let path = wildcards ?? Self.existing(folders.data.appending(path: "wildcards")) {
                resources.wildcards = Wildcards(folder: try WildcardFolder(path: path))
            }
            if let path = embeddings ?? Self.existing(folders.data.appending(path: "embeddings")) { resources.embeddings = try EmbeddingLibrary(folder: path) }
        } catch CheckpointError.notFound(let path) {
            throw CommandFailure(.badInput, "There is no folder \"\(path)\" to take textual inversions from. Check the path after --embeddings.")
        } catch {
            throw CommandFailure(error)
        }
        return resources
    }

    private static func existing(_ url: URL) -> String? { FileManager.default.fileExists(atPath: url.path) ? url.path : nil }
}
