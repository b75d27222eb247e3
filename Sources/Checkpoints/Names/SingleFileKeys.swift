/// Where a single file keeps each network, and what else such files hold.
enum SingleFileKeys {
    static func unet(in quantization: Quantization) throws(CheckpointError) -> StoredNetwork<UNetConfiguration> {
        let (directory, prefix) = (quantization.directory, "model.diffusion_model.")
        let configuration = try UNetConfiguration(ShapeReader(component: "UNet", directory: directory, prefix: prefix))
        let table = NameTable(unet: configuration, naming: .original, prefix: prefix)
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

    static func textEncoder(
        _ traits: FamilyTraits.TextEncoder, isProjected: Bool, in quantization: Quantization
    ) throws(CheckpointError) -> StoredNetwork<TextEncoderConfiguration> {
        let directory = quantization.directory
        let place = traits.stems.lazy.compactMap { TextEncoderPlace(stem: $0, isProjected: isProjected, in: directory) }.first
        guard let place else {
            throw quantization.refusal
                ?? .missingWeights(
                    checkpoint: directory.fileName, component: traits.component, looked: "no tensor begins with \"\(traits.stems[0])\"")
        }
        let reader = ShapeReader(component: traits.component, directory: directory, prefix: place.prefix)
        let configuration = try TextEncoderConfiguration(reader, at: place, leavesOutLastLayer: traits.leavesOutLastLayer)
        let table = NameTable(textEncoder: configuration, naming: place.naming, prefix: place.prefix, projection: place.projection)
        let weights = try ComponentWeights(component: traits.component, table: table, in: quantization)
        return StoredNetwork(configuration: configuration, weights: weights)
    }

    /// Stands before the VAE's names.
    static let vaePrefix = "first_stage_model."

    /// The network that reads keys of this kind; nil for keys that no picture needs, those of the VAE's encoder included.
    static func network(of key: String, in family: Family) -> String? {
        if key.hasPrefix("model.diffusion_model.") { return "UNet" }
        for encoder in family.traits.textEncoders where encoder.stems.contains(where: key.hasPrefix) { return encoder.component }
        guard key.hasPrefix(vaePrefix) else { return nil }
        return VAEFile.isOfEncoder(key.dropFirst(vaePrefix.count)) ? nil : "VAE"
    }

    /// Whether files of this family are known to hold `key` beside what generating needs.
    static func isKnownExtra(_ key: String, in family: Family) -> Bool {
        if extras.contains(key) || key.hasSuffix(".position_ids") || extraPrefixes.contains(where: key.hasPrefix) { return true }
        for encoder in family.traits.textEncoders {
            guard let stem = encoder.stems.first(where: key.hasPrefix) else { continue }
            let rest = key.dropFirst(stem.count)
            return textExtras.contains(String(rest)) || textExtraPrefixes.contains(where: rest.hasPrefix)
                || encoder.leavesOutLastLayer && rest.hasPrefix("model.transformer.resblocks.")
        }
        return false
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
        "transformer.text_model.text_projection.weight", "model.attn_mask", "model.logit_scale", "model.text_projection",
    ]
}

extension NameTable {
    var keys: Set<String> { Set(parameters.map(\.key)) }
}
