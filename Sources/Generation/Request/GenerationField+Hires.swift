import Sampling

// Fields of the second pass. Names in infotexts are A1111's, and so is their order.
extension GenerationField {
    /// `hires`: whether there is a second pass at a larger size.
    public static let hires = GenerationField(
        "hires", "Hires fix", \.recipe.hires.isOn, .flag, infotextText: { _ in nil },
        "whether a second pass draws the picture again at a larger size")
    /// `hires_sampler`: the sampler of the second pass.
    public static let hiresSampler = GenerationField(
        "hires_sampler", "Hires sampler", \.hiresSamplerName, .optional(.samplerName),
        infotextText: { request in
            request.hires.isOn ? request.hires.sampler.flatMap { $0 == request.sampler ? nil : $0.name } : nil
        },
        "the sampler of the second pass; that of the first, if it is not said")
    /// `hires_schedule`: the schedule of the second pass.
    public static let hiresSchedule = GenerationField(
        "hires_schedule", "Hires schedule type", \.recipe.hires.schedule, .optional(.schedule),
        infotextText: { request in
            request.hires.isOn ? request.hires.schedule.flatMap { $0 == request.schedule ? nil : $0.label } : nil
        },
        "the schedule of the second pass; that of the first, if it is not said")
    /// `hires_prompt`: the prompt of the second pass.
    public static let hiresPrompt = GenerationField(
        "hires_prompt", "Hires prompt", \.recipe.hires.prompt, .text, infotextText: { $0.hires.isOn ? $0.hires.prompt.unlessEmpty : nil },
        "the prompt of the second pass; that of the first, if it is empty")
    /// `hires_negative_prompt`: the negative prompt of the second pass.
    public static let hiresNegativePrompt = GenerationField(
        "hires_negative_prompt", "Hires negative prompt", \.recipe.hires.negativePrompt, .text,
        infotextText: { $0.hires.isOn ? $0.hires.negativePrompt.unlessEmpty : nil },
        "the negative prompt of the second pass; that of the first, if it is empty")
    /// `hires_scale`: how many times as large each side becomes.
    public static let hiresScale = GenerationField(
        "hires_scale", "Hires upscale", \.recipe.hires.scale, .number(1...8),
        infotextText: { $0.hires.isOn && !$0.hires.hasSize ? $0.hires.scale.short : nil },
        "how many times as large each side becomes in the second pass; has no effect with hires_width or hires_height")
    /// `hires_width`: width of the finished picture in pixels.
    public static let hiresWidth = GenerationField(
        "hires_width", "Hires width", \.recipe.hires.width, .whole(0...GenerationRequest.largestSide),
        infotextText: { _ in nil }, "width after the second pass in pixels; 0: follows from hires_height or hires_scale")
    /// `hires_height`: height of the finished picture in pixels.
    public static let hiresHeight = GenerationField(
        "hires_height", "Hires resize", \.recipe.hires.height, .whole(0...GenerationRequest.largestSide),
        infotextText: { $0.hires.isOn && $0.hires.hasSize ? "\($0.hires.width)x\($0.hires.height)" : nil },
        "height after the second pass in pixels; 0: follows from hires_width or hires_scale")
    /// `hires_steps`: steps of the second pass.
    public static let hiresSteps = GenerationField(
        "hires_steps", "Hires steps", \.recipe.hires.steps, .whole(0...1000),
        infotextText: { $0.hires.isOn && $0.hires.steps > 0 ? "\($0.hires.steps)" : nil },
        "steps of the second pass, which are all done; 0: as many as in the first")
    /// `hires_upscaler`: how the first pass is enlarged.
    public static let hiresUpscaler = GenerationField(
        "hires_upscaler", "Hires upscaler", \.recipe.hires.upscaler, .text, infotextText: { $0.hires.isOn ? $0.hires.upscaler : nil },
        "how the first pass is enlarged: a latent mode (\(LatentUpscaler.allCases.map(\.rawValue).joined(separator: ", "))), or an "
            + "upscaler of pictures, such as Lanczos")

    /// Fields of the second pass, in the order of infotexts.
    public static let hiresFix = [
        hires, hiresSampler, hiresPrompt, hiresNegativePrompt, hiresSchedule, hiresScale, hiresWidth, hiresHeight, hiresSteps,
        hiresUpscaler,
    ]
}

extension HiresFix {
    /// Whether the size of the finished picture is said, instead of how many times as large it becomes.
    public var hasSize: Bool { width > 0 || height > 0 }
}

extension GenerationRequest {
    /// The sampler of the second pass, and when it is set, the schedule that is fused to its name.
    fileprivate var hiresSamplerName: SamplerName? {
        get { recipe.hires.sampler.map { SamplerName($0) } }
        set {
            recipe.hires.sampler = newValue?.sampler
            if let schedule = newValue?.schedule { recipe.hires.schedule = schedule }
        }
    }
}

extension String {
    fileprivate var unlessEmpty: String? { isEmpty ? nil : self }
}
