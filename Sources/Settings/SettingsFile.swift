import Files
import FoundationEssentials
import Glibc

/// The content of a settings file: Easel's own, or SD.Next's `config.json`.
public struct SettingsFile: Sendable {
    /// The path of the file as it was given, for messages.
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
            object = try JSONDecoder().decode([String: JSONValue].self, from: Data(TextFile.utf8([UInt8](contents))))
        } catch {
            throw .malformedFile(path: path, reason: jsonProblem(in: contents))
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

    static func reason(_ error: any Error) -> String {
        // The system's own words, such as "Permission denied".
        let error = error as? CocoaError
        let code: POSIXErrorCode? = switch error?.code {
        case .fileReadNoSuchFile: .ENOENT
        case .fileReadNoPermission, .fileWriteNoPermission: .EACCES
        case .fileWriteOutOfSpace: .ENOSPC
        default: (error?.underlying as? POSIXError)?.code
        }
        return code.map { String(cString: strerror($0.rawValue)) } ?? "the system gives no reason"
    }
}
