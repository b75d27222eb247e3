import Generation
import Sampling
import Testing

@Suite("Models that draw in few steps")
struct FewStepPresetTests {
    @Test("a release is known by its name, and so is the number of steps that it was trained for", arguments: [
        ("sd_xl_turbo_1.0_fp16.safetensors", .sdxlTurbo, 1...4), ("sd_xl_turbo_1.0", .sdxlTurbo, 1...4), ("sdxl-turbo", .sdxlTurbo, 1...4),
        ("SDXLTurbo", .sdxlTurbo, 1...4), ("sdxlturbo", .sdxlTurbo, 1...4), ("sd_turbo.safetensors", .sdTurbo, 1...4),
        ("sd-turbo", .sdTurbo, 1...4),
        ("sdxl_lightning_4step.safetensors", .lightning, 4...4), ("sdxl_lightning_2step_unet", .lightning, 2...2),
        ("sdxl_lightning_8step_lora", .lightning, 8...8), ("sdxl_lightning", .lightning, 2...8),
        ("sdxl_lightning_1step_x0", .lightningOneStep, 1...1), ("sdxl_lightning_1step_unet_x0", .lightningOneStep, 1...1),
        ("Hyper-SD15-4steps", .hyper, 4...4), ("Hyper-SDXL-8steps-LoRA", .hyper, 8...8), ("hyperSDXL_2step", .hyper, 2...2),
        ("Hyper-SDXL-8steps-CFG-lora", .hyperWithGuidance, 8...8), ("Hyper-SD15-12steps-CFG-lora", .hyperWithGuidance, 12...12),
        ("Hyper-SDXL-1step-lora", .hyperUnified, 1...8),
        ("dmd2_sdxl_4step_unet_fp16", .dmd2, 4...4), ("dmd2_sdxl_4step_lora", .dmd2, 4...4),
        ("lcm-lora-sdxl", .lcm, 2...8), ("lcm-lora-sdv1-5", .lcm, 2...8), ("tcd-sdxl", .tcd, 4...8), ("TCD-SDXL-LoRA", .tcd, 4...8),
    ] as [(String, FewStepPreset, ClosedRange<Int>)])
    func releases(name: String, expected: FewStepPreset, steps: ClosedRange<Int>) throws {
        let preset = try #require(FewStepPreset(name: name))
        #expect((preset.name, preset.stepRange) == (expected.name, steps))
        #expect(steps.contains(preset.steps))
    }

    @Test("a name of its own beside the method is a merge's, which draws with more steps and some guidance", arguments: [
        ("dreamshaperXL_turboDpmppSDE", .turboMerge, 4...10), ("dreamshaperXL_v21TurboDPMSDE", .turboMerge, 4...10),
        ("dreamshaperXLturbo", .turboMerge, 4...10), ("wildcardxXLTURBO_wildcardxXLTURBOV10", .turboMerge, 4...10),
        ("模型turbo_v1", .turboMerge, 4...10),
        ("juggernautXL_v9Rdphoto2Lightning", .lightningMerge, 4...10), ("juggernautXL_juggXILightningByRD", .lightningMerge, 4...10),
        ("RealVisXL_V4.0_Lightning", .lightningMerge, 4...10), ("realvisxlV40_v40LightningBakedvae", .lightningMerge, 4...10),
        ("animeXL_lightning_8step", .lightningMerge, 8...8),
        ("realisticVisionV60B1_v51HyperVAE", .hyperMerge, 4...10), ("dreamshaper_8Hyper", .hyperMerge, 4...10),
        ("lustifySDXLNSFW_v20DMD2", .dmd2, 4...8), ("bigASP_dmd2", .dmd2, 4...8),
        ("LCM_Dreamshaper_v7", .lcm, 2...8), ("dreamshaper_8LCM", .lcm, 2...8),
    ] as [(String, FewStepPreset, ClosedRange<Int>)])
    func merges(name: String, expected: FewStepPreset, steps: ClosedRange<Int>) throws {
        let preset = try #require(FewStepPreset(name: name))
        #expect((preset.name, preset.stepRange) == (expected.name, steps))
    }

