import ArgumentParser

/// The options of every command that compiles or draws: with which model, and whether progress is shown.
struct ModelOptions: ParsableArguments {
    @Option(name: [.customShort("m"), .customLong("model")], help: ArgumentHelp("A .safetensors file, a diffusers folder, or a name from `easel models`.", valueName: "model"))
    var name = ModelLibrary.defaultModel

    @Flag(name: [.short, .long], help: "Show no progress, only warnings and errors.")
    var quiet = false

    /// Where the model is.
    func path() throws -> String { try ModelLibrary().find(name) }

    /// Shows progress on standard error, as far as it is wanted.
    func progress() -> ProgressReporter { ProgressReporter(ProgressReporter.style(quiet: quiet)) }
}
