// Fields of requests that begin with pictures. Names in infotexts are A1111's; where it writes none, the field is Easel's own.
extension GenerationField {
    /// `strength`: 0 to 1, how much of a source picture is drawn anew.
    public static let strength = GenerationField(
        "strength", "Denoising strength", \.recipe.imageToImage.strength, .number(0...1),
        infotextText: { $0.sourcePictures.isEmpty && !$0.hires.isOn ? nil : $0.imageToImage.strength.short },
        "how much of a source picture, or of hires fix's first pass, is drawn anew: 0 almost nothing, 1 everything; 0.75 is usual")
    /// `resize_mode`: how a source picture of another size is brought to the size that is drawn.
    public static let resizeMode = GenerationField(
        "resize_mode", "Resize mode", \.recipe.imageToImage.resizeMode, .word, infotext: .unlessDefault,
        "how a source picture gets the size that is drawn: stretched (just), cut (crop), with its edges drawn out (fill), or stretched "
            + "as latents (latent)")
    /// `upscaler_for_img2img`: the upscaler of pictures that are smaller than what is drawn.
    public static let sourceUpscaler = GenerationField(
        "upscaler_for_img2img", "Upscaler for img2img", \.recipe.imageToImage.upscaler, .text, infotext: .unlessDefault,
        "the upscaler of source pictures that are smaller than what is drawn; empty for Lanczos")
    /// `fix_steps`: whether as many steps are done as are said, whatever the strength.
    public static let fixesSteps = GenerationField(
        "fix_steps", "Fixed steps", \.recipe.imageToImage.fixesSteps, .flag, infotext: .unlessDefault,
        "whether all steps are done from a source picture, instead of the share that the strength says")
    /// `noise_multiplier`: a factor of the noise that a source picture is put under.
    public static let noiseMultiplier = GenerationField(
        "noise_multiplier", "Noise multiplier", \.recipe.imageToImage.noiseMultiplier, .number(0...1.5), infotext: .unlessDefault,
        "a factor of the noise that a source picture is put under; 1 is usual")
    /// `extra_noise`: noise on top of what a source picture is put under.
    public static let extraNoise = GenerationField(
        "extra_noise", "Extra noise", \.recipe.imageToImage.extraNoise, .number(0...1), infotext: .unlessDefault,
        "noise on top of what a source picture is put under")
    /// `posterior`: which of the latents that the encoder allows are taken.
    public static let posterior = GenerationField(
        "posterior", "Posterior", \.recipe.imageToImage.posterior, .word, infotext: .unlessDefault,
        "the latents of a source picture: the encoder's mean, or drawn by the seed's first noise (sample-first), as diffusers and SD.Next "
            + "do")
    /// `background`: the colour behind transparent parts of a source picture.
    public static let background = GenerationField(
        "background", "Background", \.recipe.imageToImage.background, .color, infotext: .unlessDefault,
        "the colour behind transparent parts of a source picture")
    /// `color_correction`: whether the result's colours are matched to the source picture's.
    public static let correctsColors = GenerationField(
        "color_correction", "Color correction", \.recipe.imageToImage.correctsColors, .flag, infotext: .unlessDefault,
        "whether the result's colours are matched to the source picture's")
    /// `mask_blur`: standard deviation of the blur of a mask's edge, in pixels.
    public static let maskBlur = GenerationField(
        "mask_blur", "Mask blur", \.recipe.inpainting.blur, .whole(0...64),
        infotextText: { $0.mask == nil || $0.inpainting.blur == 0 ? nil : "\($0.inpainting.blur)" },
        "how far a mask's edge is blurred, in pixels")
    /// `invert_mask`: whether black is drawn anew.
    public static let invertsMask = GenerationField(
        "invert_mask", "Mask mode", \.recipe.inpainting.isInverted, .flag,
        infotextText: { $0.mask != nil && $0.inpainting.isInverted ? "Inpaint not masked" : nil },
        "whether a mask's black parts are drawn anew, instead of the white ones")
    /// `masked_content`: what is under a mask when drawing begins.
    public static let maskedContent = GenerationField(
        "masked_content", "Masked content", \.recipe.inpainting.content, .word,
        infotextText: { $0.mask == nil || $0.inpainting.content == .original ? nil : $0.inpainting.content.label },
        "what is under a mask when drawing begins: the colours around it (fill), the picture (original), noise, or nothing")
    /// `only_masked`: whether the masked area alone is drawn, enlarged to the size that is drawn.
    public static let onlyMasked = GenerationField(
        "only_masked", "Inpaint area", \.recipe.inpainting.onlyMasked, .flag,
        infotextText: { $0.mask != nil && $0.inpainting.onlyMasked ? "Only masked" : nil },
        "whether the masked area alone is drawn, enlarged to width and height, and put back into the picture")
    /// `padding`: pixels around the masked area that are drawn with it.
    public static let padding = GenerationField(
        "padding", "Masked area padding", \.recipe.inpainting.padding, .whole(0...256),
        infotextText: { $0.mask != nil && $0.inpainting.onlyMasked ? "\($0.inpainting.padding)" : nil },
        "pixels around the masked area that are drawn with it, with only_masked")
    /// `mask_weight`: how much an inpainting checkpoint is kept from seeing what is under the mask.
    public static let maskWeight = GenerationField(
        "mask_weight", "Conditional mask weight", \.recipe.inpainting.maskWeight, .number(0...1), infotext: .unlessDefault,
        "how much an inpainting checkpoint is kept from seeing what is under the mask, 0 to 1")
    /// `mask_round`: whether each of the latents is either kept or drawn.
    public static let roundsMask = GenerationField(
        "mask_round", "Mask round", \.recipe.inpainting.roundsMask, .flag, infotext: .unlessDefault,
        "whether each of the latents is either kept or drawn; false: grey parts of a mask mix both")
    /// `overlay_original`: whether the source picture is laid over the result where nothing is drawn anew.
    public static let overlaysOriginal = GenerationField(
        "overlay_original", "Overlay original", \.recipe.inpainting.overlaysOriginal, .flag, infotext: .unlessDefault,
        "whether the source picture is laid over the result where the mask is black")