    @Test("a word inside another, and what only happens to be called like a method, says nothing", arguments: [
        "turbochargedCars_v2", "turbo_charged_v1", "turboGranny_xl", "lightningMcQueen", "lightning_mcqueen_xl", "lightningStorm_v1",
        "blackLightningbolt", "hyperrealism_v3", "hyperRealistic_v1", "ultraHyperRealXL", "hyper3D_v2", "calcmod", "sd_xl_base_1.0",
        "v1-5-pruned-emaonly", "ponyDiffusionV6XL", "NoobAI-XL-v1.1", "photon_30steps", "demo", "", "___", "4step",
    ])
    func others(name: String) { #expect(FewStepPreset(name: name) == nil) }

    @Test("what is known of the model decides where its name does not")
    func family() {
        #expect(FewStepPreset(name: "sdxl_lightning_4step", isXL: false) == nil)
        #expect(FewStepPreset(name: "photon_lightning", isXL: false) == nil)
        #expect(FewStepPreset(name: "stable-turbo", isXL: true) == .sdxlTurbo)
        #expect(FewStepPreset(name: "stable-turbo", isXL: false) == .sdTurbo)
    }

    @Test("of several methods in a name the one that merges end with counts", arguments: [
        ("photonXL_turbo_lightning", .lightning), ("photonXL_lightning_dmd2", .dmd2), ("photon_turbo_lcm", .lcm),
        ("photon_lcm_hyper", .hyper),
    ] as [(String, FewStepPreset.Kind)])
    func several(name: String, kind: FewStepPreset.Kind) { #expect(FewStepPreset(name: name)?.kind == kind) }

    @Test("metadata tells by title, tags, merged models and description, in this order", arguments: [
        (["modelspec.title": "SDXL Turbo"], .sdxlTurbo, "modelspec.title"),
        (["modelspec.title": "Photon", "modelspec.tags": "photo, lightning,4k"], .lightningMerge, "modelspec.tags"),
        (["modelspec.title": "Photon LCM", "modelspec.tags": "turbo"], .lcm, "modelspec.title"),
        (["modelspec.merged_from": "sd_xl_base_1.0, sd_xl_turbo_1.0"], .turboMerge, "modelspec.merged_from"),
        (["modelspec.description": "Photos. Merged with Hyper-SD, for 8 steps."], .hyperMerge, "modelspec.description"),
        (["modelspec.description": "A latent consistency model."], .lcm, "modelspec.description"),
    ] as [([String: String], FewStepPreset, String)])
    func metadata(_ metadata: [String: String], expected: FewStepPreset, key: String) throws {
        let found = try #require(FewStepPreset.found(inMetadata: metadata, isXL: true))
        #expect((found.preset.name, found.key) == (expected.name, key))
    }

    @Test("metadata that speaks of methods by the way, or at length, says nothing", arguments: [
        [:], ["modelspec.description": "Not an SDXL Turbo model."], ["modelspec.description": "Lightning over a hyper realistic sea."],
        ["modelspec.description": "Better than SDXL Lightning."], ["turbo": "SDXL Turbo"], ["modelspec.tags": "hyper detailed,turbo cars"],
        ["modelspec.description": String(repeating: "a long text ", count: 1000) + "SDXL Turbo"],
        ["modelspec.title": String(repeating: "XLXLXL", count: 100_000)],
    ] as [[String: String]])
    func idleMetadata(_ metadata: [String: String]) { #expect(FewStepPreset.found(inMetadata: metadata, isXL: true) == nil) }

    private static func request(steps: Int, cfgScale: Float) -> GenerationRequest {
        var request = GenerationRequest(prompt: "a cat")
        (request.steps, request.cfgScale) = (steps, cfgScale)
        return request
    }

    @Test("a request that is far from what suits the model is told its values, the model's and what to use", arguments: [
        (.lightning, 30, 7, "30 steps and CFG scale 7 do not suit this model (SDXL Lightning: 2 to 8 steps, CFG scale 1): "),
        (.lightning, 17, 1, "17 steps do not suit this model (SDXL Lightning: 2 to 8 steps, CFG scale 1): "),
        (.lightning, 4, 4.5, "CFG scale 4.5 does not suit this model (SDXL Lightning: 2 to 8 steps, CFG scale 1): "),
        // What is over by little is told with what is over by far.
        (.lightning, 12, 7, "12 steps and CFG scale 7 do not suit this model (SDXL Lightning: 2 to 8 steps, CFG scale 1): "),
    ] as [(FewStepPreset, Int, Float, String)])
    func far(preset: FewStepPreset, steps: Int, cfgScale: Float, beginning: String) {
        let warning = preset.warning(about: Self.request(steps: steps, cfgScale: cfgScale))
        #expect(warning?.description == beginning + "use 4 steps, CFG scale 1, sampler Euler, schedule sgm_uniform.")
        #expect(warning?.name == .unsuitableSettings && warning?.values == [
            "name": "SDXL Lightning", "steps": .init(steps), "cfg_scale": .init(cfgScale), "min_steps": 2, "max_steps": 8,
            "min_cfg_scale": 1, "max_cfg_scale": 1, "sampler": "Euler",
        ])
    }

    @Test("what makers and merges advise, and what costs little, is near enough", arguments: [
        (.sdxlTurbo, 1, 1), (.sdxlTurbo, 8, 2.5), (.sdxlTurbo, 1, 0), (.turboMerge, 4, 1), (.turboMerge, 10, 2.5), (.turboMerge, 20, 4),
        (.lightning, 2, 1), (.lightningMerge, 10, 2.5), (.lcm, 15, 2), (.lcmWithGuidance, 8, 14), (.hyperWithGuidance, 12, 8),
        (.dmd2, 4, 1), (.tcd, 8, 1),
    ] as [(FewStepPreset, Int, Float)])
    func near(preset: FewStepPreset, steps: Int, cfgScale: Float) {
        #expect(preset.warning(about: Self.request(steps: steps, cfgScale: cfgScale)) == nil)
    }

    @Test("what is proposed suits the model and can be drawn", arguments: FewStepPreset.all)
    func proposals(preset: FewStepPreset) throws {
        #expect(preset.stepRange.contains(preset.steps) && preset.cfgRange.contains(preset.cfgScale))
        let request = Self.request(steps: preset.steps, cfgScale: preset.cfgScale)
        #expect(preset.warning(about: request) == nil)
        try request.validate()
        #expect(preset.sampler.takes(preset.schedule))
        #expect(preset.ranges.contains("sampler \(preset.sampler.name)"))
        #expect(preset.settings.contains("schedule") == (preset.schedule != .automatic))
    }
}
