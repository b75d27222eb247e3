import Generation
import Settings

extension TextToImageRequest {
    /// A1111's fields that are looked at, with its defaults.
    static let fields: [RequestField] = [
        RequestField("prompt", .text, "what to draw", standard: .string("")),
        RequestField("negative_prompt", .text, "what not to draw", standard: .string("")),
        RequestField("styles", .list(of: .text), "names of styles that are put on the prompts", standard: .array([])),
        RequestField("seed", .seed, "of the first picture, the others count up; -1: any", standard: .integer(-1)),
        RequestField("subseed", .whole, "has no effect", standard: .integer(-1)),
        RequestField("subseed_strength", .number, "has no effect; above 0 it is named in info.extra_generation_params", standard: .integer(0)),
        RequestField("sampler_name", .text, "any name of a sampler, perhaps with a schedule: DPM++ 2M Karras", standard: .null),
        RequestField("sampler_index", .text, "the older name of sampler_name, which comes first", standard: .string("Euler")),
        RequestField("scheduler", .text, "the schedule; comes before one in the sampler's name", standard: .null),
        RequestField("batch_size", .whole(GenerationRequest.batchRange), "pictures that are drawn together", standard: .integer(1)),
        RequestField("n_iter", .whole.with("minimum", .integer(1)), "how often, one after another", standard: .integer(1)),
        RequestField("steps", .whole(GenerationRequest.stepRange), "of denoising", standard: .integer(50)),
        RequestField("cfg_scale", .number(0...100), "how strongly the prompt is followed; 1 leaves out the negative prompt", standard: .number(7)),
        RequestField("width", .side, "in pixels", standard: .integer(512)),
        RequestField("height", .side, "in pixels", standard: .integer(512)),
        RequestField("clip_skip", .whole(1...12), "which of the text encoder's layers is used; 1: the last"),
        RequestField("schedule_counting", .words(of: ScheduleCounting.self),
            "Easel's: how the prompts' schedules count; if it is not said, as the infotext's program or the setting says, else a1111"),
        RequestField("enable_hr", .flag, "must be false: a second pass is to come", standard: .bool(false)),
        RequestField("denoising_strength", .number, "has no effect without a second pass", standard: .null),
        RequestField("override_settings", .map(of: .any), "options for this request, such as sd_model_checkpoint", standard: .object([:])),
        RequestField("override_settings_restore_afterwards", .flag, "false: override_settings stay", standard: .bool(true)),
        RequestField("send_images", .flag, "whether the answer has the pictures", standard: .bool(true)),
        RequestField("save_images", .flag, "has no effect: the gallery keeps every picture", standard: .bool(false)),
        RequestField("alwayson_scripts", .map(of: .any), "has no effect; each is named in info.extra_generation_params", standard: .object([:])),
        RequestField("infotext", .text, "parameters as in a picture's file, for the fields that are left out", standard: .null),
    ]
}

extension Schema {
    /// Of a picture, in pixels.
    static let side = Schema.whole(GenerationRequest.sideMultiple...GenerationRequest.largestSide, multipleOf: GenerationRequest.sideMultiple)
}
