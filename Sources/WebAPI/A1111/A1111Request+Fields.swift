import Files
import Generation
import Settings

extension A1111Request {
    /// A1111's fields that are looked at, with its defaults.
    static func fields(of kind: Kind) -> [RequestField] { kind == .textToImage ? common + hiresFields : common + pictureFields }

    private static let common: [RequestField] = shared.map { field in
        RequestField(field, standard: field.key == GenerationField.steps.key ? .integer(steps) : nil, otherwise: otherwise[field.key])
    } + [
        RequestField(
            "seed_resize_from_w", .whole, "width of another picture whose composition the seed is to give", standard: .integer(-1)),
        RequestField("seed_resize_from_h", .whole, "height of that picture", standard: .integer(-1)),
        RequestField("sampler_name", .text, "any name of a sampler, perhaps with a schedule: DPM++ 2M Karras", standard: .null),
        RequestField("sampler_index", .text, "the older name of sampler_name, which comes first", standard: .string("Euler")),
        RequestField("scheduler", .text, "the schedule; comes before one in the sampler's name", standard: .null),
        RequestField(
            GenerationField.tiling.key, Schema(["anyOf": .array([Schema.flag.json, Schema.words(of: Tiling.self).json])]),
            "whether all edges of the picture fit together without a seam; x: left and right only, y: top and bottom only",
            standard: .bool(false)),
        RequestField("n_iter", .whole.with("minimum", .integer(1)), "how often, one after another", standard: .integer(1)),
        RequestField("grading_lut_file", .text, "has no effect; is named in info.extra_generation_params", standard: .string("")),
        RequestField("grading_lut_strength", .number, "has no effect", standard: .integer(1)),
        RequestField("override_settings", .map(of: .any), "options for this request, such as sd_model_checkpoint", standard: .object([:])),
        RequestField("override_settings_restore_afterwards", .flag, "false: override_settings stay", standard: .bool(true)),
        RequestField("send_images", .flag, "whether the answer has the pictures", standard: .bool(true)),
        RequestField("save_images", .flag, "has no effect: the gallery keeps every picture", standard: .bool(false)),
        RequestField(
            "alwayson_scripts", .map(of: .any),
            "scripts by name with their args: Soft Inpainting, for img2img; others are named in info.extra_generation_params",
            standard: .object([:])),
        RequestField("infotext", .text, "parameters as in a picture's file, for the fields that are left out", standard: .null),
    ]

    /// Fields that A1111's and SD.Next's APIs have under Easel's keys, and fields of Easel's that they have not.
    static let shared: [GenerationField] = [
        .prompt, .negativePrompt, .styles, .seed, .batchSize, .steps, .cfgScale, .width, .height, .clipSkip, .scheduleCounting,
        .originalSize, .crop, .targetSize, .clipSkipRule, .zeroesEmptyNegative, .variationSeed, .variationStrength,
    ] + GenerationField.samplingOptions + GenerationField.grading + GenerationField.correction

    /// A1111's names of fields, by Easel's keys, where they are others.
    static let ownNames = pictureNames.merging(hiresNames.map { ($1.key, $0) }) { first, _ in first }

    /// A1111's default.
    static let steps = 50

    /// The default of a field that is no constant.
    private static let otherwise = [
        GenerationField.clipSkip.key: "the setting",
        GenerationField.scheduleCounting.key: "as the infotext's program or the setting says, else a1111",
    ].merging(GenerationField.samplingOptions.map { ($0.key, "the setting") }) { first, _ in first }
}
