import Files
import FoundationEssentials
import Generation
import ImageCodecs
import Sampling
import Settings

/// The fields of a request that the text in a picture's file stands for.
struct InfotextFields {
    /// By the names of A1111's fields.
    private(set) var fields: [String: JSONValue] = [:]
    /// The fields of `override_settings`, by name.
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
        for field in GenerationField.all where field.isInInfotexts && !Self.settingKeys.contains(field.key) {
            if let value = infotext[field.name] { fields[Self.a1111Keys[field.key] ?? field.key] = .string(value) }
        }
        if infotext["App"] == "SD.Next", let sampler = infotext["Sampler"].flatMap(Sampler.init(sdNext:)) {
            fields["sampler_name"] = .string(sampler.name)
        }
        if let seed = infotext["Seed"] { fields["seed"] = .string(seed) }
        if let seed = infotext[GenerationField.variationSeed.name] { fields[GenerationField.variationSeed.key] = .string(seed) }
        for (name, field) in Self.otherNames {
            if let value = infotext[name] { fields[field.key] = fields[field.key] ?? .string(value) }
        }
        if let size = infotext[GenerationField.seedResizedFrom.name].flatMap(PictureSize.init(text:)) {
            fields["seed_resize_from_w"] = .integer(size.width)
            fields["seed_resize_from_h"] = .integer(size.height)
        }
        // A checkbox of A1111's.
        if let skip = infotext[GenerationField.clipSkipRule.name], let isOn = ["True": true, "False": false][skip] {
            fields[GenerationField.clipSkipRule.key] = .string((isOn ? ClipSkipRule.a1111L : .none).rawValue)
        }
        fields.merge(Self.corrections(infotext)) { _, pair in pair }
        if let noise = infotext[GenerationField.zeroTerminalSNR.name] {
            fields[GenerationField.zeroTerminalSNR.key] = .bool(noise.lowercased() == "zero terminal snr")
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

    /// A1111's keys, where they are others than Easel's.
    private static let a1111Keys = [GenerationField.sampler.key: "sampler_name", GenerationField.schedule.key: "scheduler"]

    /// Names in infotexts of other programs, or of other samplers.
    private static let otherNames: KeyValuePairs<String, GenerationField> = [
        "Eta DDIM": .eta, "UniPC order": .solverOrder, "Guidance rescale": .guidanceRescale, "CFG Rescale phi": .guidanceRescale,
    ]

    /// Fields that A1111 has in `override_settings` only.
    private static let settingKeys = Set([GenerationField.noise, .emphasis, .padsConditionings].map(\.key))

    /// Parts of a correction that SD.Next tells of by two numbers, and only when they are on: `Latent clamp: 0.95/4.0`.
    private static func corrections(_ infotext: Infotext) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        let pairs = [
            ("Latent clamp", "hdr_clamp", "hdr_threshold", "hdr_boundary"),
            ("Latent max", "hdr_maximize", "hdr_max_center", "hdr_max_boundary"),
        ]
        for (name, flag, first, second) in pairs {
            guard let numbers = infotext[name]?.split(separator: "/"), numbers.count == 2 else { continue }
            fields[flag] = .bool(true)
            fields[first] = .string(String(numbers[0]))
            fields[second] = .string(String(numbers[1]))
        }
        return fields
    }

    private static func settings(_ infotext: Infotext) -> [String: JSONValue] {
        var settings: [String: JSONValue] = [:]
        if let noise = infotext["RNG"] { settings["randn_source"] = .string(noise) }
        if let emphasis = infotext["Emphasis"] { settings["emphasis"] = .string(emphasis) }
        if let counting = infotext.scheduleCounting { settings["schedule_counting"] = .string(counting.rawValue) }
        if infotext["Pad conds"] == "True" { settings["pad_cond_uncond"] = .bool(true) }
        return settings
    }
}
