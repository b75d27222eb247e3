extension GenerationField {
    /// `prompt`: the picture to draw, in the prompt language.
    public static let prompt = GenerationField("prompt", "Prompt", \.prompt, .text, "what to draw")
    /// `negative_prompt`: the things not to draw, in the prompt language.
    public static let negativePrompt = GenerationField("negative_prompt", "Negative prompt", \.negativePrompt, .text, "what not to draw")
    /// `styles`: names of styles, put on the prompts one after another.
    public static let styles = GenerationField("styles", "Styles", \.styles, .texts, "names of styles that are put on the prompts")
    /// `width`: pixels, a multiple of 8.
    public static let width = GenerationField("width", "Width", \.recipe.width, .side, "width of the pictures in pixels, a multiple of 8")
    /// `height`: pixels, a multiple of 8.
    public static let height = GenerationField(
        "height", "Height", \.recipe.height, .side, "height of the pictures in pixels, a multiple of 8")
    /// `steps`: 1 to 1000 steps from noise to picture.
    public static let steps = GenerationField(
        "steps", "Steps", \.recipe.steps, .whole(1...1000), infotext: .always, "steps from noise to picture")
    /// `sampler`: a name that `SamplerName` reads. A schedule that is fused to it sets `schedule` as well.
    public static let sampler = GenerationField(
        "sampler", "Sampler", \.samplerName, .samplerName, infotext: .always,
        "how to go from noise to picture; a schedule may be fused to the name: DPM++ 2M Karras")
    /// `schedule`: the spacing of noise levels, named as `Schedule.init(name:)` reads it.
    public static let schedule = GenerationField(
        "schedule", "Schedule type", \.recipe.schedule, .name(Schedule.init(name:)), infotext: .always, label: \.label,
        "how noise levels are spaced over the steps; comes before one in the sampler's name")
    /// `cfg_scale`: 0 to 100. The value 1 turns guidance off, which leaves out the negative prompt.
    public static let cfgScale = GenerationField(
        "cfg_scale", "CFG scale", \.recipe.cfgScale, .number(0...100), allowed: "0 to 100; 1 turns guidance off", infotext: .always,
        "how strongly to follow the prompt; 1 leaves out the negative prompt and takes half the time")
    /// `seed`: 0 to 2⁶⁴−1 for the first picture, or −1 for any.
    public static let seed = GenerationField(
        "seed", "Seed", \.seed, .seed, "seed of the first picture, the others count up; -1: any")
    /// `batch_size`: 1 to 64 pictures that are drawn together.
    public static let batchSize = GenerationField(
        "batch_size", "Batch size", \.batchSize, .whole(1...64), "pictures that are drawn together")
    /// `noise`: the generator of random numbers. Infotexts name it as A1111's `RNG` does: CPU or NV.
    public static let noise = GenerationField(
        "noise", "RNG", \.recipe.noise, .word, infotext: .always, label: { $0 == .torch ? "CPU" : "NV" },
        "whose random numbers the seed stands for: torch (diffusers, SD.Next on the CPU) or philox (A1111 on a GPU)")
    /// `emphasis`: the effect of weights such as `(red:1.3)` on embeddings.
    public static let emphasis = GenerationField(
        "emphasis", "Emphasis", \.recipe.emphasis, .word, infotext: .unlessDefault, label: \.label,
        "what weights like (red:1.3) do: original, no_norm (without restoring the mean), ignore, or none (brackets are text)")
    /// `clip_skip`: 1 to 12, the text encoder's layer counted from the last.
    public static let clipSkip = GenerationField(
        "clip_skip", "Clip skip", \.recipe.clipSkip, .whole(1...12),
        allowed: "1 to 12; 1 is the text encoder's last layer, 2 the one before it", infotext: .unlessDefault,
        "which of the text encoder's layers the picture is drawn from: 1 is the last, 2 the one before it; no effect on SDXL by itself")
    /// `comma_backtrack`: 0 to 75 tokens at the end of a full chunk, in which a comma may end it.
    public static let commaBacktrack = GenerationField(
        "comma_backtrack", "Comma backtrack", \.recipe.commaBacktrack, .whole(0...75), allowed: "0 to 75; 20 is usual",
        "a full chunk ends after a comma among its last tokens, this many at most; 0 cuts at 75 tokens")
    /// `pad_conditionings`: whether the shorter prompt is filled up with empty chunks, as A1111's `Pad conds`.
    public static let padsConditionings = GenerationField(
        "pad_conditionings", "Pad conds", \.recipe.padsConditionings, .flag, infotext: .unlessDefault,
        "whether the shorter of prompt and negative prompt is filled up with empty chunks")
    /// `schedule_counting`: the unit of numbers in `[cat:dog:5]`, which is a step or an evaluation of the UNet.
    public static let scheduleCounting = GenerationField(
        "schedule_counting", "Schedule counting", \.scheduleCounting, .word,
        "what 5 in [cat:dog:5] counts: steps from 1 (sdnext), or evaluations of the UNet from 0 (a1111)")
    /// `original_size`: for SDXL, the size in pixels before scaling, as `1024x768`.
    public static let originalSize = GenerationField(
        "original_size", "Original size", \.recipe.sizeConditioning.original, .size, infotext: .unlessDefault,
        "SDXL: the size in pixels that the picture is to look scaled from, as 1024x768; the picture's size, if it is not said")
    /// `crop_top_left`: for SDXL, rows and columns in pixels that were cut off, as `0,128`.
    public static let crop = GenerationField(
        "crop_top_left", "Crop top left", \.recipe.sizeConditioning.crop, .offset, infotext: .unlessDefault,
        "SDXL: the rows and columns in pixels that the picture is to look cropped by, as 0,128")
    /// `target_size`: for SDXL, the wanted size in pixels, as `1024x768`.
    public static let targetSize = GenerationField(
        "target_size", "Target size", \.recipe.sizeConditioning.target, .size, infotext: .unlessDefault,
        "SDXL: the size in pixels that the picture is to look made for, as 1024x768; the picture's size, if it is not said")
    /// `clip_skip_sdxl`: for SDXL, the way in which `clip_skip` counts.
    public static let clipSkipRule = GenerationField(
        "clip_skip_sdxl", "Clip skip SDXL", \.recipe.clipSkipRule, .word, infotext: .unlessDefault,
        "SDXL: how clip_skip counts: not at all (none), or as A1111's setting Clip skip SDXL, Forge or SD.Next count it")
    /// `zero_empty_negative`: for SDXL, whether an empty negative prompt becomes zeros, as in A1111.
    public static let zeroesEmptyNegative = GenerationField(
        "zero_empty_negative", "Zero empty negative", \.recipe.zeroesEmptyNegative, .flag, infotext: .unlessDefault,
        "SDXL: whether an empty negative prompt is all zeros, as A1111 has it, instead of the encoded empty text")

    /// Every field, in the order in which they are listed. The defaults are those of `GenerationRequest` and `Recipe`.
    public static let all = [
        prompt, negativePrompt, styles, width, height, steps, sampler, schedule, cfgScale, seed, batchSize, noise, emphasis, clipSkip,
        commaBacktrack, padsConditionings, scheduleCounting, originalSize, crop, targetSize, clipSkipRule, zeroesEmptyNegative,
    ] + grading + correction
}

extension GenerationField.Kind<Int> {
    /// A side of a picture. Latents are pixels/8 in every released model, so sizes count in eights everywhere.
    fileprivate static let side = whole(
        GenerationRequest.sideMultiple...GenerationRequest.largestSide, multipleOf: GenerationRequest.sideMultiple)
}

extension GenerationField.Kind<SamplerName> {
    fileprivate static let samplerName = Self(
        form: .name(Sampler.allCases.map(\.rawValue)), write: { .text($0.sampler.rawValue) },
        read: { if case .text(let text) = $0 { SamplerName(text) } else { nil } })
}

extension GenerationRequest {
    /// The sampler, and when it is set, the schedule that is fused to its name.
    fileprivate var samplerName: SamplerName {
        get { SamplerName(recipe.sampler) }
        set {
            recipe.sampler = newValue.sampler
            if let schedule = newValue.schedule { recipe.schedule = schedule }
        }
    }
}
