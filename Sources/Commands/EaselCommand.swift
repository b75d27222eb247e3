public import ArgumentParser

/// The command line. See `easel --help`.
public struct EaselCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "easel",
        abstract: "Stable Diffusion on OpenVINO: text to picture on Intel CPUs, GPUs and NPUs.",
        discussion: """
            easel generate "a red apple on a white background"
            easel generate "a lighthouse at dusk" --model ~/models/v1-5-pruned-emaonly.safetensors --steps 25

            Checkpoints are used as they are: .safetensors files as CivitAI has them, and diffusers folders.
            """,
        version: Version.current,
        subcommands: [
            GenerateCommand.self, ServeCommand.self, PromptCommand.self, VerifyCommand.self, CompileCommand.self, ModelsCommand.self, DevicesCommand.self,
            SettingsCommand.self, CacheCommand.self,
        ])

    public init() {}
}

enum Version {
    static let current = "0.1.0"
}
