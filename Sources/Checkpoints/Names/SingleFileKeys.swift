/// Where a single file keeps each network, and what else such files hold.
enum SingleFileKeys {
    static func unet(in quantization: Quantization) throws(CheckpointError) -> StoredNetwork<UNetConfiguration> {
        let (directory, prefix) = (quantization.directory, "model.diffusion_model.")
        let configuration = try UNetConfiguration(ShapeReader(component: "UNet", directory: directory, prefix: prefix))
        let table = NameTable(unet: configuration, naming: .original, prefix: prefix)
        let weights = try ComponentWeights(component: "UNet", table: table, in: quantization)
        return StoredNetwork(configuration: configuration, weights: weights)
    }

    static func vae(in quantization: Quantization) throws(CheckpointError) -> StoredNetwork<VAEConfiguration> {
        let (directory, prefix) = (quantization.directory, "first_stage_model.")
        guard directory.containsKey(withPrefix: prefix) else {
            throw .missingWeights(checkpoint: directory.fileName, component: "VAE", looked: "no tensor begins with \"\(prefix)\"")
        }
        let configuration = try VAEConfiguration(ShapeReader(component: "VAE", directory: directory, prefix: prefix))
        let table = NameTable(vae: configuration, naming: .original, prefix: prefix)
        let weights = try ComponentWeights(component: "VAE", table: table, in: quantization)
        return StoredNetwork(configuration: configuration, weights: weights)
    }

    static func textEncoder(in quantization: Quantization) throws(CheckpointError) -> StoredNetwork<TextEncoderConfiguration> {
        let directory = quantization.directory
        guard directory.containsKey(withPrefix: "cond_stage_model.") else {
            throw .missingWeights(checkpoint: directory.fileName, component: "text encoder", looked: "no tensor begins with \"cond_stage_model.\"")
        }
        let prefix: String, naming: TextEncoderNaming
        if directory.containsKey(withPrefix: "cond_stage_model.model.") {
            (prefix, naming) = ("cond_stage_model.model.", .openCLIP)
        } else if directory.containsKey(withPrefix: "cond_stage_model.transformer.text_model.") {
            (prefix, naming) = ("cond_stage_model.transformer.text_model.", .transformers)
        } else {
            (prefix, naming) = ("cond_stage_model.transformer.", .transformers)
        }
        let configuration = try TextEncoderConfiguration(ShapeReader(component: "text encoder", directory: directory, prefix: prefix), naming: naming)
        let table = NameTable(textEncoder: configuration, naming: naming, prefix: prefix)
        let weights = try ComponentWeights(component: "text encoder", table: table, in: quantization)
        return StoredNetwork(configuration: configuration, weights: weights)
    }

    /// The network that reads keys of this kind; nil for keys that no picture needs, those of the VAE's encoder included.
    static func network(of key: String) -> String? {
        if key.hasPrefix("model.diffusion_model.") { return "UNet" }
        if key.hasPrefix("cond_stage_model.") { return "text encoder" }
        guard key.hasPrefix("first_stage_model.") else { return nil }
        return key.hasPrefix("first_stage_model.encoder.") || key.hasPrefix("first_stage_model.quant_conv.") ? nil : "VAE"
    }

    /// Whether files of this family are known to hold `key` beside what generating needs.
    static func isKnownExtra(_ key: String, in family: Family) -> Bool {
        let isOfLastTextLayer = family == .sd2 && key.hasPrefix("cond_stage_model.model.transformer.resblocks.")
        return isOfLastTextLayer || extras.contains(key) || extraPrefixes.contains { key.hasPrefix($0) } || key.hasSuffix(".position_ids")
    }

    private static let extraPrefixes = [
        "model_ema.", "first_stage_model.loss.", "first_stage_model.model_ema.", "loss.", "optimizer", "embedding_manager.", "safety_checker.",
        "denoiser.", "posterior_", "alphas_cumprod", "sqrt_", "log_one_minus_", "callbacks", "optimizer_states", "lr_schedulers",
        // CLIP's other half, which reads pictures.
        "cond_stage_model.transformer.vision_model.", "cond_stage_model.transformer.visual_projection.", "cond_stage_model.model.visual.",
    ]
    private static let extras: Set<String> = [
        "betas", "logvar", "lvlb_weights", "scale_factor", "global_step", "epoch", "step", "v_pred", "ztsnr", "edm_vpred.sigma_max",
        "cond_stage_model.logit_scale", "cond_stage_model.text_projection", "cond_stage_model.transformer.text_projection.weight",
        "cond_stage_model.transformer.logit_scale", "cond_stage_model.transformer.text_model.text_projection.weight",
        "cond_stage_model.model.attn_mask", "cond_stage_model.model.logit_scale", "cond_stage_model.model.text_projection",
        "model.diffusion_model.num_updates",
    ]
}

extension NameTable {
    var keys: Set<String> { Set(parameters.map(\.key)) }
}
