import Generation

/// All that differs between families.
struct FamilyTraits {
    /// A text encoder of the family.
    struct TextEncoder {
        /// The name in messages and reports.
        var component = "text encoder"
        /// The name that people know it by.
        var model: String
        /// The starts of its names in single files; the first is usual.
        var stems: [String]
        /// Its folder in diffusers' layout.
        var folder = "text_encoder"
        /// The folder of its tokenizer.
        var tokenizerFolder = "tokenizer"
        /// The token that fills a chunk after the end of the text, in the vocabulary of CLIP, when no tokenizer file says otherwise:
        /// the end-of-text token, or `!` as open_clip pads with zeros.
        var paddingTokenID: Int
        /// The context is read before open_clip's last layer and nothing reads that layer, so that it is left out.
        var leavesOutLastLayer = false
    }

    var name: String
    var shortName: String
    /// ModelSpec's name; see `Checkpoint.convertedMetadata`.
    var architecture: String
    var textEncoders: [TextEncoder]
    var conditioning: ConditioningPlan
    /// The meaning of the UNet's output when nothing says it.
    var usualPrediction = SchedulerConfiguration.Prediction.epsilon
    /// Files of the family differ in what the UNet predicts, and its usual prediction is an assumption.
    var isPredictionUncertain = false
    /// Side of the latents that models with `epsilon` were trained on.
    var latentSide = 64
    /// The same for models that predict velocity.
    var velocityLatentSide = 64
    var nativeSizes = [PictureSize(width: 512, height: 512)]
    /// Latents are multiplied by this after encoding, when no configuration says otherwise.
    var latentScale: Float = 0.18215
    /// The activations of the family's VAE decoder exceed the range of f16, unless its configuration says otherwise.
    var decoderOverflowsF16 = false
    /// The name of the tiny VAE that knows the family's latents.
    var tinyVAE = "taesd"
    var latentColors: [[Float]]?
    /// Why nothing can be drawn with the family's models.
    var objection: ForeignModel?
}

extension Family {
    /// The one place that tells families apart.
    var traits: FamilyTraits {
        switch self {
        case .sd1:
            FamilyTraits(
                name: "Stable Diffusion 1", shortName: "SD 1.5", architecture: "stable-diffusion-v1",
                textEncoders: [.init(model: "CLIP-L", stems: ["cond_stage_model."], paddingTokenID: 49_407)],
                conditioning: ConditioningPlan(context: [.init(encoder: 0, state: .clipSkip)]), latentColors: Self.firstLatentColors)
        case .sd2:
            // sgm's names are those of SD-Turbo.
            FamilyTraits(
                name: "Stable Diffusion 2", shortName: "SD 2", architecture: "stable-diffusion-v2-512",
                textEncoders: [
                    .init(
                        model: "OpenCLIP-H", stems: ["cond_stage_model.", "conditioner.embedders.0."], paddingTokenID: 0,
                        leavesOutLastLayer: true)
                ],
                conditioning: ConditioningPlan(context: [.init(encoder: 0, state: .clipSkip)]), usualPrediction: .velocity,
                isPredictionUncertain: true, velocityLatentSide: 96, latentColors: Self.firstLatentColors)
        case .sdxl:
            FamilyTraits(
                name: "Stable Diffusion XL", shortName: "SDXL", architecture: "stable-diffusion-xl-v1-base",
                textEncoders: [
                    .init(
                        component: "first text encoder", model: "CLIP-L", stems: ["conditioner.embedders.0."], paddingTokenID: 49_407),
                    Self.secondTextEncoder(at: 1),
                ],
                conditioning: ConditioningPlan(
                    context: [.init(encoder: 0, state: .penultimate), .init(encoder: 1, state: .penultimate)], joining: .channels,
                    pooled: 1,
                    sizes: .base, zeroesEmptyNegative: true),
                latentSide: 128, velocityLatentSide: 128, nativeSizes: Self.sizesOfOneMegapixel, latentScale: 0.13025,
                decoderOverflowsF16: true, tinyVAE: "taesdxl",
                latentColors: Self.secondLatentColors)
        case .sdxlRefiner:
            FamilyTraits(
                name: "Stable Diffusion XL refiner", shortName: "SDXL refiner", architecture: "stable-diffusion-xl-v1-refiner",
                textEncoders: [Self.secondTextEncoder(at: 0)],
                conditioning: ConditioningPlan(
                    context: [.init(encoder: 0, state: .penultimate)], pooled: 0, sizes: .refiner, zeroesEmptyNegative: true),
                latentSide: 128, velocityLatentSide: 128, nativeSizes: Self.sizesOfOneMegapixel, latentScale: 0.13025,
                decoderOverflowsF16: true, tinyVAE: "taesdxl",
                latentColors: Self.secondLatentColors, objection: .sdxlRefiner)
        }
    }

