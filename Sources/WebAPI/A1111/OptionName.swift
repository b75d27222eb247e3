import Files
import Generation
import Sampling
import Settings

/// An option that A1111 or SD.Next has under another name than Easel, or with other values.
struct OptionName: Sendable {
    let name: String
    /// The key of Easel's setting.
    let key: String
    /// Whether `override_settings` may have it.
    var isOfRequests = true
    let read: @Sendable (EaselSettings, ModelCatalog) -> JSONValue
    /// - Parameter others: all that is sent together with it.
    let write: @Sendable (_ value: JSONValue, _ others: [String: JSONValue], EaselSettings, ModelCatalog) -> Written

    enum Written {
        /// The text that the setting becomes.
        case text(String)
        case nothing
        case refused(String)
    }

    /// The same values under another name.
    private static func same(_ name: String, as key: String) -> OptionName {
        OptionName(
            name: name, key: key,
            read: { settings, _ in Setting.ofClients.first { $0.key == key }.map { WebJSON.value($0.value(in: settings)) } ?? .null },
            write: { value, _, _, _ in value.text.map(Written.text) ?? .nothing })
    }

    /// A choice between the model's VAE and a tiny one: `Full` or `TAESD`.
    private static func vaeMethod(_ name: String, as field: GenerationField) -> OptionName {
        OptionName(
            name: name, key: field.key,
            read: { settings, _ in
                guard case .text(let word) = field.value(in: settings.requests.options) else { return .null }
                return (VAEMethod(rawValue: word)?.label).map(JSONValue.string) ?? .null
            },
            write: { value, _, _, _ in
                let text = value.text ?? ""
                guard let method = VAEMethod.allCases.first(where: { $0.label.lowercased() == text.lowercased() }) else {
                    let labels = VAEMethod.allCases.map(\.label).joined(separator: " or ")
                    return .refused("\(name) cannot be \(text.isEmpty ? "null" : text.clipped). Use \(labels).")
                }
                return .text(method.rawValue)
            })
    }

    static let all: [OptionName] = [
        OptionName(
            name: "sd_model_checkpoint", key: "model",
            read: { _, models in .string(models.currentTitle) },
            write: { value, _, _, models in
                guard case .string(let text) = value else { return .refused("sd_model_checkpoint is a model's title or name.") }
                guard let model = models.find(text) else { return .refused(models.unknown(text, field: "").message) }
                return .text(model.name)
            }),
        OptionName(
            name: "sd_checkpoint_hash", key: "sd_checkpoint_hash", isOfRequests: false,
            read: { _, models in .string(models.find(models.current)?.sha256 ?? "") },
            write: { _, _, _, _ in .nothing }),
        OptionName(
            name: "sd_vae", key: "sd_vae",
            read: { _, _ in .string("Automatic") },
            write: { value, _, _, _ in
                ["Automatic", "None", ""].contains(value.text)
                    ? .nothing : .refused("Easel uses the VAE in the checkpoint's file. Use Automatic.")
            }),
        same("CLIP_stop_at_last_layers", as: "clip_skip"),
        same("comma_padding_backtrack", as: "comma_backtrack"),
        same("pad_cond_uncond", as: "pad_conditionings"),
        same("uni_pc_order", as: "solver_order"),
        OptionName(
            name: "sd_noise_schedule", key: "zero_terminal_snr",
            read: { settings, _ in .string(settings.requests.options.scheduleOptions.zeroTerminalSNR ? "Zero Terminal SNR" : "Default") },
            write: { value, _, _, _ in
                switch value.text?.lowercased() {
                case "zero terminal snr": .text("true")
                case "default", "": .text("false")
                default: .refused("sd_noise_schedule cannot be \(value.text ?? "null"). Use Default or Zero Terminal SNR.")
                }
            }),
        vaeMethod("sd_vae_decode_method", as: .vaeDecoder),
        vaeMethod("sd_vae_encode_method", as: .vaeEncoder),
        OptionName(
            name: "samples_format", key: "image_format",
            read: { settings, _ in .string(settings.requests.imageFormat == .jpeg ? "jpg" : settings.requests.imageFormat.rawValue) },
            write: { value, _, _, _ in .text(value.text?.lowercased() == "jpg" ? "jpeg" : value.text ?? "") }),
        OptionName(
            name: "emphasis", key: "emphasis",
            read: { settings, _ in .string(settings.requests.emphasis.label) },
            write: { value, _, _, _ in
                let text = value.text ?? ""
                return .text(Emphasis.allCases.first { $0.label.lowercased() == text.lowercased() }?.rawValue ?? text)
            }),
        OptionName(
            name: "live_previews_enable", key: "preview_steps",
            read: { settings, _ in .bool(settings.requests.previewSteps > 0) },
            write: { value, others, settings, _ in
                switch value {
                case .bool(false): return .text("0")
                case .bool(true):
                    // How often is said beside it, or stays as it is.
                    if others["show_progress_every_n_steps"] != nil || settings.requests.previewSteps > 0 { return .nothing }
                    return .text("\(EaselSettings().requests.previewSteps)")
                default: return .refused("live_previews_enable cannot be \(value.text ?? "null"). Use true or false.")
                }
            }),
        OptionName(
            name: "show_progress_type", key: "preview_method",
            read: { settings, _ in .string(settings.requests.previewMethod == .auto ? "TAESD" : "Approx cheap") },
            write: { value, _, _, _ in
                switch value.text {
                case "TAESD", "Full": .text(PreviewMethod.auto.rawValue)
                case "Approx cheap", "Approx NN": .text(PreviewMethod.fast.rawValue)
                default: .refused("show_progress_type cannot be \(value.text?.clipped ?? "null"). Use TAESD or Approx cheap.")
                }
            }),
        OptionName(
            name: "show_progress_every_n_steps", key: "preview_steps",
            read: { settings, _ in
                .integer(settings.requests.previewSteps > 0 ? settings.requests.previewSteps : EaselSettings().requests.previewSteps)
            },
            write: { value, others, _, _ in
                if others["live_previews_enable"] == .bool(false) { return .nothing }
                // A1111: only when the picture is finished.
                return .text(value == .integer(-1) ? "0" : value.text ?? "")
            }),
    ]

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Keys that are listed under another name.
    static let renamedKeys = Set(all.map(\.key))
}
