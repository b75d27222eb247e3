import Files
import Foundation
import Settings
import TestSupport
import Testing

@testable import Hosting

@Suite("Moving in from another program")
struct ImportPlanTests {
    private let folder: TemporaryFolder
    private let user: UserFolders

    /// As much of a safetensors file as a list looks at.
    private static let start = SafetensorsWriter.file(header: "{}")

    init() throws {
        folder = try TemporaryFolder()
        user = UserFolders(environment: ["HOME": folder.path])
    }

    private func plan(_ name: String = "p", _ settings: EaselSettings = EaselSettings()) throws(ImportError) -> ImportPlan {
        try ImportPlan(from: folder.path + "/" + name, settings: settings, user: user)
    }

    private func write(_ files: [String]) throws { for file in files { try folder.write(Self.start, to: "p/" + file) } }

    /// Changes as `key=value`, paths below the test's folder shortened.
    private func values(_ plan: ImportPlan) -> [String] {
        plan.changes.map { "\($0.key)=\($0.value.replacing(folder.path + "/", with: ""))" }
    }

    @Test("A1111: files are counted, settings with a counterpart are set, and all others are named")
    func a1111() throws {
        try write([
            "models/Stable-diffusion/anime.safetensors", "models/Stable-diffusion/sub/photo.safetensors",
            "models/Stable-diffusion/old.ckpt", "models/Lora/a.safetensors", "models/LyCORIS/b.pt",
            "models/VAE/mse.safetensors", "models/ESRGAN/4x.pth", "models/ControlNet/canny.pth", "embeddings/neg.pt",
        ])
        try folder.write("name,prompt,negative_prompt\nink,i,\nfog,f,\n", to: "p/styles.csv")
        try folder.write("red\n", to: "p/extensions/w/wildcards/colour.txt")
        try folder.write("""
            {"sd_model_checkpoint": "sub/photo.safetensors [0123456789]", "sd_vae": "mse.safetensors", "CLIP_stop_at_last_layers": 2,
             "comma_padding_backtrack": 20, "eta_noise_seed_delta": 31337, "samples_format": "jpg", "emphasis": "No norm",
             "show_progress_type": "Approx NN", "show_progress_every_n_steps": 10, "live_previews_enable": true,
             "s_churn": 0.0, "sigma_min": 0.0, "uni_pc_order": 3, "uni_pc_variant": "bh1", "outdir_samples": "",
             "quicksettings_list": ["sd_vae"], "s_tmin": "high", "nothing": null}
            """, to: "p/config.json")
        let plan = try plan()
        #expect(plan.folder.program == .a1111)
        #expect(plan.collections.map { "\($0.count) \($0.kind.rawValue)" } == [
            "3 checkpoints", "2 loras", "1 embeddings", "1 vaes", "1 upscalers", "2 styles", "1 wildcards", "1 controlnets",
        ])
        #expect(values(plan) == [
            "clip_skip=2", "emphasis=no_norm", "eta_noise_seed_delta=31337", "image_format=jpeg", "model=sub/photo", "model_folders=p",
            "preview_method=fast", "preview_steps=10", "vae=p/models/VAE/mse.safetensors",
        ])
        #expect(plan.changes.first?.source == "CLIP_stop_at_last_layers" && plan.changes.first?.before == "1")
        #expect(plan.changes.first { $0.key == "preview_steps" }?.source == "show_progress_every_n_steps")
        #expect(plan.leftovers.filter { $0.reason == nil }.map(\.name) == ["outdir_samples", "quicksettings_list"])
        #expect(plan.leftovers.first?.name == "s_tmin" && plan.leftovers.first?.reason?.contains("high") == true)
        #expect(plan.notes == [])
    }

    @Test("what A1111's settings name and what is not here stays behind with the reason")
    func missing() throws {
        try write(["models/Stable-diffusion/anime.safetensors"])
        try folder.write(#"{"sd_model_checkpoint": "old.ckpt [01234567]", "sd_vae": "gone.pt"}"#, to: "p/config.json")
        #expect(try values(plan()) == ["model_folders=p"])
        #expect(try plan().leftovers.map { "\($0.name)=\($0.value): \($0.reason ?? "")" } == [
            "sd_model_checkpoint=old.ckpt [01234567]: No such model is in the folders for checkpoints.",
            "sd_vae=gone.pt: No such file is in the folders for VAEs.",
        ])
        try folder.write(#"{"sd_model_checkpoint": "anime.safetensors", "sd_vae": "None"}"#, to: "p/config.json")
        #expect(try values(plan()) == ["model=anime", "model_folders=p", "vae=none"])
        try folder.write("[]", to: "p/config.json")
        #expect(try values(plan()) == ["model_folders=p"])
        #expect(try plan().notes == ["\(folder.path)/p/config.json is left out: it is not a JSON object."])
    }

    @Test("Forge, SD.Next and ComfyUI: each program's own files are read", arguments: [
        (
            ["modules_forge/x", "models/Stable-diffusion/a.safetensors"], "config.json",
            #"{"CLIP_stop_at_last_layers": 2, "forge_preset": "sd"}"#, .forge, ["clip_skip=2", "model_folders=p"], ["forge_preset"]
        ),
        (
            ["installer.py", "models/Diffusers/a/model_index.json", "models/wildcards/w.txt"], "config.json",
            #"{"openvino_devices": ["GPU", "CPU"], "openvino_accuracy": "performance", "lora_dir": "models/Lora", "sd_backend": "d"}"#,
            .sdNext, ["model_folders=p", "openvino_accuracy=performance", "openvino_devices=GPU,CPU"], ["sd_backend"]
        ),
        (
            ["custom_nodes/x", "models/checkpoints/a.safetensors"], "user/default/comfy.settings.json",
            #"{"Comfy.Execution.PreviewMethod": "latent2rgb", "Comfy.ColorPalette": "dark"}"#,
            .comfyUI, ["model_folders=p", "preview_method=fast"], ["Comfy.ColorPalette"]
        ),
        (["checkpoints/a.safetensors", "loras/b.safetensors"], "config.json", "{", nil, ["model_folders=p"], []),
    ] as [([String], String, String, ProgramFolder.Program?, [String], [String])])
    func programs(
        files: [String], settingsFile: String, text: String, program: ProgramFolder.Program?, changes: [String], leftovers: [String]
    ) throws {
        try write(files)
        try folder.write(text, to: "p/" + settingsFile)
        let plan = try plan()
        #expect(plan.folder.program == program && values(plan) == changes && plan.leftovers.map(\.name) == leftovers)
        #expect(plan.notes.isEmpty)
    }

    @Test("a settings file keeps what stands in it, and gets the changes with their own types; a second import changes nothing")
    func written() throws {
        try write(["models/Stable-diffusion/a.safetensors"])
        try folder.write(#"{"CLIP_stop_at_last_layers": 2, "pad_cond_uncond": true}"#, to: "p/config.json")
        let file = try folder.write(#"{"model_folders": ["~/other"], "context_chunks": 8, "clip_skip": "3"}"#, to: "s/settings.json")
        func settings() throws -> EaselSettings { try EaselSettings(file: SettingsFile(path: file)) }
        let plan = try plan("p", settings())
        #expect(values(plan) == ["clip_skip=2", "model_folders=~/other:p", "pad_conditionings=true"])
        #expect(plan.changes.map(\.before) == ["3", "~/other", "false"])
        try plan.write(to: file)
        let json = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? NSDictionary)
        #expect(json == [
            "model_folders": ["~/other", folder.path + "/p"], "context_chunks": 8, "clip_skip": 2, "pad_conditionings": true,
        ] as NSDictionary)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/s") == ["settings.json"])
        #expect(try self.plan("p", settings()).changes.isEmpty)
    }

    @Test("a settings file is made where there is none; one that cannot be read stays as it is")
    func files() throws {
        try write(["models/Stable-diffusion/a.safetensors"])
        let plan = try plan()
        try plan.write(to: folder.path + "/new/easel/settings.json")
        #expect(try EaselSettings(file: SettingsFile(path: folder.path + "/new/easel/settings.json")).modelFolders == [folder.path + "/p"])
        let damaged = try folder.write("{\"clip_skip\": 2", to: "damaged.json")
        #expect(throws: SettingsError.self) { try plan.write(to: damaged) }
        #expect(try String(contentsOfFile: damaged, encoding: .utf8) == "{\"clip_skip\": 2")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.json", withDestinationPath: "new/easel/settings.json")
        try SettingsFile.put(["clip_skip": 2], into: folder.path + "/link.json")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link.json") == "new/easel/settings.json")
        #expect(try EaselSettings(file: SettingsFile(path: folder.path + "/new/easel/settings.json")).requests.clipSkip == 2)
    }

    @Test("what is no such folder is refused with what to do")
    func refused() throws {
        try folder.write("", to: "plain/a.safetensors")
        #expect(throws: ImportError.notThere(folder.path + "/none")) { try plan("none") }
        #expect(throws: ImportError.noFolder(folder.path + "/plain/a.safetensors")) { try plan("plain/a.safetensors") }
        #expect(throws: ImportError.unknownLayout(folder.path + "/plain")) { try plan("plain") }
        #expect(ImportError.unknownLayout("/x").description.contains("--model-folder"))
    }
}
