import Files
import Generation
import Sampling
import Settings

// Hires fix, which `/txt2img` has: A1111's names for Easel's fields.
extension A1111Request {
    /// Fields of the second pass that are read as Easel's are, with A1111's names.
    static let hiresNames: KeyValuePairs<String, GenerationField> = [
        "denoising_strength": .strength, "hr_scale": .hiresScale, "hr_resize_x": .hiresWidth, "hr_resize_y": .hiresHeight,
        "hr_second_pass_steps": .hiresSteps, "hr_prompt": .hiresPrompt, "hr_negative_prompt": .hiresNegativePrompt,
    ]

    static let hiresFields: [RequestField] = hiresNames.map { name, field in
        RequestField(
            name, Schema(field.form), field.meaning,
            standard: name == "denoising_strength" ? .null : field.value(in: GenerationRequest(prompt: "")).map(JSONValue.init))
    } + [
        RequestField("enable_hr", .flag, "whether a second pass draws the picture again at a larger size", standard: .bool(false)),
        RequestField("hr_upscaler", .text, GenerationField.hiresUpscaler.meaning + "; Latent, if it is not said", standard: .null),
        RequestField("hr_sampler_name", .text, GenerationField.hiresSampler.meaning, standard: .null),
        RequestField("hr_scheduler", .text, GenerationField.hiresSchedule.meaning, standard: .null),
        RequestField("hr_checkpoint_name", .text, "has no effect; is named in info.extra_generation_params", standard: .null),
        RequestField(
            "firstphase_width", .whole, "width of the first pass, when width and height are the finished picture's; 0: not said",
            standard: .integer(0)),
        RequestField("firstphase_height", .whole, "height of the first pass, likewise", standard: .integer(0)),
        RequestField("hdr_apply_hires", .flag, "has no effect: latents are corrected in both passes", standard: .bool(true)),
    ]

    /// Reads the second pass; nothing changes without `enable_hr`.
    static func readHires(
        _ fields: RequestFields, _ context: RequestContext, into generation: inout GenerationRequest
    ) throws(APIError) {
        guard try fields.flag("enable_hr") ?? false else { return }
        generation.hires.isOn = true
        for (name, field) in hiresNames { try fields.read([field], as: [field.key: name], into: &generation) }
        generation.hires.upscaler = try upscaler(fields, among: context.hiresUpscalerNames)
        if try fields.choice("hr_sampler_name", otherThan: "use same sampler") != nil {
            let named = try fields.sampler("hr_sampler_name")
            (generation.hires.sampler, generation.hires.schedule) = (named?.sampler, named?.schedule)
        }
        if try fields.choice("hr_scheduler", otherThan: "use same scheduler") != nil {
            generation.hires.schedule = try fields.schedule("hr_scheduler")
        }
        // The older form: the first pass's size, and the finished picture's.
        let (width, height) = (try fields.whole("firstphase_width") ?? 0, try fields.whole("firstphase_height") ?? 0)
        if width > 0, height > 0 {
            (generation.hires.width, generation.hires.height) = (generation.width, generation.height)
            (generation.width, generation.height) = (width, height)
        }
    }

    private static func upscaler(_ fields: RequestFields, among names: [String]) throws(APIError) -> String {
        guard let name = try fields.choice("hr_upscaler", otherThan: "none") else {
            // "None" enlarges as Lanczos does in A1111; nothing at all means Latent.
            let isNone = try fields.text("hr_upscaler")?.isEmpty == false
            return isNone ? PictureUpscaler.lanczos.rawValue : LatentUpscaler.bilinear.rawValue
        }
        return try fields.upscaler(name, of: "hr_upscaler", among: names)
    }
}

extension RequestFields {
    /// A text that chooses something; nil for nothing, for empty text, and for the words that mean no choice.
    fileprivate func choice(_ name: String, otherThan none: String) throws(APIError) -> String? {
        guard let text = try text(name), !text.isEmpty, text.lowercased() != none else { return nil }
        return text
    }
}
