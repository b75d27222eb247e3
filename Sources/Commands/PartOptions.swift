import ArgumentParser
import Hosting

/// The options of commands that look at a model's files: a VAE and text encoders from other files.
struct PartOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "A file or folder whose VAE is used instead of the model's own, or the name of a file in a folder for VAEs; none: the model's own.",
        valueName: "path-or-name"))
    var vae: String?

    @Option(
        name: .customLong("text-encoder"),
        help: ArgumentHelp(
            "A file or folder whose text encoder is used instead of the model's own, or the name of a file in a folder for text encoders; "
                + "may be given several times.",
            valueName: "path-or-name"))
    var textEncoder: [String] = []

    /// As `Checkpoint.open` takes it.
    func vae(_ folders: ModelFolders) -> String? { vae.map { $0 == "none" ? $0 : folders.path(of: .vaes, named: $0) } }

    /// As `Checkpoint.open` takes them.
    func textEncoders(_ folders: ModelFolders) -> [String] { textEncoder.map { folders.path(of: .textEncoders, named: $0) } }
}
