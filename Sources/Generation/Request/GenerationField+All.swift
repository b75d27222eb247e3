import Sampling

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
    /// `schedule`: the spacing of noise levels, named as `Schedule.init(name:)` reads it. Infotexts have the one that was followed.
    public static let schedule = GenerationField(
        "schedule", "Schedule type", \.recipe.schedule, .schedule, infotext: .always,
        infotextText: { $0.recipe.sampler.followed($0.recipe.schedule).label },
        "how noise levels are spaced over the steps; comes before one in the sampler's name; automatic takes what suits the sampler")
    /// `eta`: the share of fresh noise, 0 to 1.
    public static let eta = GenerationField(
        "eta", "Eta", \.recipe.samplerOptions.eta, .optional(.number(0...1)), infotext: .unlessDefault,
        "the share of fresh noise in samplers that add some, 0 to 1; the sampler's own, if it is not said: 1, or 0 with DDIM")
    /// `s_churn`: noise that is added before each step, 0 to 100.
    public static let churn = GenerationField(
        "s_churn", "Sigma churn", \.recipe.samplerOptions.churn, .number(0...100), infotext: .unlessDefault,
        "noise that Euler, Heun and DPM2 add before each step")
    /// `s_tmin`: the least noise level with churn.
    public static let churnMinimum = GenerationField(
        "s_tmin", "Sigma tmin", \.recipe.samplerOptions.churnMinimum, .number(0...10_000), infotext: .unlessDefault,
        "the least noise level with churn")
    /// `s_tmax`: the greatest noise level with churn.
    public static let churnMaximum = GenerationField(
        "s_tmax", "Sigma tmax", \.recipe.samplerOptions.churnMaximum, .number(0...10_000), infotext: .unlessDefault,
        "the greatest noise level with churn; 0: no limit")
    /// `s_noise`: a factor of the noise that is added on the way.
    public static let noiseScale = GenerationField(
        "s_noise", "Sigma noise", \.recipe.samplerOptions.noiseScale, .number(0...10), infotext: .unlessDefault,
        "a factor of the noise that is added on the way; 1 is usual")
    /// `solver_order`: 1 to 4, the order of LMS, UniPC and DPM++ 3M.
    public static let solverOrder = GenerationField(
        "solver_order", "Solver order", \.recipe.samplerOptions.order, .optional(.whole(1...4)), infotext: .unlessDefault,
        "the order of LMS, UniPC and DPM++ 3M, as far as they go; the sampler's own, if it is not said")
    /// `uni_pc_variant`: a variant of UniPC.
    public static let uniPCVariant = GenerationField(
        "uni_pc_variant", "UniPC variant", \.recipe.samplerOptions.variant, .optional(.word), infotext: .unlessDefault,
        "the variant of UniPC: bh1 or bh2; the sampler's own, if it is not said")
    /// `uni_pc_lower_order_final`: whether solvers of higher order end with steps of lower order.
    public static let lowersFinalOrder = GenerationField(
        "uni_pc_lower_order_final", "UniPC lower order final", \.recipe.samplerOptions.lowersFinalOrder, .flag, infotext: .unlessDefault,
        "whether solvers of higher order end with steps of lower order")
    /// `rho`: the exponent of the schedules Karras and Polyexponential.
    public static let rho = GenerationField(
        "rho", "Schedule rho", \.recipe.scheduleOptions.rho, .number(0...100), infotext: .unlessDefault,
        "the exponent of the schedules Karras and Polyexponential; 0: the schedule's own, 7 and 1")
    /// `sigma_min`: the least noise level of the schedule.
    public static let sigmaMinimum = GenerationField(
        "sigma_min", "Schedule min sigma", \.recipe.scheduleOptions.sigmaMinimum, .number(0...10_000), infotext: .unlessDefault,
        "the least noise level of the schedule; 0: the model's own")
    /// `sigma_max`: the greatest noise level of the schedule.
    public static let sigmaMaximum = GenerationField(
        "sigma_max", "Schedule max sigma", \.recipe.scheduleOptions.sigmaMaximum, .number(0...10_000), infotext: .unlessDefault,
        "the greatest noise level of the schedule; 0: the model's own")
    /// `zero_terminal_snr`: whether training's noise is stretched to zero terminal SNR; A1111's `Noise Schedule`.
    public static let zeroTerminalSNR = GenerationField(
        "zero_terminal_snr", "Noise Schedule", \.recipe.scheduleOptions.zeroTerminalSNR, .flag, infotext: .unlessDefault,
        label: { $0 ? "Zero Terminal SNR" : "Default" },
        "whether the noise of training is stretched to zero terminal SNR, for models that were trained so and do not say it")
    /// `always_discard_next_to_last_sigma`: whether the level before the last is left out with every sampler.
    public static let discardsPenultimate = GenerationField(
        "always_discard_next_to_last_sigma", "Discard penultimate sigma", \.recipe.scheduleOptions.discardsPenultimate, .flag,
        infotext: .unlessDefault, "whether a step more is planned and the level before the last left out, with every sampler")
    /// `beta_dist_alpha`: the first parameter of the schedule Beta.
    public static let betaAlpha = GenerationField(
        "beta_dist_alpha", "Beta schedule alpha", \.recipe.scheduleOptions.betaAlpha, .number(0.01...100), infotext: .unlessDefault,
        "the first parameter of the schedule Beta; 0.6 is usual")
    /// `beta_dist_beta`: the second parameter of the schedule Beta.
    public static let betaBeta = GenerationField(
        "beta_dist_beta", "Beta schedule beta", \.recipe.scheduleOptions.betaBeta, .number(0.01...100), infotext: .unlessDefault,
        "the second parameter of the schedule Beta; 0.6 is usual")
    /// `cfg_scale`: 0 to 100. The value 1 turns guidance off, which leaves out the negative prompt.
    public static let cfgScale = GenerationField(
        "cfg_scale", "CFG scale", \.recipe.cfgScale, .number(0...100), allowed: "0 to 100; 1 turns guidance off", infotext: .always,
        "how strongly to follow the prompt; 1 leaves out the negative prompt and takes half the time")
    /// `guidance_rescale`: how far the guided answer gets the contrast of the prompt's own.
    public static let guidanceRescale = GenerationField(
        "guidance_rescale", "CFG rescale", \.recipe.guidance.rescale, .number(0...1), infotext: .unlessDefault,
        "how far the guided prediction gets the contrast of the prompt's own; 0.7 is usual for models with zero terminal SNR")
    /// `cfg_start`: the share of the way before guidance begins.
    public static let guidanceStart = GenerationField(
        "cfg_start", "CFG start", \.recipe.guidance.start, .number(0...1), infotext: .unlessDefault,
        "the share of the way before guidance begins, 0 to 1")
    /// `cfg_end`: the share of the way after which guidance ends.
    public static let guidanceEnd = GenerationField(
        "cfg_end", "CFG end", \.recipe.guidance.end, .number(0...1), infotext: .unlessDefault,
        "the share of the way after which guidance ends, 0 to 1")
    /// `skip_early_cond`: the share of the way that leaves out the negative prompt at first.
    public static let skipEarly = GenerationField(
        "skip_early_cond", "Skip Early CFG", \.recipe.guidance.skipEarly, .number(0...1), infotext: .unlessDefault,
        "the share of the way that leaves out the negative prompt at first, 0 to 1")
    /// `s_min_uncond`: the noise level below which every other step leaves out the negative prompt.
    public static let guidanceMinimumSigma = GenerationField(
        "s_min_uncond", "NGMS", \.recipe.guidance.minimumSigma, .number(0...10_000), infotext: .unlessDefault,
        "negative guidance minimum sigma: below this noise level every other step leaves out the negative prompt")
    /// `s_min_uncond_all`: whether below that level every step does.
    public static let guidanceMinimumSigmaAllSteps = GenerationField(
        "s_min_uncond_all", "NGMS all steps", \.recipe.guidance.minimumSigmaAllSteps, .flag, infotext: .unlessDefault,
        "whether below that level every step leaves out the negative prompt")
    /// `seed`: 0 to 2⁶⁴−1 for the first picture, or −1 for any.
    public static let seed = GenerationField(
        "seed", "Seed", \.seed, .seed, "seed of the first picture, the others count up; -1: any")
    /// `subseed`: 0 to 2⁶⁴−1 for the first picture's variation, or −1 for any.
    public static let variationSeed = GenerationField(
        "subseed", "Variation seed", \.variationSeed, .seed,
        "seed of the first picture's variation, the others count up; -1: any; no effect without subseed_strength")
    /// `subseed_strength`: 0 to 1, how far the noise is turned towards the variation's.
    public static let variationStrength = GenerationField(
        "subseed_strength", "Variation seed strength", \.variationStrength, .number(0...1), infotext: .unlessDefault,
        "how far the noise is turned from the seed's to the variation's, 0 to 1; the seed then stays the same within a batch")
    /// `seed_resize_from`: the size in pixels of another picture with the same seed, as `512x512`.
    public static let seedResizedFrom = GenerationField(
        "seed_resize_from", "Seed resize from", \.recipe.seedResizedFrom, .size, infotext: .unlessDefault,
        "the size in pixels of another picture whose composition the seed is to give, as 512x512")
    /// `batch_size`: 1 to 64 pictures that are drawn together.
    public static let batchSize = GenerationField(
        "batch_size", "Batch size", \.batchSize, .whole(1...64), "pictures that are drawn together")
    /// `noise`: the generator of random numbers. Infotexts name it as A1111's `RNG` does: CPU or NV.
    public static let noise = GenerationField(
        "noise", "RNG", \.recipe.noise, .word, infotext: .always, label: { $0 == .torch ? "CPU" : "NV" },
        "whose random numbers the seed stands for: torch (diffusers, SD.Next on the CPU) or philox (A1111 on a GPU)")
    /// `eta_noise_seed_delta`: added to the seeds for noise after the first; A1111's ENSD.
    public static let seedDelta = GenerationField(
        "eta_noise_seed_delta", "ENSD", \.recipe.seedDelta, .whole(-2_147_483_648...2_147_483_647), infotext: .unlessDefault,
        "a number that is added to the seed for noise after the first, as A1111's ENSD")
    /// `tiling`: the edges that fit together. Infotexts have `True` for both, as A1111's.
    public static let tiling = GenerationField(
        "tiling", "Tiling", \.recipe.tiling, .word, infotext: .unlessDefault, label: \.label,
        "which edges of the picture fit together without a seam: x (left and right), y (top and bottom), both or none")
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

    /// Options of samplers, schedules, noise, guidance and the VAE that few people change.
    public static let samplingOptions = [
        eta, churn, churnMinimum, churnMaximum, noiseScale, solverOrder, uniPCVariant, lowersFinalOrder, seedDelta,
        rho, sigmaMinimum, sigmaMaximum, zeroTerminalSNR, discardsPenultimate, betaAlpha, betaBeta,
        guidanceRescale, guidanceStart, guidanceEnd, skipEarly, guidanceMinimumSigma, guidanceMinimumSigmaAllSteps,
    ] + vae

    /// Every field, in the order in which they are listed. The defaults are those of `GenerationRequest` and `Recipe`.
    public static let all = [
        prompt, negativePrompt, styles, width, height, steps, sampler, schedule, cfgScale, seed, batchSize, noise,
        variationSeed, variationStrength, seedResizedFrom, tiling,
        emphasis, clipSkip, commaBacktrack, padsConditionings, scheduleCounting,
        originalSize, crop, targetSize, clipSkipRule, zeroesEmptyNegative,
    ] + imageToImage + inpainting + hiresFix + upscaling + samplingOptions + grading + correction
}

extension GenerationField.Kind<Int> {
    /// A side of a picture. Latents are pixels/8 in every released model, so sizes count in eights everywhere.
    fileprivate static let side = whole(
        GenerationRequest.sideMultiple...GenerationRequest.largestSide, multipleOf: GenerationRequest.sideMultiple)
}

extension GenerationField.Kind<SamplerName> {
    static let samplerName = Self(
        form: .name(Sampler.all.map(\.name)), write: { .text($0.sampler.name) },
        read: { if case .text(let text) = $0 { SamplerName(text) } else { nil } })
}

extension GenerationField.Kind<Schedule> {
    static let schedule = Self(
        form: .name(Schedule.all.map(\.name)), write: { .text($0.name) },
        read: { if case .text(let text) = $0 { Schedule(name: text) } else { nil } })
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
