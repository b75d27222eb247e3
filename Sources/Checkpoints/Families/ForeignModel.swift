/// A model that is no checkpoint for text to picture of a family that Easel knows, told by its tensors' names and shapes.
public enum ForeignModel: Sendable, Hashable {
    case lora, textualInversion, controlNet, motionModule, imageAdapter
    case vae, textEncoder
    /// A UNet without what else a picture takes.
    /// - Parameters:
    ///   - family: its name for people.
    ///   - needsVAE: none was chosen for it.
    ///   - textEncoders: those that are missing, by the names that people know.
    case unet(family: String, needsVAE: Bool, textEncoders: [String])
    case sdxlRefiner, playground, cosXL, sd3, flux, videoDiffusion, unCLIP
    /// A UNet whose input has other channels than latents.
    case instructPix2Pix, depth, upscaler, otherInput(channels: Int)
    case irregularUNet(step: String)
    /// A network for pictures that is no upscaler that Easel reads.
    /// - Parameter name: of the network, with its article; nil when it is not known.
    case foreignUpscaler(name: String?)
    /// A tiny VAE with other layers.
    case foreignTinyVAE
    /// - Parameter name: The pipeline's class in model_index.json.
    case pipeline(name: String)
    case unknown

    /// nil when the file may be a checkpoint.
    init?(_ directory: TensorDirectory) {
        let keys = directory.tensors.keys
        func any(_ parts: String...) -> Bool { keys.contains { key in parts.contains { key.contains($0) } } }
        func starts(_ prefixes: String...) -> Bool { keys.contains { key in prefixes.contains { key.hasPrefix($0) } } }

        if starts("model.diffusion_model.input_blocks.") {
            // Whole keys and prefixes only: looking inside a thousand keys takes longer than all else that opening does.
            if starts("model.diffusion_model.input_blocks.1.0.time_stack.", "model.diffusion_model.input_blocks.1.0.time_mixer") {
                self = .videoDiffusion
            } else if directory.contains("edm_mean"), directory.contains("edm_std") {
                self = .playground
            } else if directory.contains("edm_vpred.sigma_max"), directory.contains("model.diffusion_model.label_emb.0.0.weight") {
                self = .cosXL
            } else if directory.contains("model.diffusion_model.label_emb.0.0.weight"), starts("cond_stage_model.") {
                self = .unCLIP
            } else {
                return nil
            }
        } else if any("lora_", ".lora", "hada_w1", "lokr_w1", "oft_blocks") {
            self = .lora
        } else if starts("control_model.", "controlnet_cond_embedding.", "input_hint_block.") {
            self = .controlNet
        } else if any("motion_modules.") {
            self = .motionModule
        } else if any("joint_blocks.") {
            self = .sd3
        } else if any("double_blocks.") {
            self = .flux
        } else if starts("image_proj.", "ip_adapter.") {
            self = .imageAdapter
        } else if keys.count <= 4, any("emb_params", "string_to_param", "clip_l", "clip_g") {
            self = .textualInversion
        } else if UNetPlace(directory) != nil {
            guard any(".spatial_res_block.", ".time_stack.", ".time_mixer") else { return nil }
            self = .videoDiffusion
        } else if starts("decoder.conv_in.", "first_stage_model.decoder.conv_in.") {
            self = .vae
        } else if any("text_model.encoder.", "transformer.resblocks.") {
            self = .textEncoder
        } else {
            self = .unknown
        }
    }

    /// nil for latents alone, and for the mask and the masked picture behind them that inpainting models take.
    init?(unetInputChannels channels: Int, latentChannels: Int) {
        switch channels {
        case latentChannels, 2 * latentChannels + 1: return nil
        case 8: self = .instructPix2Pix
        case 7: self = .upscaler
        case 5: self = .depth
        default: self = .otherInput(channels: channels)
        }
    }

    /// nil for a pipeline of text to picture with Stable Diffusion 1, 2 or XL, or another way to use its parts.
    init?(pipelineName name: String) {
        // optimum-intel's classes run graphs for OpenVINO.
        switch name.hasPrefix("OV") ? String(name.dropFirst(2)) : name {
        case "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipelineLegacy",
            "StableDiffusionInpaintPipeline",
            "StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLInpaintPipeline",
            "LatentConsistencyModelPipeline":
            return nil
        case "StableDiffusionInstructPix2PixPipeline", "StableDiffusionXLInstructPix2PixPipeline": self = .instructPix2Pix
        case "StableDiffusionDepth2ImgPipeline": self = .depth
        case "StableDiffusionUpscalePipeline", "StableDiffusionLatentUpscalePipeline": self = .upscaler
        case "StableUnCLIPPipeline", "StableUnCLIPImg2ImgPipeline": self = .unCLIP
        case "StableVideoDiffusionPipeline": self = .videoDiffusion
        case _ where name.hasPrefix("StableDiffusion3"): self = .sd3
        case _ where name.hasPrefix("Flux"): self = .flux
        default: self = .pipeline(name: name)
        }
    }
}

