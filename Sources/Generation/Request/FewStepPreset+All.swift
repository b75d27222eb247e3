import Sampling

extension FewStepPreset {
    /// Stability AI's SDXL Turbo itself. Timesteps are counted back from the last: 999, 749, 499, 249 for four steps.
    public static let sdxlTurbo = FewStepPreset(
        kind: .turbo, name: "SDXL Turbo", stepRange: 1...4, steps: 4, cfgRange: 1...1, cfgScale: 1, sampler: .eulerAncestral,
        schedule: .turbo, side: 512, source: "Hugging Face, stabilityai/sdxl-turbo")
    /// Stability AI's SD Turbo itself, made from Stable Diffusion 2.1. It predicts noise, unlike most of that family.
    public static let sdTurbo = FewStepPreset(
        kind: .turbo, name: "SD Turbo", stepRange: 1...4, steps: 4, cfgRange: 1...1, cfgScale: 1, sampler: .eulerAncestral,
        schedule: .turbo, side: 512, prediction: "epsilon", source: "Hugging Face, stabilityai/sd-turbo")
    /// Models that were merged with SDXL Turbo: they draw the sizes of their other half.
    public static let turboMerge = FewStepPreset(
        kind: .turbo, name: "Turbo merge", stepRange: 4...10, steps: 6, cfgRange: 1...2.5, cfgScale: 2, sampler: .dpmppSDE,
        schedule: .karras, source: "pages of merges, such as DreamShaper XL Turbo: 4 to 8 steps, CFG scale 2, DPM++ SDE Karras")
    /// ByteDance's SDXL-Lightning, trained for 2, 4 or 8 steps, which the file's name tells.
    public static let lightning = FewStepPreset(
        kind: .lightning, name: "SDXL Lightning", stepRange: 2...8, steps: 4, cfgRange: 1...1, cfgScale: 1, sampler: .euler,
        schedule: .sgmUniform, source: "Hugging Face, ByteDance/SDXL-Lightning")
    /// SDXL-Lightning's experiment with one step.
    public static let lightningOneStep = FewStepPreset(
        kind: .lightning, name: "SDXL Lightning for one step", stepRange: 1...1, steps: 1, cfgRange: 1...1, cfgScale: 1, sampler: .euler,
        schedule: .sgmUniform, prediction: "sample", source: "Hugging Face, ByteDance/SDXL-Lightning, sdxl_lightning_1step_x0")
    /// Models that were merged with SDXL-Lightning.
    public static let lightningMerge = FewStepPreset(
        kind: .lightning, name: "Lightning merge", stepRange: 4...10, steps: 6, cfgRange: 1...2.5, cfgScale: 2, sampler: .dpmppSDE,
        schedule: .karras, source: "pages of merges, such as DreamShaper XL Lightning: 3 to 6 steps, CFG scale 2, DPM++ SDE Karras")
    /// Models with the weights of LCM-LoRA, or trained like it.
    public static let lcm = FewStepPreset(
        kind: .lcm, name: "LCM", stepRange: 2...8, steps: 4, cfgRange: 1...2, cfgScale: 1, sampler: .lcm,
        source: "Hugging Face, latent-consistency/lcm-lora-sdxl and lcm-lora-sdv1-5")
    /// Whole latent consistency models, whose UNet is told the CFG scale instead of being asked about two texts.
    public static let lcmWithGuidance = FewStepPreset(
        kind: .lcm, name: "LCM with guidance", stepRange: 1...8, steps: 4, cfgRange: 1...14, cfgScale: 8, sampler: .lcm,
        source: "Hugging Face, SimianLuo/LCM_Dreamshaper_v7: 1 to 8 steps, w 8; trained on w 2 to 14")
    /// ByteDance's Hyper-SD for 2, 4 or 8 steps, which the file's name tells. Timesteps are counted back from the last.
    public static let hyper = FewStepPreset(
        kind: .hyper, name: "Hyper-SD", stepRange: 2...8, steps: 8, cfgRange: 1...1, cfgScale: 1, sampler: .ddimDiffusers, schedule: .turbo,
        source: "Hugging Face, ByteDance/Hyper-SD")
    /// Hyper-SD's weights for any number of steps, named for one. A single step has to be at timestep 800, which no schedule gives.
    public static let hyperUnified = FewStepPreset(
        kind: .hyper, name: "Hyper-SD for any number of steps", stepRange: 1...8, steps: 4, cfgRange: 1...1, cfgScale: 1, sampler: .tcd,
            eta: 1, source: "Hugging Face, ByteDance/Hyper-SD, 1step: TCD with eta 1, less with more steps")
    /// Hyper-SD's weights that keep guidance and negative prompts, for 8 or 12 steps.
    public static let hyperWithGuidance = FewStepPreset(
        kind: .hyper, name: "Hyper-SD with guidance", stepRange: 8...12, steps: 8, cfgRange: 5...8, cfgScale: 5, sampler: .ddimDiffusers,
        schedule: .turbo, source: "Hugging Face, ByteDance/Hyper-SD, 8steps-CFG and 12steps-CFG")
    /// Models that were merged with Hyper-SD.
    public static let hyperMerge = FewStepPreset(
        kind: .hyper, name: "Hyper-SD merge", stepRange: 4...10, steps: 6, cfgRange: 1...2.5, cfgScale: 1.5, sampler: .dpmppSDE,
        schedule: .karras, source: "pages about merges: 4 steps and more, CFG scale 1 to 2, DPM++ SDE Karras")
    /// DMD2 for four steps, at the timesteps 999, 749, 499, 249. Merges draw with up to 8 steps.
    public static let dmd2 = FewStepPreset(
        kind: .dmd2, name: "DMD2", stepRange: 4...8, steps: 4, cfgRange: 1...1, cfgScale: 1, sampler: .lcm, schedule: .turbo,
        source: "Hugging Face, tianweiy/DMD2")
    /// Trajectory consistency distillation.
    public static let tcd = FewStepPreset(
        kind: .tcd, name: "TCD", stepRange: 4...8, steps: 4, cfgRange: 1...1, cfgScale: 1, sampler: .tcd, eta: 0.3,
        source: "Hugging Face, h1t/TCD-SDXL-LoRA")

    /// Every preset. The figures are those of the models' makers, or of merges' pages; `source` names them.
    public static let all = [
        sdxlTurbo, sdTurbo, turboMerge, lightning, lightningOneStep, lightningMerge, lcm, lcmWithGuidance, hyper, hyperUnified,
        hyperWithGuidance, hyperMerge, dmd2, tcd,
    ]
}
