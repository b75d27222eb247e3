import FoundationEssentials
import Generation
import ImageCodecs
import Settings

/// The fields of a request that the text in a picture's file stands for.
enum InfotextFields {
    /// - Parameter text: see `Infotext`; nothing gives no fields.
    /// - Returns: values by the names of A1111's fields.
    static func values(of text: String, models: ModelCatalog) -> [String: JSONValue] {
        if text.isEmpty { return [:] }
        let infotext = Infotext(parsing: text)
        var values: [String: JSONValue] = ["prompt": .string(infotext.prompt)]
        if !infotext.negativePrompt.isEmpty { values["negative_prompt"] = .string(infotext.negativePrompt) }
        for (key, field) in fieldNames {
            if let value = infotext[key] { values[field] = .string(value) }
        }
        if let size = infotext["Size"]?.split(separator: "x"), size.count == 2 {
            values["width"] = .string(String(size[0]))
            values["height"] = .string(String(size[1]))
        }
        let settings = overriddenSettings(infotext, models)
        if !settings.isEmpty { values["override_settings"] = .object(settings) }
        return values
    }

    private static let fieldNames: KeyValuePairs = [
        "Steps": "steps", "Sampler": "sampler_name", "Schedule type": "scheduler", "CFG scale": "cfg_scale", "Seed": "seed",
        "Variation seed strength": "subseed_strength", "Clip skip": "clip_skip",
    ]

    private static func overriddenSettings(_ infotext: Infotext, _ models: ModelCatalog) -> [String: JSONValue] {
        var settings: [String: JSONValue] = [:]
        // Its picture may be from another machine: a model that is not here is no reason to draw nothing.
        let names = [infotext["Model hash"], infotext["Model"]].compactMap(\.self)
        if let model = names.lazy.compactMap(models.find).first { settings["sd_model_checkpoint"] = .string(model.title) }
        if let noise = infotext["RNG"] { settings["randn_source"] = .string(noise) }
        if let emphasis = infotext["Emphasis"] { settings["emphasis"] = .string(emphasis) }
        if infotext["Pad conds"] == "True" { settings["pad_cond_uncond"] = .bool(true) }
        return settings
    }
}
