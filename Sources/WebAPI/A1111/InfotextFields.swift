import FoundationEssentials
import Generation
import ImageCodecs
import Settings

/// What the text in a picture's file stands for in a request.
struct InfotextFields {
    /// By the names of A1111's fields.
    private(set) var fields: [String: JSONValue] = [:]
    /// Of `override_settings`, by name.
    private(set) var settings: [String: JSONValue] = [:]
    /// Sentences on fields that could not be taken over.
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - text: see `Infotext`; nothing stands for nothing.
    ///   - models: nil when the request names its model itself.
    init(_ text: String, models: ModelCatalog?) {
        if text.isEmpty { return }
        let infotext = Infotext(parsing: text)
        fields["prompt"] = .string(infotext.prompt)
        if !infotext.negativePrompt.isEmpty { fields["negative_prompt"] = .string(infotext.negativePrompt) }
        for (key, field) in Self.fieldNames {
            if let value = infotext[key] { fields[field] = .string(value) }
        }
        if let size = infotext["Size"]?.split(separator: "x"), size.count == 2 {
            fields["width"] = .string(String(size[0]))
            fields["height"] = .string(String(size[1]))
        }
        settings = Self.settings(infotext)
        // Its picture may be from another machine: a model that is not here is no reason to draw nothing, but is told.
        if let drawnWith = models?.drawnWith(hash: infotext["Model hash"], name: infotext["Model"]) {
            if let model = drawnWith.model { settings["sd_model_checkpoint"] = .string(model.name) }
            if let note = drawnWith.note { notes.append(note) }
        }
    }

    private static let fieldNames: KeyValuePairs = [
        "Steps": "steps", "Sampler": "sampler_name", "Schedule type": "scheduler", "CFG scale": "cfg_scale", "Seed": "seed",
        "Variation seed strength": "subseed_strength", "Clip skip": "clip_skip",
    ]

    private static func settings(_ infotext: Infotext) -> [String: JSONValue] {
        var settings: [String: JSONValue] = [:]
        if let noise = infotext["RNG"] { settings["randn_source"] = .string(noise) }
        if let emphasis = infotext["Emphasis"] { settings["emphasis"] = .string(emphasis) }
        if let counting = infotext.scheduleCounting { settings["schedule_counting"] = .string(counting.rawValue) }
        if infotext["Pad conds"] == "True" { settings["pad_cond_uncond"] = .bool(true) }
        return settings
    }
}
