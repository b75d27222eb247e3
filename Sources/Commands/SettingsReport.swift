import FoundationEssentials
import Settings

/// The output of `easel settings`.
struct SettingsReport {
    private let settings: EaselSettings
    private let file: String

    /// - Parameter file: where settings are read from, be there a file or not.
    init(_ settings: EaselSettings, file: String) {
        self.settings = settings
        self.file = file
    }

    private var fileExists: Bool { FileManager.default.fileExists(atPath: file) }

    var text: String {
        var table = Table(header: ["KEY", "VALUE", "SOURCE", "MEANING"])
        for setting in Setting.all {
            let value = setting.text(in: settings)
            table.append([setting.key, value.isEmpty ? "-" : value, settings.source(of: setting.key).description, setting.meaning])
        }
        return table.text + "\nSettings file: \(file)\(fileExists ? "" : " (not there)")\n"
    }

    /// One line, keys in alphabetical order.
    var json: String {
        let document = Document(file: file, fileExists: fileExists, settings: Setting.all.map { setting in
            .init(
                key: setting.key, value: AnyValue(setting.value(in: settings)), default: AnyValue(setting.value(in: .init())),
                source: settings.source(of: setting.key).description, environment: setting.environmentName,
                meaning: setting.meaning, allowed: setting.allowed)
        })
        return jsonLine(document)
    }

    private struct Document: Encodable {
        let file: String
        let fileExists: Bool
        let settings: [Entry]

        private enum CodingKeys: String, CodingKey { case file, fileExists = "file_exists", settings }
    }

    private struct Entry: Encodable {
        let key: String
        let value: AnyValue
        let `default`: AnyValue
        let source: String
        let environment: String
        let meaning: String
        let allowed: String
    }

    /// A value of any setting's type.
    private struct AnyValue: Encodable {
        private let value: any Encodable

        init(_ value: any Encodable) { self.value = value }

        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }
}