    /// - Parameter place: in single files.
    private static func secondTextEncoder(at place: Int) -> FamilyTraits.TextEncoder {
        .init(
            component: "second text encoder", model: "CLIP-G", stems: ["conditioner.embedders.\(place)."], folder: "text_encoder_2",
            tokenizerFolder: "tokenizer_2",
            paddingTokenID: 0)
    }

    private static let sizesOfOneMegapixel = [
        (1024, 1024), (1152, 896), (896, 1152), (1216, 832), (832, 1216), (1344, 768), (768, 1344), (1536, 640), (640, 1536),
    ].map { PictureSize(width: $0.0, height: $0.1) }

    /// The VAE of Stable Diffusion 1 and 2, measured by the user "keturn" for release 1.4.
    ///
    /// Source: https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204
    private static let firstLatentColors: [[Float]] = [
        [0.298, 0.187, -0.158, -0.184, 0], [0.207, 0.286, 0.189, -0.271, 0], [0.208, 0.173, 0.264, -0.473, 0],
    ]

    /// The VAE of Stable Diffusion XL. Source: ComfyUI `latent_formats.SDXL`.
    private static let secondLatentColors: [[Float]] = [
        [0.3651, -0.2533, 0.1076, -0.3165, 0.1084], [0.4232, -0.0042, 0.1111, -0.2492, -0.0175],
        [0.4341, 0.1068, -0.0362, -0.2188, -0.0011],
    ]

    // MARK: Telling families apart

    /// Tells the family of a single file by its text encoders and by what its UNet takes.
    init(singleFile directory: TensorDirectory, _ unet: UNetConfiguration) {
        if !SingleFileKeys.hasTextEncoder(directory) {
            // The refiner's context is as wide as its pooled text.
            let isRefiner = unet.vectorWidth.map { $0 - unet.crossAttentionWidth == 5 * ConditioningPlan.SizeNumbers.embeddingWidth }
            self = isRefiner.map { $0 ? .sdxlRefiner : .sdxl } ?? (unet.usesLinearProjection ? .sd2 : .sd1)
        } else if unet.vectorWidth != nil {
            let isSecondAlone =
                !directory.containsKey(withPrefix: "conditioner.embedders.1.")
                && directory.containsKey(withPrefix: "conditioner.embedders.0.model.")
            self = isSecondAlone ? .sdxlRefiner : .sdxl
        } else {
            let isOpenCLIP =
                directory.containsKey(withPrefix: "cond_stage_model.model.")
                || directory.containsKey(withPrefix: "conditioner.embedders.0.model.")
            self = isOpenCLIP ? .sd2 : .sd1
        }
    }

    /// Tells the family of a folder in diffusers' layout.
    /// - Parameter firstTextEncoder: of the folder `text_encoder`; nil when there is none.
    init(firstTextEncoder: TextEncoderConfiguration?, hasSecondTextEncoder: Bool) {
        if hasSecondTextEncoder {
            self = firstTextEncoder == nil ? .sdxlRefiner : .sdxl
        } else {
            // The activation differs, in both layouts.
            self = firstTextEncoder?.activation == .gelu ? .sd2 : .sd1
        }
    }

    /// The model's name for people, which may say more than the family's: "SSD-1B (Stable Diffusion XL)".
    func name(of unet: UNetConfiguration) -> String {
        let isDistilled = traits.conditioning.sizes == .base && unet.middle == .residualBlock
        let distilled: String? =
            switch unet.blocks.map({ $0.depths.first ?? 0 }) {
            case [0, 2, 4] where isDistilled: "SSD-1B (\(name))"
            case [0, 1, 2] where isDistilled: "Segmind Vega (\(name))"
            default: nil
            }
        return (distilled ?? name) + (unet.inChannels == 9 ? ", inpainting" : "")
    }
}
