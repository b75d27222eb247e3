import Generation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("What tells that a checkpoint draws in few steps")
struct FewStepSuggestionTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// A folder in diffusers' layout.
    /// - Parameters:
    ///   - scheduler: members of its scheduler's configuration; nil for a scheduler that any model may have.
    ///   - origin: the name in `model_index.json`, as JSON.
    private func open(_ tiny: TinyCheckpoint = .minimal(), scheduler: String? = nil, origin: String? = nil) throws -> Checkpoint {
        let path = try tiny.writeFolder(in: folder)
        if let scheduler { try folder.write("{\(scheduler)}", to: "tiny/scheduler/scheduler_config.json") }
        if let origin {
            try folder.write(#"{"_class_name": "StableDiffusionPipeline", "_name_or_path": \#(origin)}"#, to: "tiny/model_index.json")
        }
        return try Checkpoint.open(path)
    }

    @Test("a file is known by its name, and by its metadata where its name says nothing")
    func singleFile() throws {
        func open(_ name: String, _ metadata: [String: String] = [:]) throws -> FewStepSuggestion? {
            try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder, name: name, metadata: metadata)).suggestion
        }
        let named = try #require(try open("photon_lcm.safetensors", ["modelspec.title": "Photon Turbo"]))
        #expect((named.preset, named.source) == (.lcm, .name))
        let described = try #require(try open("photon.safetensors", ["modelspec.title": "Photon LCM"]))
        #expect((described.preset, described.source) == (.lcm, .metadata("modelspec.title")))
        #expect("\(described.source)" == "by its metadata, modelspec.title")
        #expect(try open("photon.safetensors", ["modelspec.title": "Photon"]) == nil)
        #expect(try open("turbochargedCars.safetensors") == nil)
    }

    @Test("Lightning is for Stable Diffusion XL alone")
    func family() throws {
        let small = try TinyCheckpoint.minimal().writeSingleFile(in: folder, name: "photon_lightning.safetensors")
        #expect(try Checkpoint.open(small).suggestion == nil)
        let large = try TinyCheckpoint.sdxl(vocabularySize: 8).writeSingleFile(in: folder, name: "photon_lightning.safetensors")
        #expect(try Checkpoint.open(large).suggestion?.preset == .lightningMerge)
    }

    @Test("a UNet that is told the CFG scale is a latent consistency model's, whatever its name")
    func guidance() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.guidanceWidth = 8
        let path = try tiny.writeSingleFile(in: folder, name: "photon_turbo.safetensors")
        let suggestion = try #require(try Checkpoint.open(path).suggestion)
        #expect((suggestion.preset, suggestion.source) == (.lcmWithGuidance, .guidanceInput))
        #expect(try open(tiny).suggestion?.preset == .lcmWithGuidance)
    }

    @Test("a folder is known by the model that it was made from, and no value of another kind does harm", arguments: [
        (#""stabilityai/sd-turbo""#, FewStepPreset.sdTurbo), (#""somebody/photon-turbo""#, .turboMerge), (#""turbo/photon""#, nil),
        ("7", nil), ("null", nil), (#"["sd-turbo"]"#, nil),
    ] as [(String, FewStepPreset?)])
    func origin(_ origin: String, expected: FewStepPreset?) throws {
        let suggestion = try open(origin: origin).suggestion
        #expect(suggestion?.preset == expected)
        #expect(suggestion == nil || suggestion?.source == .metadata("_name_or_path"))
    }

    @Test("a folder is known by its scheduler, unless that has other reasons", arguments: [
        (#""_class_name": "LCMScheduler""#, FewStepPreset.lcm), (#""_class_name": "TCDScheduler""#, .tcd),
        (#""_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing""#, .turboMerge),
        (#""_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "linspace""#, nil),
        (#""_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": 7"#, nil),
        (
            #""_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing", "prediction_type": "v_prediction""#, nil
        ),
        (#""_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing""#, nil),
    ] as [(String, FewStepPreset?)])
    func scheduler(_ members: String, expected: FewStepPreset?) throws {
        #expect(try open(scheduler: members).suggestion?.preset == expected)
    }

    @Test("Turbo's scheduler with a UNet for 512 pixels is the release's")
    func turbo() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.sampleSize = 64
        let trailing = #""_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing""#
        let suggestion = try #require(try open(tiny, scheduler: trailing).suggestion)
        #expect(suggestion.preset == .sdTurbo)
        #expect("\(suggestion.source)" == "by its scheduler, EulerAncestralDiscreteScheduler")
    }

    @Test("a prediction that only a release's name tells is told, with both remedies, unless somebody says one")
    func prediction() throws {
        var openCLIP = TinyCheckpoint.minimal()
        openCLIP.textEncoder.activation = .gelu
        let path = try openCLIP.writeSingleFile(in: folder, name: "sd_turbo.safetensors")
        #expect(try Checkpoint.open(path).assumption?.description == """
            "sd_turbo.safetensors" seems to be SD Turbo, which predicts epsilon. Nothing in it says so, and v_prediction was assumed. \
            Use --prediction epsilon, or write the line parameterization: "eps" into a file "sd_turbo.yaml" beside it.
            """)
        #expect(try Checkpoint.open(path, prediction: .epsilon).assumption == nil)
        let oneStep = try TinyCheckpoint.sdxl(vocabularySize: 8).writeSingleFile(in: folder, name: "sdxl_lightning_1step_x0.safetensors")
        #expect(try Checkpoint.open(oneStep).assumption?.description.contains("which predicts sample.") == true)
        try folder.write("parameterization: \"x0\"", to: "sdxl_lightning_1step_x0.yaml")
        #expect(try Checkpoint.open(oneStep).assumption == nil)
    }
}
