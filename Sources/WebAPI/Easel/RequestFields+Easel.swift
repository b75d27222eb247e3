import Files
import Generation
import Settings

extension JobSubmission {
    static let fields: [RequestField] =
        GenerationField.all.map { RequestField($0, otherwise: ofSettings.contains($0.key) ? "the setting" : nil) } + [
            RequestField(
                "preview_interval", .whole(0...1000), "steps between two previews, 0: none; the setting preview_steps, if it is not said"),
        RequestField("model", .text, "its name; the current one, if it is not said"),
        RequestField("runs", .whole.with("minimum", .integer(1)), "how often, one after another", standard: .integer(1)),
        RequestField("priority", .whole(priorities), "higher ones come first", standard: .integer(0)),
    ]

    /// Keys of fields whose default is a setting.
    private static let ofSettings: Set = Set(
        ([.emphasis, .clipSkip, .commaBacktrack, .padsConditionings, .scheduleCounting] + GenerationField.samplingOptions)
            .map(\GenerationField.key))
}

extension SettingsChange {
    static let fields = [
        RequestField("values", .map(of: .any), "new values by key; null gives back the default", isRequired: true),
        RequestField("keep", .flag, "whether the next start has them too", standard: .bool(false)),
    ]
}

extension ReloadRequest {
    static let fields = [RequestField("keep_disk_cache", .flag, "whether what is compiled on disk may be used", standard: .bool(true))]
}

extension PromptRequest {
    static let fields = [
        RequestField("prompt", .text, "to be read", isRequired: true),
        RequestField(.steps),
        RequestField(.sampler),
        RequestField(.scheduleCounting, otherwise: "the setting"),
    ]
}
