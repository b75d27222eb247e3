public import Files
import Generation
public import Settings

/// A1111's and SD.Next's options, and Easel's settings: what `/sdapi/v1/options` reads and writes.
public enum Options {
    /// Every option: settings that A1111 or SD.Next has under its own name, and all others under Easel's.
    public static func all(_ settings: EaselSettings, models: ModelCatalog) -> [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for setting in Setting.ofClients where !OptionName.renamedKeys.contains(setting.key) {
            all[setting.key] = WebJSON.value(setting.value(in: settings))
        }
        for option in OptionName.all { all[option.name] = option.read(settings, models) }
        return all
    }

    /// The changes that a client asks for.
    ///
    /// Names that are no option's are ignored, as A1111's clients send many; so are those that can only be read, and `null`. A
    /// client may send back all that it got.
    /// - Parameter prefix: stands before the names in errors.
    /// - Returns: texts by key for `LiveSettings.change`, all of them allowed; nothing for what is so already.
    /// - Throws: `.invalidValue` with the option's name.
    public static func changes(
        _ values: [String: JSONValue], settings: EaselSettings, models: ModelCatalog, prefix: String = ""
    ) throws(APIError) -> [String: String] {
        var changes: [String: String] = [:]
        let keys = Setting.ofClients.map(\.key)
        for (name, value) in values where keys.contains(name) && OptionName.byName[name] == nil { changes[name] = value.text }
        // Previews are two options of A1111's, which say more together than alone.
        for option in OptionName.all {
            guard let value = values[option.name], value != .null else { continue }
            switch option.write(value, values, settings, models) {
            case .text(let text): changes[option.key] = text
            case .nothing: break
            case .refused(let message): throw APIError(.invalidValue, field: prefix + option.name, message)
            }
        }
        for (key, text) in changes.sorted(by: { $0.key < $1.key }) {
            do throws(SettingsError) {
                if try LiveSettings(settings, file: nil).change([key: text]).isEmpty { changes[key] = nil }
            } catch {
                let option = OptionName.all.first { $0.key == key && values[$0.name] != nil }
                throw APIError(error, field: prefix + (option?.name ?? key))
            }
        }
        return changes
    }

    /// Whether an option may be another for a single request.
    static func isOfRequests(_ name: String) -> Bool {
        OptionName.byName[name]?.isOfRequests ?? keysOfRequests.contains(name)
    }

    private static let keysOfRequests = Set([
        "comma_backtrack", "clip_skip", "pad_conditionings", "image_format", "preview_steps", "preview_method", "schedule_counting",
        "eta_ancestral", "eta_ddim",
    ]).union(GenerationField.samplingOptions.map(\.key))
}
