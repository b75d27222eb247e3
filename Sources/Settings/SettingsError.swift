public import Generation

/// Why there are no settings to work with.
public enum SettingsError: Error, Sendable, Hashable {
    case unreadableFile(path: String, reason: String)
    /// The file is not a JSON object.
    case malformedFile(path: String, reason: String)
    /// A key that no setting has, in a file or, without a path, from a client. `nearest` is the one that was probably meant.
    case unknownKey(String, path: String?, nearest: String?)
    case unwritableFile(path: String, reason: String)
    /// - `value`: as it was written. `allowed`: what to write, as it stands after "Use".
    case invalidValue(key: String, value: String, source: SettingSource, allowed: String)
}

extension SettingsError {
    /// Whether a file has to be mended, rather than a flag or a variable.
    public var isFileAtFault: Bool {
        switch self {
        case .unreadableFile, .malformedFile, .unwritableFile, .unknownKey: true
        case .invalidValue(_, _, .file, _), .invalidValue(_, _, .sdNext, _): true
        case .invalidValue: false
        }
    }
}

extension SettingsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadableFile(let path, let reason):
            "Cannot read the settings file \"\(path)\": \(reason)."
        case .malformedFile(let path, let reason):
            "The settings file \"\(path)\" is not a JSON object: \(reason). It looks like {\"openvino_devices\": [\"GPU\"], "
                + "\"context_chunks\": 4}."
        case .unwritableFile(let path, let reason):
            "Cannot write the settings file \"\(path)\": \(reason)."
        case .unknownKey(let key, let path, let nearest):
            "There is no setting \"\(key)\"\(path.map { " (in \($0))" } ?? "").\(nearest.map { " Did you mean \"\($0)\"?" } ?? "") `easel "
                + "settings` lists all."
        case .invalidValue(let key, let value, let source, let allowed):
            "\(key) cannot be \"\(value)\"\(source == .change ? "" : " (\(source))"). Use \(allowed)."
        }
    }
}

extension SettingsError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .unreadableFile(let path, let reason): .unreadableFile(path, detail: reason)
        case .malformedFile(let path, let reason): .damagedFile(path, detail: reason)
        case .unwritableFile(_, let reason): ErrorReason(.settingsNotSaved, ["detail": .init(reason)])
        case .unknownKey(let key, _, let nearest):
            ErrorReason(.unknownSetting, ["name": .init(key)]).with("did_you_mean", nearest.map { .init($0) })
        case .invalidValue(let key, let value, _, _):
            Setting.byKey[key]?.reason(refusing: value) ?? ErrorReason(.invalidValue, ["value": .init(value)])
        }
    }
}
