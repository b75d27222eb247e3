import ArgumentParser
import FoundationEssentials
import Settings

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Show the settings in force and where each comes from.",
        discussion: """
            Each setting is looked for in this order:
              1. a flag, such as --device
              2. the environment: EASEL_ and the key in capitals, such as
                 EASEL_OPENVINO_DEVICES=GPU,CPU
              3. the settings file, a JSON object:
                 {"openvino_devices": ["GPU", "CPU"], "context_chunks": 8}
              4. the default

            The file is ~/.config/easel/settings.json, or what --settings or EASEL_SETTINGS names. That can be SD.Next's config.json as \
            it is: openvino_devices and openvino_accuracy are read, all else is left alone.

            Flags can be tried out: easel settings --device GPU --precision accuracy

            Exit codes: 0 done, 64 wrong flag or variable, 65 bad settings file.
            """,
        subcommands: [List.self, Path.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show every setting: its value, who set it, what it means.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print one JSON object, with what each setting may be.")
        var json = false

        func run() {
            do {
                let report = SettingsReport(try options.load(), file: options.folders.filePath().path)
                Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
                for warning in Setting.misspelledVariables(in: ProcessInfo.processInfo.environment) {
                    Terminal.write("\(warning.name) is not a setting. Did you mean \(warning.meant)?\n", to: .standardError)
                }
            } catch {
                error.end()
            }
        }
    }

    struct Path: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "path", abstract: "Print the path of the settings file, whether or not there is one.")

        @OptionGroup var options: SettingsOptions

        func run() { Terminal.write(options.folders.filePath().path + "\n", to: .standardOutput) }
    }
}
