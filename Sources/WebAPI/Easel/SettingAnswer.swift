public import Files
public import FoundationEssentials
public import Settings

/// A setting, as `GET /api/v1/settings` lists it.
public struct SettingAnswer: Codable, Sendable {
    /// The setting's name in files, and in `PUT /api/v1/settings`.
    public var key: String
    /// The value in force.
    public var value: JSONValue
    /// The value when nobody sets one.
    public var `default`: JSONValue
    /// One sentence without a full stop.
    public var meaning: String
    /// The values that it may have, as they stand after "Use".
    public var allowed: String
    /// All that it may be, where that is a handful of words; empty where it is not.
    public var choices: [String]
    /// The kind of its values, which says what field it needs.
    public var kind: SettingKind
    /// The unit that it counts in; null for what has none.
    @OrNull public var unit: SettingUnit?
    /// The least number that it may be, or null.
    @OrNull public var minimum: Double?
    /// The greatest number that it may be, or null.
    @OrNull public var maximum: Double?
    /// The source of the value: `default`, `file`, `environment`, `flag`, `change`.
    public var source: String
    /// The environment variable that sets it.
    public var environment: String

    /// All settings, in the order in which they are listed.
    public static func all(_ settings: EaselSettings) -> [SettingAnswer] {
        let defaults = EaselSettings()
        return Setting.ofClients.map { setting in
            SettingAnswer(
                key: setting.key, value: WebJSON.value(setting.value(in: settings)), default: WebJSON.value(setting.value(in: defaults)),
                meaning: setting.meaning, allowed: setting.allowed, choices: setting.choices, kind: setting.kind, unit: setting.unit,
                minimum: setting.range?.lowerBound, maximum: setting.range?.upperBound, source: settings.source(of: setting.key).kind,
                environment: setting.environmentName)
        }
    }
}

extension SettingSource {
    /// Without the path of a file.
    fileprivate var kind: String {
        switch self {
        case .standard: "default"
        case .file, .sdNext: "file"
        case .environment: "environment"
        case .flag: "flag"
        case .change: "change"
        }
    }
}

/// The answer to `GET` and `PUT /api/v1/settings`.
public struct SettingsAnswer: Codable, Sendable {
    /// All settings, in the order in which they are listed.
    public var settings: [SettingAnswer]

    /// Makes the answer from the settings in force.
    public init(_ settings: EaselSettings) { self.settings = SettingAnswer.all(settings) }
}

/// `PUT /api/v1/settings`, read: `{"values": {"preview_steps": 2}, "keep": true}`.
public struct SettingsChange: Sendable {
    /// Texts by key, for `LiveSettings.change`, which checks them; see `APIError.init(_: SettingsError, field:)`. nil gives
    /// back the default.
    public let values: [String: String?]
    /// Whether they shall be there after the next start as well.
    public let isKept: Bool

    /// - Throws: `.malformedBody`; `.invalidValue`.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: ["values", "keep"])
        isKept = try fields.flag("keep") ?? false
        guard let given = try fields.object("values") else {
            throw fields.missing("values", "There are no values. Send them by key: {\"values\": {\"preview_steps\": 2}}.")
        }
        values = given.values.mapValues { $0 == .null ? nil : $0.text ?? WebJSON.text($0) }
    }
}