    /// `extend_left`, `extend_top`, `extend_right`, `extend_bottom`: pixels that are drawn around the picture.
    public static let extends = [
        extends("left", \.recipe.inpainting.extends.left), extends("top", \.recipe.inpainting.extends.top),
        extends("right", \.recipe.inpainting.extends.right), extends("bottom", \.recipe.inpainting.extends.bottom),
    ]

    private static func extends(_ side: String, _ property: any WritableKeyPath<GenerationRequest, Int> & Sendable) -> GenerationField {
        GenerationField(
            "extend_" + side, "Extend " + side, property, .whole(0...2048), infotext: .unlessDefault,
            "pixels that are drawn at the \(side) of a source picture")
    }

    /// `soft_inpainting`: whether grey parts of a mask blend both pictures.
    public static let softInpainting = GenerationField(
        "soft_inpainting", "Soft inpainting enabled", \.recipe.inpainting.soft.isOn, .flag,
        infotextText: { $0.isInpaintedSoftly ? "True" : nil },
        "whether grey parts of a mask draw as much anew as they are bright, without a visible edge; a mask_blur of 16 or more suits it")

    /// `soft_bias`, `soft_preservation`, `soft_contrast`, `soft_influence`, `soft_threshold`, `soft_threshold_contrast`: the numbers of
    /// soft inpainting.
    public static let softNumbers = [
        soft(
            "bias", "schedule bias", \.recipe.inpainting.soft.bias, 0...8,
            "how much more early steps keep of the source picture than late ones"),
        soft(
            "preservation", "preservation strength", \.recipe.inpainting.soft.preservation, 0...8,
            "how much is kept where the mask is grey"),
        soft(
            "contrast", "transition contrast boost", \.recipe.inpainting.soft.contrast, 1...32,
            "how much contrast is kept where both pictures meet"),
        soft(
            "influence", "mask influence", \.recipe.inpainting.soft.influence, 0...1,
            "how much the mask says what is shown of the new picture"),
        soft(
            "threshold", "difference threshold", \.recipe.inpainting.soft.threshold, 0...8,
            "how far a place has to change until the new picture is shown there"),
        soft(
            "threshold_contrast", "difference contrast", \.recipe.inpainting.soft.thresholdContrast, 0...8,
            "how sharply the new picture ends in the old one"),
    ]

    private static func soft(
        _ key: String, _ name: String, _ property: any WritableKeyPath<GenerationRequest, Float> & Sendable, _ range: ClosedRange<Float>,
        _ meaning: String
    ) -> GenerationField {
        GenerationField(
            "soft_" + key, "Soft inpainting " + name, property, .number(range),
            infotextText: { $0.isInpaintedSoftly ? $0[keyPath: property].short : nil },
            "\(meaning), with soft_inpainting; \(GenerationRequest(prompt: "")[keyPath: property].short) is usual")
    }

    /// Fields that say how source pictures become the start.
    public static let imageToImage = [
        strength, resizeMode, sourceUpscaler, fixesSteps, noiseMultiplier, extraNoise, posterior, background, correctsColors,
    ]
    /// Fields that say how a mask is used.
    public static let inpainting = [
        maskBlur, invertsMask, maskedContent, onlyMasked, padding, maskWeight, roundsMask, overlaysOriginal,
        softInpainting,
    ] + softNumbers + extends
}

extension GenerationRequest {
    /// Whether soft inpainting has anything to do.
    fileprivate var isInpaintedSoftly: Bool {
        recipe.inpainting.soft.isOn && (mask != nil || recipe.inpainting.extends != Margins())
    }
}
