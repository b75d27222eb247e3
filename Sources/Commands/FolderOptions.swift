import ArgumentParser
import FoundationEssentials
import Hosting
import Settings

/// The options of every command that looks for models by name: the settings file, and folders of models.
struct FolderOptions: ParsableArguments {
    @Option(name: .customLong("settings"), help: ArgumentHelp(
        "A settings file, or SD.Next's config.json. Otherwise EASEL_SETTINGS, or ~/.config/easel/settings.json.", valueName: "file"))
    var file: String?

    @Option(name: .customLong("model-folder"), help: ArgumentHelp(
        "A folder of A1111, SD.Next, Forge or ComfyUI, such as ~/stable-diffusion-webui, whose models, LoRAs, embeddings, VAEs, upscalers, "
            + "styles and wildcards are used where they are; or a folder of checkpoints. May be given several times. The setting "
            + "model_folders when left out.",
        valueName: "folder"))
    var modelFolders: [String] = []

    /// The settings in force.
    /// - Parameter flags: those of other options.
    /// - Throws: `CommandFailure`: `.usage` for a flag or a variable, `.badInput` for a file.
    func load(
        environment: [String: String] = ProcessInfo.processInfo.environment, flags: [EaselSettings.Flag] = []
    ) throws(CommandFailure) -> EaselSettings {
        var flags = flags
        if !modelFolders.isEmpty { flags.append(.init("--model-folder", ["model_folders": jsonLine(modelFolders)])) }
        do {
            return try EaselSettings(file: settingsFile(environment: environment), environment: environment, flags: flags)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The place of the settings file, whether or not there is one.
    /// - Returns: the path, and whether somebody named it.
    func filePath(environment: [String: String] = ProcessInfo.processInfo.environment) -> (path: String, isNamed: Bool) {
        let folders = UserFolders(environment: environment)
        if let path = file ?? environment["EASEL_SETTINGS"], !path.isEmpty { return (folders.path(path), true) }
        return (folders.config.appending(path: "settings.json").path, false)
    }

    /// The file for changed settings: Easel's own, which may not exist yet. nil when SD.Next's is used, which is never written.
    func ownFilePath(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        let path = filePath(environment: environment).path
        return (try? SettingsFile(path: path))?.isSDNext == true ? nil : path
    }

    private func settingsFile(environment: [String: String]) throws(SettingsError) -> SettingsFile? {
        let (path, isNamed) = filePath(environment: environment)
        guard isNamed || FileManager.default.fileExists(atPath: path) else { return nil }
        return try SettingsFile(path: path)
    }
}

extension EaselSettings {
    /// Tells on standard error which model folders are not there, and which of their files cannot be read.
    func noteModelFolders() {
        for note in ModelFolders(self).notes { Terminal.note("Warning: " + note) }
    }
}
