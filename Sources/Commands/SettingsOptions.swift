import ArgumentParser
import FoundationEssentials
import Generation
import Hosting
import Settings

/// The options of every command that compiles or draws, and the settings that they come to.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("settings"), help: ArgumentHelp(
        "A settings file, or SD.Next's config.json. Otherwise EASEL_SETTINGS, or ~/.config/easel/settings.json.", valueName: "file"))
    var file: String?

    @Option(name: .long, help: ArgumentHelp(
        "Devices for the UNet and the VAE, in the order in which they are tried, for example GPU or GPU,CPU; see `easel devices`. The text "
            + "encoder stays where it is.",
        valueName: "names"))
    var device: [String] = []

    @Option(name: .long, help: ArgumentHelp(
        "How exactly the UNet computes: auto (the fastest precision within the error bound), default, performance, accuracy, f32, bf16 or "
            + "f16. The text encoder and the VAE stay in f32.",
        valueName: "mode"))
    var precision: AccuracyMode?

    @Option(name: .long, help: ArgumentHelp(
        "What the model predicts: epsilon, v or sample; auto (what its files say). Single files of Stable Diffusion 2 often do not say: v "
            + "is assumed then, and those of 512 pixels need epsilon.",
        valueName: "kind"))
    var prediction: PredictionMode?

    @Option(name: .long, help: ArgumentHelp(
            "A file or folder whose VAE is used instead of the model's own; none: the model's own, also where "
                + "NAME.vae.safetensors lies beside it.",
        valueName: "path"))
    var vae: String?

    @Option(name: .long, help: ArgumentHelp(
        "What a compiled model stays flexible in: auto, dynamic (everything), static (the prompt's length, up to --context-chunks) or exact "
            + "(nothing).",
        valueName: "mode"))
    var shapes: ShapePolicy?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Chunks of 75 tokens that static shapes have room for, 1 to 64.", valueName: "number"))
    var contextChunks: Int?

    /// The settings in force.
    /// - Throws: `CommandFailure`: `.usage` for a flag or a variable, `.badInput` for a file.
    func load(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> EaselSettings {
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

    private var flags: [EaselSettings.Flag] {
        var flags: [EaselSettings.Flag] = []
        if !device.isEmpty {
            // A flag counts more than a line of a file about one stage.
            flags.append(.init("--device", [
                "openvino_devices": device.joined(separator: ","), "openvino_devices_unet": "", "openvino_devices_vae": "",
            ]))
        }
        if let precision {
            flags.append(.init("--precision", ["openvino_accuracy": precision.rawValue, "openvino_accuracy_unet": ""]))
        }
        if let prediction { flags.append(.init("--prediction", ["prediction": prediction.rawValue])) }
        if let vae { flags.append(.init("--vae", ["vae": vae])) }
        if let shapes { flags.append(.init("--shapes", ["shapes": shapes.rawValue])) }
        if let contextChunks { flags.append(.init("--context-chunks", ["context_chunks": "\(contextChunks)"])) }
        return flags
    }
}
