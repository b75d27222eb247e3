import Files
import Generation
import Settings

extension JobSubmission {
    static let fields: [RequestField] =
        GenerationField.all.map { RequestField($0, otherwise: otherwise($0)) } + [
            .sourcePictures, .mask,
            RequestField(
                "preview_interval", .whole(0...1000), "steps between two previews, 0: none; the setting preview_steps, if it is not said"),
        RequestField("model", .text, "its name; the current one, if it is not said; has no effect with upscaling plain"),
        RequestField("runs", .whole.with("minimum", .integer(1)), "how often, one after another", standard: .integer(1)),
        RequestField("priority", .whole(priorities), "higher ones come first", standard: .integer(0)),
    ]

    /// The source of a field's value when a request does not say it; nil for the program's own.
    private static func otherwise(_ field: GenerationField) -> String? {
        let ofModel = ModelDefaults.fields.contains { $0.key == field.key }
        let otherwise: String
        switch field.key {
        case GenerationField.width.key, GenerationField.height.key:
            otherwise = "the model's native size, in the proportions of a source picture"
        case _ where ofSettings.contains(field.key): otherwise = "the setting"
        default: otherwise = field.value(in: GenerationRequest(prompt: "")).flatMap { JSONValue($0).text } ?? ""
        }
        return ofModel ? "the model's default, else \(otherwise.isEmpty ? "nothing" : otherwise)"
            : ofSettings.contains(field.key) ? otherwise : nil
    }

    /// Keys of fields whose default is a setting.
    private static let ofSettings: Set = Set(
        ([.emphasis, .clipSkip, .commaBacktrack, .padsConditionings, .scheduleCounting] + GenerationField.samplingOptions)
            .map(\GenerationField.key))
}

extension GridSubmission {
    static let fields = [
        RequestField(
            "axes", .list(of: axis.schema(isOpen: false)).with("minItems", .integer(1)).with("maxItems", .integer(3)),
            "what changes from column to column, from row to row, and from block to block; no field twice", isRequired: true),
        RequestField("request", .component("JobSubmission"), "what is drawn with each combination of values", isRequired: true),
    ]

    private static let axis = [
        RequestField("field", .words(GridAxis.keys), "the field that changes", isRequired: true),
        RequestField(
            "values",
            Schema(["anyOf": .array([
                Schema.list(of: Schema(["type": .array([.string("string"), .string("number"), .string("boolean")])])).with(
                    "minItems", .integer(1)).with("maxItems", .integer(Grid.mostCells)).json,
                Schema.text.json,
            ])]),
            "its values, each once; in one text with commas between them, too, with ranges as 1-5, 1-10 (+2) and 0-1 [5]; of prompt: a "
                + "text in the prompts, and what it is replaced by",
            isRequired: true),
    ]
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

extension PictureChoice {
    static let fields = [idField]

    static let idField = RequestField(
        "ids",
        Schema(["anyOf": .array([
            Schema.list(of: .text.with("pattern", .string("^[0-9a-f]{32}-[0-9]+$"))).with("minItems", .integer(1)).with(
                "maxItems", .integer(mostIDs)).json,
            Schema.text.json,
        ])]), "ids of pictures, at most \(mostIDs); in one text with commas between them, too", isRequired: true)
}

extension PictureChange {
    static let fields = [
        RequestField("is_favourite", .flag, "whether it is a favourite; as before, if it is not said"),
        RequestField(
            "albums", .list(of: AlbumName.schema).with("maxItems", .integer(AlbumName.mostOfPicture)),
            "the albums that it is in, and no others; as before, if it is not said"),
    ]
}

extension PicturesChange {
    static let fields = [
        PictureChoice.idField, RequestField("is_favourite", .flag, "whether they are favourites; as before, if it is not said"),
        RequestField("add_album", AlbumName.schema, "an album that they are added to"),
        RequestField("remove_album", AlbumName.schema, "an album that they are taken out of"),
    ]
}

extension AlbumChange {
    static let fields = [RequestField("name", AlbumName.schema, "the new name", isRequired: true)]
}

extension AlbumName {
    static let schema = Schema.text.with("minLength", .integer(1)).with("maxLength", .integer(longest))
}

extension PromptRequest {
    static let fields = [
        RequestField("prompt", .text, "to be read", isRequired: true),
        RequestField(
            "negative", .flag, "whether it is a negative prompt: styles add their negative texts, and AND is a word", standard: .bool(false)),
        RequestField(.styles),
        RequestField("seed", .seed, "the picture's, which wildcards are drawn with; -1: they stay as typed", standard: .integer(-1)),
        RequestField(.steps),
        RequestField(.sampler),
        RequestField(.scheduleCounting, otherwise: "the setting"),
    ]
}

extension StyleSubmission {
    static let fields = [
        RequestField(
            "name", .text.with("minLength", .integer(1)).with("maxLength", .integer(longestName)), "of the style", isRequired: true),
        RequestField("prompt", .text, "put on prompts: {prompt} stands for the prompt, which it follows otherwise", standard: .string("")),
        RequestField("negative_prompt", .text, "put on negative prompts in the same way", standard: .string("")),
        RequestField("replace", .flag, "whether it may take the place of a style of this name", standard: .bool(false)),
    ]
}
