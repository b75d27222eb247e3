extension Notice {
    /// Names of notices. Raw values stand in JSON and in the database, and stay the same.
    ///
    /// Documentation/API.md lists each with its values.
    public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        /// A sentence alone, as earlier versions wrote them down.
        case told

        // Prompts, styles and wildcards
        /// Characters that mean nothing to the text encoder.
        case unreadableCharacters = "unreadable_characters"
        case nulCharacters = "nul_characters"
        /// No folder of LoRAs is known; earlier versions applied none.
        case loraLeftOut = "lora_left_out"
        /// A LoRA in a negative prompt.
        /// A LoRA beside a model that runs as it is.
        case loraGraph = "lora_graph"
        case loraInNegativePrompt = "lora_in_negative_prompt"
        case loraMissing = "lora_missing"
        case loraUnreadable = "lora_unreadable"
        /// None of its tensors fits the model.
        case loraUnfit = "lora_unfit"
        case loraPartlyApplied = "lora_partly_applied"
        /// Arguments of a tag that could not be read.
        case loraArguments = "lora_arguments"
        /// A LoRA that is named more than once.
        case loraRepeated = "lora_repeated"
        /// LoRAs that had to be merged into the weights, so that other strengths take a compile.
        case loraMerged = "lora_merged"
        /// Strengths by step that had no effect, for the LoRA is merged into the weights.
        case loraScheduleUnused = "lora_schedule_unused"
        /// A LoRA for one AND part that acts on the whole picture, for it is merged into the weights.
        case loraScopeUnused = "lora_scope_unused"
        /// Strengths by step, of which text encoders have the first.
        case loraTextSchedule = "lora_text_schedule"
        /// Block weights of another family of models.
        case loraBlocks = "lora_blocks"
        case hypernetworkLeftOut = "hypernetwork_left_out"
        /// A tag of a kind that nothing is known by.
        case tagLeftOut = "tag_left_out"
        /// A textual inversion that is read as plain words.
        case embeddingLeftOut = "embedding_left_out"
        case unreadableStyles = "unreadable_styles"
        /// A style that would make the prompt too long.
        case styleLeftOut = "style_left_out"
        case styleFieldsUnused = "style_fields_unused"
        case tooManyDraws = "too_many_draws"
        case wildcardCircle = "wildcard_circle"
        case noWildcardFolder = "no_wildcard_folder"
        case tooManyWildcards = "too_many_wildcards"
        case unknownWildcard = "unknown_wildcard"
        case unreadableWildcard = "unreadable_wildcard"
        case emptyWildcard = "empty_wildcard"

        // Settings of pictures
        case negativePromptUnused = "negative_prompt_unused"
        /// Options that the sampler does not use.
        case optionsUnused = "options_unused"
        /// Settings that are far from what suits a model of few steps.
        case unsuitableSettings = "unsuitable_settings"
        case correctionUnused = "correction_unused"
        case tintUnused = "tint_unused"
        /// A graph that takes whole timesteps only.
        case graphTimesteps = "graph_timesteps"
        /// A graph whose VAE encoder draws by numbers of its own.
        case graphSamples = "graph_samples"
        case tilingUnused = "tiling_unused"
        /// What the UNet predicts was assumed, and the model seems to be one that predicts something else.
        case unlikelyPrediction = "unlikely_prediction"
        /// What the UNet predicts was assumed.
        case assumedPrediction = "assumed_prediction"
        /// A chosen text encoder that does not fit the model.
        case textEncoderLeftOut = "text_encoder_left_out"

        // Pictures to begin with, masks and sizes
        case resizeModeChanged = "resize_mode_changed"
        /// Latents of a tiny VAE, which nothing can be drawn from.
        case posteriorUnused = "posterior_unused"
        case maskResized = "mask_resized"
        case emptyMask = "empty_mask"
        case sourceUpscalerUnused = "source_upscaler_unused"
        /// A picture that was made smaller before an upscaler's last pass.
        case shrunkForUpscaler = "shrunk_for_upscaler"
        /// A picture that got another size before it was drawn anew.
        case sizeAdapted = "size_adapted"

        // Devices and the drawn pictures
        case vaeTiles = "vae_tiles"
        /// A device that does not tell what it computes in.
        case untoldPrecision = "untold_precision"
        case otherPrecision = "other_precision"
        /// A picture whose pixels are nearly equal.
        case flatPicture = "flat_picture"
        /// The same of the picture that is compared with the reference.
        case flatDrawing = "flat_drawing"
        case picturesDiffer = "pictures_differ"
        // Comparisons of a network with the reference.
        case probeBaseline = "probe_baseline"
        case probeWithinBounds = "probe_within_bounds"
        case probeRecovered = "probe_recovered"
        case probeNotFinite = "probe_not_finite"
        case probeOverBound = "probe_over_bound"
        case probeOverBaseline = "probe_over_baseline"
        case probeFailed = "probe_failed"
        case runSkipped = "run_skipped"
        case namedByID = "named_by_id"
        /// Characters of a grid's headings that no font has.
        case missingCharacters = "missing_characters"
    }
}
