import ArgumentParser
import Diffusion
import Hosting
import Settings

/// The files that prompts refer to by name.
struct PromptFiles: ParsableArguments {
    @Option(help: ArgumentHelp(
        "A1111's styles.csv, or SD.Next's .json or a folder of them. ~/.local/share/easel/styles.csv when left out.",
        valueName: "file-or-folder"))
    var stylesFile: String?

    @Option(help: ArgumentHelp("What __name__ in a prompt draws from. ~/.local/share/easel/wildcards when left out.", valueName: "folder"))
    var wildcards: String?

    @Option(help: ArgumentHelp(
        "Textual inversions: files whose names are words of the prompt. ~/.local/share/easel/embeddings when left out.",
        valueName: "folder"))
    var embeddings: String?

    @Option(help: ArgumentHelp(
        "LoRAs, which a prompt names as <lora:NAME:0.8>; may be given several times. ~/.local/share/easel/loras comes after them.",
        valueName: "folder"))
    var loras: [String] = []

    /// Opens what was named; what was not is taken from the user's data folder, where it is there. The folders of the setting
    /// `model_folders` come after it. What comes, goes or changes later is found by `PromptResources.current`.
    /// - Throws: `CommandFailure`: `.badInput` when something that was named cannot be read.
    func open(
        _ settings: EaselSettings = EaselSettings(), folders: UserFolders = UserFolders()
    ) throws(CommandFailure) -> PromptResources {
        do throws(HostingError) {
            return try .open(
                styles: stylesFile, wildcards: wildcards, embeddings: embeddings, loras: loras, settings: settings, folders: folders)
        } catch {
            throw CommandFailure(error)
        }
    }
}
