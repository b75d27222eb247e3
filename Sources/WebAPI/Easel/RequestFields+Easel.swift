import Generation
import Settings

extension JobSubmission {
    static let fields: [RequestField] = [
        RequestField("prompt", .text, "what to draw", standard: .string("")),
        RequestField("negative_prompt", .text, "what not to draw", standard: .string("")),
        RequestField("styles", .list(of: .text), "names of styles that are put on the prompts", standard: .array([])),
        RequestField("width", .side, "in pixels", standard: .integer(512)),
        RequestField("height", .side, "in pixels", standard: .integer(512)),
        RequestField("steps", .whole(GenerationRequest.stepRange), "of denoising", standard: .integer(20)),
        RequestField("sampler", .text, "any name of a sampler, perhaps with a schedule: DPM++ 2M Karras", standard: .string(Sampler.euler.rawValue)),
        RequestField("schedule", .words(of: Schedule.self), "of noise; comes before one in the sampler's name", standard: .string("normal")),
        RequestField("cfg_scale", .number(0...100), "how strongly the prompt is followed; 1 leaves out the negative prompt", standard: .number(7)),
        RequestField("seed", .seed, "of the first picture, the others count up; -1: any", standard: .integer(-1)),
        RequestField("batch_size", .whole(GenerationRequest.batchRange), "pictures that are drawn together", standard: .integer(1)),
        RequestField("noise", .words(of: NoiseSource.self), "whose random numbers a seed stands for", standard: .string("torch")),
        RequestField("emphasis", .words(of: Emphasis.self), "what weights in prompts do; the setting, if it is not said"),
        RequestField("clip_skip", .whole(1...12), "which of the text encoder's layers is used, 1: the last; the setting, if it is not said"),
        RequestField("comma_backtrack", .whole(0...75), "how many tokens before the end of a chunk a comma may end it; the setting, if it is not said"),
        RequestField("pad_conditionings", .flag, "whether the shorter of prompt and negative prompt is filled up; the setting, if it is not said"),
        RequestField("schedule_counting", .words(of: ScheduleCounting.self),
            "how the prompts' schedules count: steps from 1, or as A1111 evaluations from 0; the setting, if it is not said"),
        RequestField("preview_interval", .whole(0...1000), "steps between two previews, 0: none; the setting preview_steps, if it is not said"),
        RequestField("model", .text, "its name; the current one, if it is not said"),
        RequestField("runs", .whole.with("minimum", .integer(1)), "how often, one after another", standard: .integer(1)),
        RequestField("priority", .whole(priorities), "higher ones come first", standard: .integer(0)),
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

extension PromptRequest {
    static let fields = [
        RequestField("prompt", .text, "to be read", isRequired: true),
        RequestField("steps", .whole(GenerationRequest.stepRange), "over which schedules run", standard: .integer(20)),
        RequestField("sampler", .text, "any name of the sampler that takes them", standard: .string(Sampler.euler.rawValue)),
        RequestField("schedule_counting", .words(of: ScheduleCounting.self), "how schedules count; the setting, if it is not said"),
    ]
}
