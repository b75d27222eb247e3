// Fields that SD.Next's API has as well. Keys are its own, and so are the names in infotexts as far as it writes any.
extension GenerationField {
    /// How the finished picture is graded.
    public static let grading = [
        GenerationField(
            "grading_brightness", "Grading brightness", \.recipe.grading.brightness, .number(-1...1), infotext: .unlessDefault,
            "grading: added to every channel of the picture; 0 leaves it as it is"),
        GenerationField(
            "grading_contrast", "Grading contrast", \.recipe.grading.contrast, .number(-1...1), infotext: .unlessDefault,
            "grading: scales every channel by 1 more than this"),
        GenerationField(
            "grading_saturation", "Grading saturation", \.recipe.grading.saturation, .number(-1...1), infotext: .unlessDefault,
            "grading: scales saturation by 1 more than this; -1 leaves no colour"),
        GenerationField(
            "grading_hue", "Grading hue", \.recipe.grading.hue, .number(-1...1), infotext: .unlessDefault,
            "grading: turns all hues, in half circles"),
        GenerationField(
            "grading_gamma", "Grading gamma", \.recipe.grading.gamma, .number(0.1...10), infotext: .unlessDefault,
            "grading: exponent of every channel; below 1 brightens"),
        GenerationField(
            "grading_sharpness", "Grading sharpness", \.recipe.grading.sharpness, .number(0...2), infotext: .unlessDefault,
            "grading: sharpens edges"),
        GenerationField(
            "grading_color_temp", "Grading color temp", \.recipe.grading.colorTemperature, .number(1000...40000), infotext: .unlessDefault,
            "grading: kelvins; below 6500 is warmer, above is cooler"),
        GenerationField(
            "grading_shadows", "Grading shadows", \.recipe.grading.shadows, .number(-1...1), infotext: .unlessDefault,
            "grading: lightens or darkens dark parts"),
        GenerationField(
            "grading_midtones", "Grading midtones", \.recipe.grading.midtones, .number(-1...1), infotext: .unlessDefault,
            "grading: lightens or darkens parts of middle lightness"),
        GenerationField(
            "grading_highlights", "Grading highlights", \.recipe.grading.highlights, .number(-1...1), infotext: .unlessDefault,
            "grading: lightens or darkens light parts"),
        GenerationField(
            "grading_clahe_clip", "Grading clahe clip", \.recipe.grading.equalizingLimit, .number(0...40), infotext: .unlessDefault,
            "grading: how much equalizing of lightness may raise local contrast (CLAHE); 0 turns it off"),
        GenerationField(
            "grading_clahe_grid", "Grading clahe grid", \.recipe.grading.equalizingGrid, .whole(2...16), infotext: .unlessDefault,
            "grading: how many fields equalizing divides each side into"),
        GenerationField(
            "grading_shadows_tint", "Grading shadows tint", \.recipe.grading.shadowsTint, .color, infotext: .unlessDefault,
            "grading: tint of dark parts; #000000 with white highlights turns tinting off"),
        GenerationField(
            "grading_highlights_tint", "Grading highlights tint", \.recipe.grading.highlightsTint, .color, infotext: .unlessDefault,
            "grading: tint of light parts; #ffffff with black shadows turns tinting off"),
        GenerationField(
            "grading_split_tone_balance", "Grading split tone balance", \.recipe.grading.tintBalance, .number(0...1),
            infotext: .unlessDefault, "grading: how much of the tinting is the light parts'"),
        GenerationField(
            "grading_vignette", "Grading vignette", \.recipe.grading.vignette, .number(0...1), infotext: .unlessDefault,
            "grading: darkens the corners"),
        GenerationField(
            "grading_grain", "Grading grain", \.recipe.grading.grain, .number(0...1), infotext: .unlessDefault,
            "grading: adds noise, as of film; the picture's seed draws it"),
    ]

    /// How latents are corrected while they are sampled.
    public static let correction = [
        GenerationField(
            "hdr_mode", "Latent mode", \.recipe.correction.mode, .number, infotext: .unlessDefault,
            "latents: whether brightness and color keep the latents' own mean (0) or take it away first (1)"),
        GenerationField(
            "hdr_brightness", "Latent brightness", \.recipe.correction.brightness, .number(-4...4), infotext: .unlessDefault,
            "latents: lightness that is added over the last fifth of the steps"),
        GenerationField(
            "hdr_color", "Latent color", \.recipe.correction.color, .number(0...16), infotext: .unlessDefault,
            "latents: how far each channel of colour moves towards a mean of 0 in the middle of the way"),
        GenerationField(
            "hdr_sharpen", "Latent sharpen", \.recipe.correction.sharpness, .number(-4...4), infotext: .unlessDefault,
            "latents: sharpens or softens over the last third of the steps"),
        GenerationField(
            "hdr_clamp", "Latent clamp", \.recipe.correction.clamps, .flag, infotext: .unlessDefault,
            "latents: whether large values of the first steps are pressed below hdr_boundary"),
        GenerationField(
            "hdr_boundary", "Latent range", \.recipe.correction.clampBoundary, .number(0...10), infotext: .unlessDefault,
            "latents: the largest value that hdr_clamp leaves"),
        GenerationField(
            "hdr_threshold", "Latent threshold", \.recipe.correction.clampThreshold, .number(0...1), infotext: .unlessDefault,
            "latents: the share of hdr_boundary from which on hdr_clamp presses values"),
        GenerationField(
            "hdr_maximize", "Latent maximize", \.recipe.correction.maximizes, .flag, infotext: .unlessDefault,
            "latents: whether those of the last steps are centred and scaled"),
        GenerationField(
            "hdr_max_center", "Latent center", \.recipe.correction.maximizingCenter, .number(0...2), infotext: .unlessDefault,
            "latents: how far hdr_maximize moves each channel towards a mean of 0"),
        GenerationField(
            "hdr_max_boundary", "Latent max range", \.recipe.correction.maximizingBoundary, .number(0.5...2), infotext: .unlessDefault,
            "latents: the range that hdr_maximize scales to, in units of 4; 1 leaves it as it is"),
        GenerationField(
            "hdr_color_picker", "Latent tint color", \.recipe.correction.tint, .color, infotext: .unlessDefault,
            "latents: the colour that hdr_tint_ratio moves them towards"),
        GenerationField(
            "hdr_tint_ratio", "Latent tint", \.recipe.correction.tintStrength, .number(-4...4), infotext: .unlessDefault,
            "latents: how far they move towards hdr_color_picker in the middle of the way"),
    ]
}