extension ForeignModel: CustomStringConvertible {
    /// Continues the name of the file.
    public var description: String {
        switch self {
        case .lora:
            """
            is a LoRA, not a checkpoint: it changes a model. Put it into ~/.local/share/easel/loras, or name its folder with --loras, and \
            write <lora:NAME:0.8> into the prompt.
            """
        case .textualInversion:
            """
            is a textual inversion, not a checkpoint: it adds a word to a model. Put it into a folder, name that with --embeddings, and \
            write its file name in the prompt.
            """
        case .controlNet: "is a ControlNet, not a checkpoint: it steers a model and needs one. ControlNets are not supported yet."
        case .motionModule: "is a motion module for animations, which are not supported yet."
        case .imageAdapter:
            """
            is an image-prompt adapter, not a checkpoint: it steers a model and needs one. Such adapters are not supported yet.
            """
        case .vae: "holds a VAE alone. Use it with --vae beside a complete checkpoint, with UNet and text encoder."
        case .textEncoder: "holds a text encoder alone. Use it with --text-encoder beside a model, which has a UNet."
        case .unet(let family, let needsVAE, let encoders):
            "holds only a UNet (\(family)). Choose "
                + [
                    needsVAE ? "its VAE with --vae" : nil,
                    encoders.isEmpty
                        ? nil
                        : "its text encoder\(encoders.count == 1 ? "" : "s"), \(encoders.joined(separator: " and ")), with --text-encoder",
                ].compactMap(\.self).joined(separator: ", and ") + ", or use a complete checkpoint."
        case .sdxlRefiner:
            """
            is a Stable Diffusion XL refiner. It only goes on with pictures that a base model began, which is not supported yet. Use a \
            Stable Diffusion XL base model.
            """
        case .playground:
            """
            is a Playground 2.5 model. It has the shapes of Stable Diffusion XL and another noise process (EDM), which is not supported \
            yet. Use a Stable Diffusion XL checkpoint.
            """
        case .cosXL:
            """
            is a CosXL model. It has the shapes of Stable Diffusion XL and another noise process (EDM), which is not supported yet. Use a \
            Stable Diffusion XL checkpoint.
            """
        case .sd3: "is a Stable Diffusion 3 model, which is not supported yet. Use a Stable Diffusion 1, 2 or XL checkpoint."
        case .flux: "is a Flux model, which is not supported yet. Use a Stable Diffusion 1, 2 or XL checkpoint."
        case .videoDiffusion: "is a video model, which is not supported yet. Use a Stable Diffusion 1, 2 or XL checkpoint."
        case .unCLIP:
            """
            is a model that takes more than text and a timestep (unCLIP or a class label), which is not supported yet. Use a Stable \
            Diffusion 1, 2 or XL checkpoint.
            """
        case .instructPix2Pix:
            """
            is a model that edits pictures (its UNet takes 8 channels), which is not supported yet. Use a checkpoint for text to picture.
            """
        case .depth:
            """
            is a depth-guided model (its UNet takes 5 channels), which is not supported yet. Use a checkpoint for text to picture.
            """
        case .upscaler: "is an upscaler (its UNet takes 7 channels), which is not supported yet. Use a checkpoint for text to picture."
        case .otherInput(let channels):
            """
            has a UNet that takes \(channels) channels, which is not supported. Use a checkpoint for text to picture.
            """
        case .foreignUpscaler(let name):
            "is \(name.map { "\($0) model" } ?? "no upscaler that Easel knows"). Easel reads ESRGAN, Real-ESRGAN, Compact and SPAN."
        case .foreignTinyVAE: "is no tiny VAE that Easel knows. Easel reads taesd, taesdxl, taesd3 and taef1."
        case .irregularUNet(let step): "has a UNet whose layers differ before \(step) within one level, which is not supported."
        case .pipeline(let name): "is a \(name), which is not supported. Use a Stable Diffusion 1, 2 or XL checkpoint."
        case .unknown: "is no checkpoint that Easel knows: none of its tensors has a name of Stable Diffusion."
        }
    }
}
