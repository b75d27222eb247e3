import ArgumentParser
import FoundationEssentials
import Generation
import Settings

/// The options of every command that compiles or draws, and the settings that they come to.
struct SettingsOptions: ParsableArguments {
    @OptionGroup var folders: FolderOptions

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
        "A file or folder whose VAE is used instead of the model's own, or the name of a file in ~/.local/share/easel/vae or in a model "
            + "folder's VAEs; none: the model's own, also where NAME.vae.safetensors lies beside it.",
        valueName: "path-or-name"))
    var vae: String?

    @Option(name: .customLong("text-encoder"), help: ArgumentHelp(
        "A file or folder whose text encoder is used instead of the model's own, such as clip_l.safetensors or another checkpoint, or the "
            + "name of a file in ~/.local/share/easel/text_encoders or in a model folder's text encoders. May be given several times: "
            + "each goes where its width fits. A UNet alone needs this and --vae.",
        valueName: "path-or-name"))
    var textEncoders: [String] = []

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
        try folders.load(environment: environment, flags: flags)
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
        if !textEncoders.isEmpty { flags.append(.init("--text-encoder", ["text_encoders": jsonLine(textEncoders)])) }
        if let shapes { flags.append(.init("--shapes", ["shapes": shapes.rawValue])) }
        if let contextChunks { flags.append(.init("--context-chunks", ["context_chunks": "\(contextChunks)"])) }
        return flags
    }
}
