import Checkpoints
import Foundation
import Generation
import Hosting
import Tensors
import TestSupport
import Testing

@testable import Commands

@Suite("Reports")
struct ReportTests {
    @Test("the JSON of a generation is one line with the promised keys and no others")
    func generation() throws {
        var timings = GenerationTimings()
        timings.load = 0.25
        timings.compile.denoise = 1.5
        timings.steps = [0.5, 0.75]
        let pixel = RGBImage(width: 1, height: 1, pixels: [0, 0, 0])
        let result = GenerationResult(
            pictures: [Picture(pixel, seed: .max, prompt: "a", negativePrompt: "c"), Picture(pixel, seed: 0, prompt: "b")],
            tokenCount: 80, chunkCount: 2,
            ignored: ["<lora:x>"],
            warnings: [Notice(.told, "It was left out.")], places: PerStage(
                encode: .reference, denoise: Place(device: "GPU.0", precision: "f16"),
                decode: Place(device: "GPU.0", precision: "f32")), runtimeVersion: "2026.4.1", timings: timings)
        let text = GenerationReport(paths: ["/tmp/ä \"1\".png"], model: "anime/v1", modelDefaults: ["steps"], result: result, total: 9).text
        #expect(!text.contains("\n"))

        let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
        let peak = try #require(json["peak_memory_bytes"] as? Int)
        #expect(peak > 1_000_000)
        #expect(json == [
            "images": ["/tmp/ä \"1\".png"], "seeds": [UInt64.max, 0], "model": "anime/v1", "model_defaults": ["steps"], "tokens": 80, "chunks": 2,
            "prompts": ["a", "b"], "negative_prompts": ["c", ""], "ignored": ["<lora:x>"], "warnings": ["It was left out."],
            "device": ["text_encoder": "CPU", "unet": "GPU.0", "vae": "GPU.0"],
            "precision": ["text_encoder": "f32", "unet": "f16", "vae": "f32"],
            "timings": [
                "load": 0.25, "compile": ["text_encoder": 0, "unet": 1.5, "vae": 0], "encode": 0, "encode_pictures": 0, "upscale": 0, "steps": [0.5, 0.75], "decode": 0,
                "total": 9,
            ] as NSDictionary,
            "compiles": [] as NSArray, "moves": [] as NSArray, "precision_tables": [] as NSArray, "peak_memory_bytes": peak,
        ] as NSDictionary)
    }

    @Test("a checkpoint's report tells family, sizes and files, and that every key is understood")
    func demoModel() throws {
        let report = try CheckpointReport(Checkpoint.open(Fixture.demoModel.path)).text
        let lines = report.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
        #expect(lines.prefix(9) == [
            "Model demo", "Family Stable Diffusion 1", "Layout diffusers folder", "Predicts v_prediction", "Native size 128×128",
            "Memory a picture of 128×128 takes about 295.1 MB with the UNet in f32, 272.5 MB with the UNet in bf16 or f16",
            "text encoder 5.0 M parameters, f16", "UNet 10.6 M parameters, f16", "VAE 0.8 M parameters, f16",
        ])
        #expect(lines.contains { $0.hasPrefix("File ") && $0.hasSuffix("/unet/diffusion_pytorch_model.safetensors, 21.3 MB") })
        #expect(lines.last == "Every other key is understood." || lines.last == "Every key is understood.")
    }

    @Test("a checkpoint's report tells the model's defaults, where they come from, and examples; the JSON has them, too")
    func defaults() throws {
        let folders = UserFolders(environment: ["HOME": "/nowhere"])
        let found = ModelDefaultsLibrary(folders: folders).defaults(of: nil, path: Fixture.demoModel.path)
        let report = try CheckpointReport(Checkpoint.open(Fixture.demoModel.path), defaults: found)
        let words = report.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("Defaults 12 steps, CFG scale 4 (demo.json) Examples cat face on a pink background red apple"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect((json["defaults"] as? [String: Any])?["steps"] as? Int == 12)
    }

    @Test("the list of models begins with where they are looked for; the JSON has folders and models")
    func models() throws {
        let folder = try TemporaryFolder()
        let folders = UserFolders(environment: ["XDG_DATA_HOME": folder.path + "/data"])
        func report(hash: String? = nil, lastDrawn: [String: LastDrawing] = [:]) -> ModelListReport {
            var cards = CheckpointCards(folder: folder.url.appending(path: "cache"))
            return ModelListReport(
                ModelLibrary(folders: [folder.url.appending(path: "mine"), URL(filePath: "/nowhere")]),
                defaults: ModelDefaultsLibrary(folders: folders), cards: &cards, hash: { _ in hash }, lastDrawn: lastDrawn)
        }
        let head = """
            Models are looked for in these folders, and in the folders below them:
              \(folder.path)/mine
              /nowhere
            --model-folder FOLDER adds those of A1111, SD.Next, Forge or ComfyUI; `easel import --from FOLDER` for good.


            """
        #expect(report().text == head + "There are no models yet. Put a .safetensors or .ckpt file into one of them.\n")
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder, name: "mine/sub/a.safetensors")
        try folder.write(#"{"easel": {"steps": 0, "cfg_scale": 2}}"#, to: "mine/sub/a.json")
        let full = report()
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        let column = "SIZE".padding(toLength: size.inBytes.count, withPad: " ", startingAt: 0)
        #expect(full.text == head + "MODEL  FAMILY  KIND  \(column)  PATH\nsub/a  SD 1.5  file  \(size.inBytes)  \(path)\n")
        #expect(full.notes.count == 1 && full.notes[0].contains("Steps 0 is out of range"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(full.json.utf8)) as? NSDictionary)
        #expect(json == [
            "folders": [folder.path + "/mine", "/nowhere"],
            "models": [[
                "name": "sub/a", "path": path, "kind": "file", "family": "SD 1.5", "bytes": size, "base_models": [] as NSArray,
                "defaults": ["cfg_scale": 2, "prompt_examples": [] as NSArray] as NSDictionary,
            ] as NSDictionary],
        ] as NSDictionary)

        try folder.write(
            #"{"id": 2, "modelId": 1, "baseModel": "SD 1.5", "model": {"type": "Checkpoint"}}"#, to: "mine/sub/a.civitai.info")
        let drawing = LastDrawing(
            picture: "x-0", time: Date(timeIntervalSince1970: 0), steps: 20, sampler: "Euler a", cfgScale: 7.5, width: 512, height: 768)
        let rich = report(hash: String(repeating: "ab", count: 32), lastDrawn: ["sub/a": drawing])
        #expect(rich.text.contains(
            "  ababababab  https://civitai.com/models/1?modelVersionId=2  20 steps, Euler a, CFG scale 7.5, 512x768  "))
        #expect(rich.json.contains(#""last_drawn":{"cfg_scale":7.5,"height":768,"picture":"x-0","sampler":"Euler a","#))
        try folder.write("no model", to: "mine/sub/b.safetensors")
        try folder.write(SafetensorsWriter.file(header: "{}"), to: "mine/sub/c.safetensors")
        #expect(report().notes.contains { $0.hasPrefix("\(folder.path)/mine/sub/c.safetensors cannot be used: ") })
    }

    @Test("a checkpoint's report tells what suits a model of few steps, in words and as JSON")
    func fewSteps() throws {
        let folder = try TemporaryFolder()
        func report(_ name: String) throws -> CheckpointReport {
            try CheckpointReport(Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder, name: name)))
        }
        let known = try report("photon_lcm.safetensors")
        let words = known.text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        #expect(words.contains("Suits 2 to 8 steps, CFG scale 1 to 2, sampler LCM (LCM, found by its name)\n"))
        #expect(!known.json.contains("\n"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(known.json.utf8)) as? NSDictionary)
        #expect(json["suits"] as? NSDictionary == [
            "name": "LCM", "found_by": "by its name", "steps": 4, "min_steps": 2, "max_steps": 8, "cfg_scale": 1, "min_cfg_scale": 1,
            "max_cfg_scale": 2, "sampler": "LCM", "schedule": "automatic",
        ] as NSDictionary)
        let other = try report("photon.safetensors")
        #expect(!other.text.contains("Suits"))
        let plain = try #require(JSONSerialization.jsonObject(with: Data(other.json.utf8)) as? [String: Any])
        #expect(Set(plain.keys) == [
            "model", "family", "layout", "prediction", "native_size", "native_sizes", "takes_sizes", "networks", "files", "unused_keys",
            "ignored_keys",
        ])
        #expect(plain["model"] as? String == "photon" && plain["layout"] as? String == "single")
    }

    @Test("what suits a model is written as flags, names with a space in quotation marks")
    func flags() {
        #expect(FewStepPreset.lightning.flags == "--steps 4 --cfg-scale 1 --sampler Euler --schedule sgm_uniform")
        #expect(FewStepPreset.sdxlTurbo.flags.hasPrefix("--steps 4 --cfg-scale 1 --sampler \"Euler a\""))
        #expect(FewStepPreset.sdxlTurbo.flags.hasSuffix(" --width 512 --height 512"))
        #expect(FewStepPreset.hyperUnified.flags == "--steps 4 --cfg-scale 1 --sampler TCD --option eta=1.0")
    }

    @Test("a checkpoint's report says why nothing can be drawn with it, and tells of scales and of guidance as an input")
    func peculiarities() throws {
        let folder = try TemporaryFolder()
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.guidanceWidth = 8
        tiny.elementType = .f32
        var tensors = tiny.singleFileTensors()
        let index = try #require(tensors.firstIndex { $0.key == "model.diffusion_model.time_embed.0.weight" })
        tensors[index] = QuantizedTensor(tensors[index], as: .i8, perRow: false).stored
        func report() throws -> String {
            let path = try folder.write(SafetensorsWriter.file(tensors), to: "odd.safetensors")
            return try CheckpointReport(Checkpoint.open(path)).text.split(separator: " ").joined(separator: " ")
        }
        let refused = try report()
        #expect(refused.contains("told to the UNet (8 numbers); negative prompts have no effect"))
        #expect(
            refused.contains(
                "Nothing can be drawn with it. Tensor \"model.diffusion_model.time_embed.0.weight\" in \"odd.safetensors\" (i8 [128, 32]) "
                    + "cannot be read"))
        tensors.append(
            RawTensor(key: "model.diffusion_model.time_embed.0.weight_scale", elementType: .f32, shape: [1], bytes: [0, 0, 0, 0x3C]))
        tensors.append(
            RawTensor(key: "model.diffusion_model.time_embed.0.input_scale", elementType: .f32, shape: [1], bytes: [0, 0, 0, 0x3C]))
        let scaled = try report()
        #expect(scaled.contains("f32 + i8, 1 tensors with a scale"))
        #expect(scaled.contains("1 keys are not needed for pictures, such as \"model.diffusion_model.time_embed.0.input_scale\"."))
        #expect(scaled.contains("Every other key is understood."))
    }
}
