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
    ///   - takesPictures: whether fields of source pictures and masks are read as well.
    init(_ text: String, models: ModelCatalog?, takesPictures: Bool) {
        if text.isEmpty { return }
        let infotext = Infotext(parsing: text)
        fields["prompt"] = .string(infotext.prompt)
        if !infotext.negativePrompt.isEmpty { fields["negative_prompt"] = .string(infotext.negativePrompt) }
        for field in GenerationField.all where field.isInInfotexts && !Self.otherKeys.contains(field.key) {
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
        if takesPictures {
            fields.merge(Self.pictureFields(infotext)) { _, picture in picture }
            for (name, field) in A1111Request.pictureOptions where name != "initial_noise_multiplier" {
                if let value = infotext[field.name] { settings[name] = .string(value) }
            }
        }
        if !takesPictures { fields.merge(Self.hiresFields(infotext)) { _, hires in hires } }
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

    /// Fields that A1111 has in `override_settings` only, and those of source pictures.
    private static let otherKeys = Set(
        ([.noise, .emphasis, .padsConditionings, .vaeDecoder, .vaeEncoder] + GenerationField.imageToImage + GenerationField.inpainting
            + GenerationField.hiresFix + GenerationField.upscaling).map(\GenerationField.key))

    /// The second pass; none without a strength and what it enlarges to or by, as A1111 reads it.
    private static func hiresFields(_ infotext: Infotext) -> [String: JSONValue] {
        let names = [
            "Denoising strength": "denoising_strength", "Hires upscale": "hr_scale", "Hires upscaler": "hr_upscaler",
            "Hires steps": "hr_second_pass_steps", "Hires sampler": "hr_sampler_name", "Hires schedule type": "hr_scheduler",
            "Hires prompt": "hr_prompt", "Hires negative prompt": "hr_negative_prompt",
        ]
        guard infotext["Denoising strength"] != nil,
            ["Hires upscale", "Hires upscaler", "Hires resize"].contains(where: { infotext[$0] != nil })
        else { return [:] }
        var fields: [String: JSONValue] = ["enable_hr": .bool(true)]
        for (name, key) in names {
            if let value = infotext[name] { fields[key] = .string(value) }
        }
        if let sides = infotext["Hires resize"]?.split(separator: "x"), sides.count == 2 {
            fields["hr_resize_x"] = .string(String(sides[0]))
            fields["hr_resize_y"] = .string(String(sides[1]))
        }
        return fields
    }

    /// The use of source pictures. A1111 leaves out what its page has by itself, and that is not what its API has.
    private static func pictureFields(_ infotext: Infotext) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "inpainting_mask_invert": .bool(infotext[GenerationField.invertsMask.name] == "Inpaint not masked"),
            "inpaint_full_res": .bool(infotext[GenerationField.onlyMasked.name] == "Only masked"),
            "inpaint_full_res_padding": .string(infotext[GenerationField.padding.name] ?? "32"),
            "inpainting_fill": .integer(
                MaskedContent.allCases.firstIndex { $0.label == infotext[GenerationField.maskedContent.name] } ?? 1),
        ]
        let others = [.strength, .maskBlur, .noiseMultiplier, .roundsMask] + A1111Request.softScript.fields + GenerationField.extends
        for field in others {
            if let value = infotext[field.name] { fields[A1111Request.pictureNames[field.key] ?? field.key] = .string(value) }
        }
        if let mode = infotext[GenerationField.resizeMode.name].flatMap(ResizeMode.init(rawValue:)) {
            fields["resize_mode"] = .integer(mode.number)
        }
        return fields
    }

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
        for (name, field) in [("sd_vae_decode_method", GenerationField.vaeDecoder), ("sd_vae_encode_method", .vaeEncoder)] {
            if let method = infotext[field.name], VAEMethod.allCases.contains(where: { $0.label == method }) {
                settings[name] = .string(method)
            }
        }
        if let emphasis = infotext["Emphasis"] { settings["emphasis"] = .string(emphasis) }
        if let counting = infotext.scheduleCounting { settings["schedule_counting"] = .string(counting.rawValue) }
        if infotext["Pad conds"] == "True" { settings["pad_cond_uncond"] = .bool(true) }
        return settings
    }
}
