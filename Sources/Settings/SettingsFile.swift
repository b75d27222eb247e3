import FoundationEssentials

/// What a settings file says: Easel's own, or SD.Next's `config.json`.
public struct SettingsFile: Sendable {
    public let path: String
    /// Whether SD.Next wrote it. Then only the settings that both programs have are read.
    public let isSDNext: Bool
    /// The text of each known key that is not null.
    let values: [String: String]

    /// - Throws: `SettingsError` when the file cannot be read, is not a JSON object, or has a key that is no setting's.
    public init(path: String) throws(SettingsError) {
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .unreadableFile(path: path, reason: Self.reason(error))
        }
        try self.init(path: path, contents: contents)
    }

    init(path: String, contents: Data) throws(SettingsError) {
        let object: [String: JSONValue]
        do {
            object = try JSONDecoder().decode([String: JSONValue].self, from: contents)
        } catch {
            throw .malformedFile(path: path, reason: Self.reason(error))
        }
        let unknownKeys = object.keys.filter { Setting.byKey[$0] == nil }.sorted()
        // SD.Next writes hundreds of keys of its own. A person who mistypes is told which one it is.
        let isSDNext = object["sd_model_checkpoint"] != nil || unknownKeys.count >= 20
        if !isSDNext, let key = unknownKeys.first {
            throw .unknownKey(key, path: path, nearest: Setting.nearestKey(to: key))
        }
        let wanted = isSDNext ? ["openvino_devices", "openvino_accuracy"] : Setting.all.map(\.key)
        self.path = path
        self.isSDNext = isSDNext
        values = object.filter { wanted.contains($0.key) }.compactMapValues(\.text)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as CocoaError where error.code == .fileReadNoSuchFile: "there is no such file"
        case let error as CocoaError where error.code == .fileReadNoPermission: "it may not be read"
        case let error as CocoaError: error.underlying.map { "\($0)" } ?? "\(error)"
        case DecodingError.dataCorrupted(let context): context.underlyingError.map { "\($0)" } ?? context.debugDescription
        case DecodingError.typeMismatch(_, let context): context.debugDescription
        default: "\(error)"
        }
    }
}
