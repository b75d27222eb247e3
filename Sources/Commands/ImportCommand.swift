import ArgumentParser
import FoundationEssentials
import Hosting
import Settings

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Move in from A1111, SD.Next, Forge or ComfyUI: use its models and settings.",
        discussion: """
            easel import --from ~/stable-diffusion-webui
            easel import --from ~/ComfyUI --yes

            Shows what is there (models, LoRAs, embeddings, VAEs, upscalers, styles, wildcards), which settings would be written, and \
            which of the other program's have no counterpart. --yes writes them into the settings file: the setting model_folders \
            points to the other program's folder, and the rest takes up its settings. Nothing is moved, copied or changed over there. \
            What else stands in the settings file stays.

            Read are config.json of A1111, Forge and SD.Next, with the folders that SD.Next's names; ComfyUI's \
            extra_model_paths.yaml and its users' comfy.settings.json.

            Exit codes: 0 done, 64 wrong usage, 65 no such folder or bad settings file, 74 cannot write.
            """)

    @Option(help: ArgumentHelp("The other program's folder.", valueName: "folder"))
    var from: String

    @Flag(help: "Write the settings file.")
    var yes = false

    @Option(name: .customLong("settings"), help: ArgumentHelp(
        "The settings file to write. Otherwise EASEL_SETTINGS, or ~/.config/easel/settings.json.", valueName: "file"))
    var file: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() {
        do {
            try move()
        } catch {
            CommandFailure(error).end()
        }
    }

    private func move() throws {
        let options = try FolderOptions.parse(file.map { ["--settings", $0] } ?? [])
        let path = options.filePath().path
        // A file to come need not be there yet. One that cannot be read would be lost.
        let settings = FileManager.default.fileExists(atPath: path) ? try SettingsFile(path: path) : nil
        guard settings?.isSDNext != true else {
            throw CommandFailure(
                .usage, "\"\(path)\" is SD.Next's own file, which is never written. Name another one with --settings, such as "
                    + "~/.config/easel/settings.json.")
        }
        let plan = try ImportPlan(from: from, settings: EaselSettings(file: settings))
        let isWritten = yes && !plan.changes.isEmpty
        if isWritten { try plan.write(to: path) }
        let report = ImportReport(plan, from: from, file: path, isWritten: isWritten)
        Terminal.write(
            json ? report.json + "\n" : report.text(columns: Terminal.Stream.standardOutput.columns), to: .standardOutput)
        if !json { for note in plan.notes { Terminal.note("Warning: " + note) } }
    }
}
