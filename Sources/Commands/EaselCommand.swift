public import ArgumentParser
import Dispatch
import Glibc
import Hosting

/// The command line. See `easel --help`.
public struct EaselCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "easel",
        abstract: "Stable Diffusion on OpenVINO: text to picture on Intel CPUs, GPUs and NPUs.",
        discussion: """
            easel generate "a red apple on a white background"
            easel generate "a lighthouse at dusk" --model ~/models/v1-5-pruned-emaonly.safetensors --steps 25

            Checkpoints are used as they are: .safetensors and .ckpt files as CivitAI has them, and diffusers folders.
            """,
        version: Version.current,
        subcommands: [
            GenerateCommand.self, UpscaleCommand.self, ServeCommand.self, PromptCommand.self, VerifyCommand.self, CompileCommand.self,
            ModelsCommand.self, ImportCommand.self, WorkCommand.self, FleetCommand.self,
            DevicesCommand.self,
            SettingsCommand.self, CacheCommand.self,
        ])

    public init() {}

    /// Does what the process's arguments say, and ends the process.
    public static func runAndExit() -> Never {
        // Not in an asynchronous `main`: what runs that has opened files by then.
        Terminal.prepare()
        Task { await runToEnd() }
        dispatchMain()
    }

    /// Ends at once, whatever the exit code: `exit`, or to return from `main`, would run OpenVINO's C++ destructors under a compile
    /// that may still go on in the background: a crash.
    private static func runToEnd() async -> Never {
        var status = EXIT_SUCCESS
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ArgumentParser.ExitCode {
            status = code.rawValue
        } catch {
            // Wrong usage, or --help.
            status = exitCode(for: error).rawValue
            var message = fullMessage(for: error)
            if status != EXIT_SUCCESS { message = UsageHint(CommandLine.arguments.dropFirst()).added(to: message) }
            if !message.isEmpty { Terminal.write(message + "\n", to: status == EXIT_SUCCESS ? .standardOutput : .standardError) }
        }
        if let failure = Terminal.outputFailure { failure.end() }
        fflush(nil)
        _exit(status)
    }
}
