import ArgumentParser
import Checkpoints
import FoundationEssentials

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List checkpoints, or look into one.",
        discussion: """
            Checkpoints are looked for in the folders of EASEL_MODELS (several are separated by ":"), in
            ~/.local/share/easel/models, and among those that came with Easel.
            """,
        subcommands: [List.self, Info.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the checkpoints that can be used by name.")

        func run() {
            let library = ModelLibrary()
            var table = Table(header: ["MODEL", "PATH"])
            let models = library.all()
            for model in models { table.append([model.name, model.path]) }
            let folders = library.folders.map(\.path).joined(separator: "\n  ")
            Terminal.write(models.isEmpty ? "No checkpoints in\n  \(folders)\n" : table.text, to: .standardOutput)
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info",
            abstract: "Show what a checkpoint is: family, parameters, sizes, and keys that are not understood.")

        @Argument(help: ArgumentHelp("A .safetensors file, a diffusers folder, or a name from `easel models`.", valueName: "model"))
        var model: String

        func run() throws {
            do {
                let checkpoint = try Checkpoint.open(ModelLibrary().find(model))
                Terminal.write(try CheckpointReport(checkpoint).text, to: .standardOutput)
            } catch {
                CommandFailure(error).end()
            }
        }
    }
}
