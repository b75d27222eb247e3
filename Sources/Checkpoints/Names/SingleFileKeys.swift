/// Where a single file keeps each network, and what else such files hold.
enum SingleFileKeys {
    static func unet(
        in quantization: Quantization, at place: UNetPlace
    ) throws(CheckpointError) -> StoredNetwork<UNetConfiguration> {
        let shapes = ShapeReader(component: "UNet", directory: quantization.directory, prefix: place.prefix)
        let configuration = try UNetConfiguration(shapes, naming: place.naming)
        let table = NameTable(unet: configuration, naming: place.naming, prefix: place.prefix)
        let weights = try ComponentWeights(component: "UNet", table: table, in: quantization)
        return StoredNetwork(configuration: configuration, weights: weights)
    }

    /// - Throws: `CheckpointError.missingVAE` when the file has none.
    static func vae(in quantization: Quantization, of family: Family) throws(CheckpointError) -> StoredNetwork<VAEConfiguration> {
        guard let vae = try VAEFile.vae(in: quantization, prefix: vaePrefix, of: family) else {
            throw .missingVAE(checkpoint: quantization.directory.fileName, looked: "no tensor begins with \"\(vaePrefix)\"")
        }
        return vae
    }

    /// - Parameters:
    ///   - stems: the starts of its names; nil for those of the family's checkpoints.
    ///   - configuration: nil to read the architecture off the shapes.
    static func textEncoder(
        _ traits: FamilyTraits.TextEncoder, stems: [String]? = nil, isProjected: Bool, in quantization: Quantization,
        configuration: TextEncoderConfiguration? = nil
    ) throws(CheckpointError) -> StoredNetwork<TextEncoderConfiguration> {
        let directory = quantization.directory
        let place = (stems ?? traits.stems).lazy.compactMap { TextEncoderPlace(stem: $0, isProjected: isProjected, in: directory) }.first
        guard var place else {
            throw quantization.refusal
                ?? .missingWeights(
                    checkpoint: directory.fileName, component: traits.component, looked: "no tensor begins with \"\(traits.stems[0])\"")
        }
        // Files of a text encoder alone have transformers' names for open_clip's, too.
        place.isOpenCLIP = place.isOpenCLIP || traits.leavesOutLastLayer
        let reader = ShapeReader(component: traits.component, directory: directory, prefix: place.prefix)
        let configuration = if let configuration { configuration } else {
            try TextEncoderConfiguration(reader, at: place, leavesOutLastLayer: traits.leavesOutLastLayer)
        }
        let table = NameTable(textEncoder: configuration, naming: place.naming, prefix: place.prefix, projection: place.projection)
        let weights = try ComponentWeights(component: traits.component, table: table, in: quantization)
        return StoredNetwork(configuration: configuration, weights: weights)
    }

    /// Stands before the VAE's names.
    static let vaePrefix = "first_stage_model."

    /// The network that reads keys of this kind; nil for keys that no picture needs, those of the VAE's encoder included.
    static func network(of key: String, in family: Family) -> String? {
        if key.hasPrefix(UNetPlace.usualPrefix) { return "UNet" }
        for encoder in family.traits.textEncoders where encoder.stems.contains(where: key.hasPrefix) { return encoder.component }
        guard key.hasPrefix(vaePrefix) else { return nil }
        return VAEFile.isOfEncoder(key.dropFirst(vaePrefix.count)) ? nil : "VAE"
    }

    /// Whether files of this family are known to hold `key` beside what generating needs.
    static func isKnownExtra(_ key: String, in family: Family) -> Bool {
        if extras.contains(key) || key.hasSuffix(".position_ids") || extraPrefixes.contains(where: key.hasPrefix) { return true }
        for encoder in family.traits.textEncoders {
            guard let stem = encoder.stems.first(where: key.hasPrefix) else { continue }
            return isTextExtra(key.dropFirst(stem.count), encoder)
        }
        return false
    }

    /// The same for a key of a text encoder, without its stem.
    static func isTextExtra(_ key: Substring, _ encoder: FamilyTraits.TextEncoder) -> Bool {
        let layers = ["model.transformer.resblocks.", "transformer.resblocks.", "encoder.layers.", "text_model.encoder.layers."]
        return textExtras.contains(String(key)) || textExtraPrefixes.contains(where: key.hasPrefix)
            || encoder.leavesOutLastLayer && layers.contains(where: key.hasPrefix)
    }

    /// Whether a file has text encoders, or a VAE, under the names of checkpoints.
    static func hasTextEncoder(_ directory: TensorDirectory) -> Bool {
        ["cond_stage_model.", "conditioner.embedders."].contains(where: directory.containsKey(withPrefix:))
    }

    private static let extraPrefixes = [
        "model_ema.", "first_stage_model.loss.", "first_stage_model.model_ema.", "loss.", "optimizer", "embedding_manager.",
        "safety_checker.",
        "denoiser.", "posterior_", "alphas_cumprod", "sqrt_", "log_one_minus_", "callbacks", "optimizer_states", "lr_schedulers",
    ]
    private static let extras: Set<String> = [
        "betas", "logvar", "lvlb_weights", "scale_factor", "global_step", "epoch", "step", "v_pred", "ztsnr", "edm_vpred.sigma_max",
        "model.diffusion_model.num_updates",
    ]
    /// CLIP's other half, which reads pictures; behind the stem of a text encoder.
    private static let textExtraPrefixes = ["transformer.vision_model.", "transformer.visual_projection.", "model.visual."]
    /// The same for parts of CLIP that compare texts with pictures, where no pooled text is read.
    private static let textExtras: Set<String> = [
        "logit_scale", "text_projection", "transformer.text_projection.weight", "transformer.logit_scale",
        "transformer.text_model.text_projection.weight", "model.attn_mask", "model.logit_scale", "model.text_projection", "attn_mask",
    ]
}

extension NameTable {
    var keys: Set<String> { Set(parameters.map(\.key)) }
}
