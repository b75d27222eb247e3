import ArgumentParser
import Hosting
import Settings

/// The options of every command that compiles or draws: with which model, and whether progress is shown.
struct ModelOptions: ParsableArguments {
    @Option(
        name: [.customShort("m"), .customLong("model")],
        help: ArgumentHelp("A .safetensors or .ckpt file, a diffusers folder, or a name from `easel models`.", valueName: "model"))
    var name = ModelLibrary.defaultModel

    @Flag(name: [.short, .long], help: "Show no progress, only warnings and errors.")
    var quiet = false

    /// The path of the model.
    func path(_ settings: EaselSettings) throws(CommandFailure) -> String { try ModelLibrary(settings).path(of: name) }

    /// Shows progress on standard error, as far as it is wanted.
    func progress() -> ProgressReporter { ProgressReporter(ProgressReporter.style(quiet: quiet)) }
}

extension ModelLibrary {
    /// Finds a model as `find` does, and tells on standard error when that takes a while.
    func path(of nameOrPath: String) throws(CommandFailure) -> String {
        do throws(HostingError) {
            return try find(nameOrPath, onNote: Terminal.note)
        } catch {
            throw CommandFailure(error)
        }
    }
}
