import Files
import Synchronization

/// The settings of a process that runs on, and can be told to change them meanwhile.
public final class LiveSettings: Sendable {
    private let value: Mutex<EaselSettings>
    private let file: String?

    /// - Parameter file: where changes are written down when that is asked for, Easel's own settings file; nil when they cannot be.
    public init(_ settings: EaselSettings, file: String? = nil) {
        value = Mutex(settings)
        self.file = file
    }

    /// The settings that are in force now.
    public var current: EaselSettings { value.withLock { $0 } }

    /// Changes some settings, or none when one of them cannot be.
    /// - Parameters:
    ///   - changes: texts by key, as they would stand in the environment; nil gives back the default.
    ///   - isKept: writes them down, so that the next process starts with them; flags and the environment then still come first.
    /// - Returns: the keys that have another value now.
    /// - Throws: `SettingsError.unknownKey`, `.invalidValue`; `.unwritableFile` when they shall be kept and cannot.
    @discardableResult
    public func change(_ changes: [String: String?], isKept: Bool = false) throws(SettingsError) -> Set<String> {
        let outcome = value.withLock { settings -> Result<Set<String>, SettingsError> in
            do throws(SettingsError) {
                let changed = try settings.changed(by: changes)
                if isKept { try keep(changes) }
                defer { settings = changed }
                return .success(Set(changes.keys.filter { Setting.byKey[$0]?.text(in: settings) != Setting.byKey[$0]?.text(in: changed) }))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// The settings as they would be after a change, and the keys that would have another value. Nothing is changed.
    /// - Throws: as `change`.
    public func proposed(_ changes: [String: String?]) throws(SettingsError) -> (settings: EaselSettings, changed: Set<String>) {
        let now = current
        let next = try now.changed(by: changes)
        return (next, Set(changes.keys.filter { Setting.byKey[$0]?.text(in: now) != Setting.byKey[$0]?.text(in: next) }))
    }

    private func keep(_ changes: [String: String?]) throws(SettingsError) {
        guard let file else { throw .unwritableFile(path: "settings.json", reason: "this server has no settings file of its own") }
        try SettingsFile.put(changes.mapValues { $0.map(JSONValue.string) }, into: file)
    }
}

extension EaselSettings {
    fileprivate func changed(by changes: [String: String?]) throws(SettingsError) -> EaselSettings {
        var settings = self
        for (key, text) in changes.sorted(by: { $0.key < $1.key }) {
            guard let setting = Setting.byKey[key], !setting.isLocal else {
                throw .unknownKey(key, path: nil, nearest: Setting.nearestKey(to: key))
            }
            guard let text else {
                guard setting.set(setting.text(in: EaselSettings()), in: &settings) else { continue }
                settings.sources[key] = nil
                continue
            }
            guard setting.set(text.trimmed, in: &settings) else {
                throw .invalidValue(key: key, value: text, source: .change, allowed: setting.allowed(insteadOf: text))
            }
            settings.sources[key] = .change
        }
        return settings
    }
}
