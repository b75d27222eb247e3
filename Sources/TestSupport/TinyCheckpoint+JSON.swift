import Checkpoints

/// The configurations of a folder, with the keys that diffusers and transformers write.
extension TinyCheckpoint {
    func textEncoderJSON(_ textEncoder: TextEncoderConfiguration) -> String {
        """
        {"architectures": ["CLIPTextModel"], "projection_dim": \(textEncoder.projectionWidth ?? textEncoder.width),
        "model_type": "clip_text_model", "hidden_act": "\(textEncoder.activation.rawValue)",
         "hidden_size": \(textEncoder.width), "intermediate_size": \(textEncoder.intermediateWidth),
         "num_hidden_layers": \(textEncoder.layerCount), "num_attention_heads": \(textEncoder.headCount),
         "max_position_embeddings": \(textEncoder.positionCount), "vocab_size": \(textEncoder.vocabularySize),
         "layer_norm_eps": \(textEncoder.layerNormEpsilon)}
        """
    }

    var unetJSON: String {
        let down = unet.blocks.map { $0.hasAttention ? "\"CrossAttnDownBlock2D\"" : "\"DownBlock2D\"" }
        let up = unet.blocks.reversed().map { $0.hasAttentionUp ? "\"CrossAttnUpBlock2D\"" : "\"UpBlock2D\"" }
        let middle =
            switch unet.middle {
            case .attention: "\"UNetMidBlock2DCrossAttn\""
            case .residualBlock: "\"UNetMidBlock2D\""
            case .nothing: "null"
            }
        return """
            {"_class_name": "UNet2DConditionModel", "mid_block_type": \(middle), \(depthsJSON),
             "addition_embed_type": \(unet.vectorWidth == nil ? "null" : "\"text_time\""),
             "addition_time_embed_dim": \(unet.vectorWidth == nil ? "null" : "256"),
             "projection_class_embeddings_input_dim": \(unet.vectorWidth.map(String.init) ?? "null"), "in_channels": \(unet.inChannels),
             "out_channels": \(unet.outChannels),
             "block_out_channels": \(unet.blocks.map(\.channels)), "layers_per_block": \(unet.blocks.map(\.layerCount)),
             "down_block_types": [\(down.joined(separator: ", "))], "up_block_types": [\(up.joined(separator: ", "))],
             "attention_head_dim": \(unet.blocks.map(\.headCount)),
             "cross_attention_dim": \(unet.crossAttentionWidth), "use_linear_projection": \(unet.usesLinearProjection),
             "norm_num_groups": \(unet.normGroups), "norm_eps": \(unet.normEpsilon), "flip_sin_to_cos": \(unet.flipsSineToCosine),
             "freq_shift": \(unet.frequencyShift), "act_fn": "silu", "class_embed_type": null,
             "time_cond_proj_dim": \(unet.guidanceWidth.map(String.init) ?? "null"), "sample_size": \
             \(unet.sampleSize.map(String.init) ?? "null")}
            """
    }

    /// The depths in the simplest of the forms that diffusers has.
    private var depthsJSON: String {
        let middle = if case .attention(let depth) = unet.middle { depth } else { 1 }
        let levels = unet.blocks.enumerated().map { level, block in
            block.depths.isEmpty ? [level == unet.blocks.count - 1 ? middle : block.depthsUp.first ?? 1] : block.depths
        }
        let isUniform = zip(unet.blocks, levels).allSatisfy { block, depths in
            Set(depths).count == 1 && Set(block.depthsUp).isSubset(of: Set(depths))
        }
        if isUniform { return "\"transformer_layers_per_block\": \(levels.map { $0[0] })" }
        func list(_ depths: [[Int]]) -> String { "[" + depths.map { $0.isEmpty ? "1" : "\($0)" }.joined(separator: ", ") + "]" }
        return "\"transformer_layers_per_block\": \(list(unet.blocks.map(\.depths))), "
            + "\"reverse_transformer_layers_per_block\": \(list(unet.blocks.reversed().map(\.depthsUp)))"
    }

    var vaeJSON: String {
        func types(_ name: String) -> String { vae.blockChannels.map { _ in "\"\(name)\"" }.joined(separator: ", ") }
        return """
            {"_class_name": "AutoencoderKL", "in_channels": \(vae.imageChannels), "out_channels": \(vae.imageChannels),
             "latent_channels": \(vae.latentChannels), "block_out_channels": \(vae.blockChannels),
             "layers_per_block": \(vae.layersPerBlock),
             "down_block_types": [\(types("DownEncoderBlock2D"))], "up_block_types": [\(types("UpDecoderBlock2D"))],
             "norm_num_groups": \(vae.normGroups), "scaling_factor": \(vae.scalingFactor), "shift_factor": null, "act_fn": "silu",
             "use_quant_conv": \(vae.usesQuantConvolution), "use_post_quant_conv": \(vae.usesPostQuantConvolution),
             "mid_block_add_attention": \(vae.hasMidBlockAttention), "force_upcast": \(vae.forcesUpcast.map(String.init) ?? "null")}
            """
    }

    var schedulerJSON: String {
        """
        {"_class_name": "DDIMScheduler", "beta_start": \(scheduler.betaStart), "beta_end": \(scheduler.betaEnd),
         "beta_schedule": "\(scheduler.betaSchedule.rawValue)", "num_train_timesteps": \(scheduler.trainStepCount),
         "prediction_type": "\(scheduler.prediction.rawValue)", "steps_offset": \(scheduler.stepsOffset),
         "set_alpha_to_one": \(scheduler.setsFinalAlphaToOne), "rescale_betas_zero_snr": \(scheduler.rescalesToZeroTerminalSNR)}
        """
    }
}
