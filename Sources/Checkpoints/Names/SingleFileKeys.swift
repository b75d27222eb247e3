/// Where a single file keeps each network, and what else such files hold.
enum SingleFileKeys {
    /// - Returns: The network, and the file's keys that it uses.
    static func unet(in directory: TensorDirectory) throws(CheckpointError) -> (component: StoredNetwork<UNetConfiguration>, keys: Set<String>) {
        let prefix = "model.diffusion_model."
        let configuration = try UNetConfiguration(ShapeReader(component: "UNet", directory: directory, prefix: prefix))
        let table = NameTable(unet: configuration, naming: .original, prefix: prefix)
        let weights = try ComponentWeights(component: "UNet", table: table, in: directory)
        return (StoredNetwork(configuration: configuration, weights: weights), table.keys)
    }

    static func vae(in directory: TensorDirectory) throws(CheckpointError) -> (component: StoredNetwork<VAEConfiguration>, keys: Set<String>) {
        let prefix = "first_stage_model."
        guard directory.containsKey(withPrefix: prefix) else {
            throw .missingWeights(checkpoint: directory.fileName, component: "VAE", looked: "no tensor begins with \"\(prefix)\"")
        }
        let configuration = try VAEConfiguration(ShapeReader(component: "VAE", directory: directory, prefix: prefix))
        let table = NameTable(vae: configuration, naming: .original, prefix: prefix)
        let weights = try ComponentWeights(component: "VAE", table: table, in: directory)
        return (StoredNetwork(configuration: configuration, weights: weights), table.keys)
    }

    static func textEncoder(in directory: TensorDirectory) throws(CheckpointError) -> (component: StoredNetwork<TextEncoderConfiguration>, keys: Set<String>) {
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
        let weights = try ComponentWeights(component: "text encoder", table: table, in: directory)
        return (StoredNetwork(configuration: configuration, weights: weights), table.keys)
    }

    /// Whether files of this family are known to hold `key` beside what generating needs.
    static func isKnownExtra(_ key: String, in family: Family) -> Bool {
        let isOfLastTextLayer = family == .sd2 && key.hasPrefix("cond_stage_model.model.transformer.resblocks.")
        return isOfLastTextLayer || extras.contains(key) || extraPrefixes.contains { key.hasPrefix($0) } || key.hasSuffix(".position_ids")
    }

    private static let extraPrefixes = [
        "model_ema.", "first_stage_model.loss.", "first_stage_model.model_ema.", "loss.", "optimizer", "embedding_manager.", "safety_checker.",
        "denoiser.", "posterior_", "alphas_cumprod", "sqrt_", "log_one_minus_",
    ]
    private static let extras: Set<String> = [
        "betas", "logvar", "lvlb_weights", "scale_factor", "global_step", "epoch", "step", "v_pred", "ztsnr",
        "cond_stage_model.logit_scale", "cond_stage_model.text_projection", "cond_stage_model.transformer.text_projection.weight",
        "cond_stage_model.model.attn_mask", "cond_stage_model.model.logit_scale", "cond_stage_model.model.text_projection",
        "model.diffusion_model.num_updates",
    ]
}

extension NameTable {
    var keys: Set<String> { Set(parameters.map(\.key)) }
}
