import ArgumentParser
import Checkpoints
import Foundation
import Generation
import Hosting
import Settings
import TestSupport
import Testing

@testable import Commands

@Suite("Settings on the command line")
struct SettingsOptionsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> EaselSettings {
        try SettingsOptions.parse(arguments).load(environment: ["HOME": folder.path].merging(environment) { $1 })
    }

    @Test("without anything, all is as by default")
    func defaults() throws { #expect(try load() == EaselSettings()) }

    @Test("every option sets what it says")
    func options() throws {
        let settings = try load(
            ["--device", "gpu", "--device", "NPU,CPU", "--precision", "ACCURACY", "--shapes", "static", "--context-chunks", "8"])
        #expect(settings.openvinoDevices == ["GPU", "NPU", "CPU"])
        #expect(settings.openvinoAccuracy == .accuracy)
        #expect(settings.shapes == .static)
        #expect(settings.contextChunks == 8)
        for (key, flag) in [
            ("openvino_devices", "--device"), ("openvino_accuracy", "--precision"), ("shapes", "--shapes"),
            ("context_chunks", "--context-chunks")] {
            #expect(settings.source(of: key) == .flag(flag))
        }
        #expect(try load(["--device", "HETERO:GPU,CPU"]).openvinoDevices == ["HETERO:GPU,CPU"])
    }

    @Test("--model-folder may be given several times, with any character in its name, and counts more than the setting")
    func modelFolders() throws {
        let variable = ["EASEL_MODEL_FOLDERS": "/v:/w"]
        #expect(try load(environment: variable).modelFolders == ["/v", "/w"])
        let settings = try load(["--model-folder", "/a:b", "--model-folder", "/c \"d\"/é"], environment: variable)
        #expect(settings.modelFolders == ["/a:b", "/c \"d\"/é"] && settings.source(of: "model_folders") == .flag("--model-folder"))
        #expect(try FolderOptions.parse(["--model-folder", "/a"]).load(environment: variable).modelFolders == ["/a"])
    }

    @Test("--text-encoder may be given several times")
    func textEncoders() throws {
        let settings = try load(["--text-encoder", "clip_l", "--text-encoder", "/a:b.safetensors"])
        #expect(settings.textEncoders == ["clip_l", "/a:b.safetensors"])
        #expect(settings.source(of: "text_encoders") == .flag("--text-encoder"))
        #expect(try load(environment: ["EASEL_TEXT_ENCODERS": "clip_l:clip_g"]).textEncoders == ["clip_l", "clip_g"])
    }

    @Test("what a model predicts is told in any of its spellings", arguments: [
        ("epsilon", PredictionMode.epsilon), ("eps", .epsilon), ("v", .v), ("V_prediction", .v), ("v-pred", .v), ("vpred", .v),
        ("sample", .sample), ("x0", .sample), ("auto", .auto),
    ])
    func prediction(text: String, expected: PredictionMode) throws {
        let settings = try load(["--prediction", text])
        #expect(settings.prediction == expected)
        #expect(settings.source(of: "prediction") == .flag("--prediction"))
        #expect(SchedulerConfiguration.Prediction(expected) == SchedulerConfiguration.Prediction(spelling: text))
        #expect(try load(environment: ["EASEL_PREDICTION": expected.rawValue]).prediction == expected)
        #expect(throws: (any Error).self) { try load(["--prediction", "flow"]) }
    }

    @Test("--device and --precision count more than what is set for UNet and VAE alone; the text encoder stays where it is")
    func overrides() throws {
        let environment = [
            "EASEL_OPENVINO_DEVICES_UNET": "GPU.1", "EASEL_OPENVINO_DEVICES_VAE": "GPU.1", "EASEL_OPENVINO_DEVICES_TEXT_ENCODER": "NPU",
            "EASEL_OPENVINO_ACCURACY_UNET": "f16", "EASEL_OPENVINO_ACCURACY_VAE": "bf16",
        ]
        let choices = try load(["--device", "GPU", "--precision", "performance"], environment: environment).choices(
            found: ["CPU", "GPU.0", "GPU.1", "NPU"])
        #expect(choices == PerStage(
            encode: ComponentChoice(devices: ["NPU"], accuracy: .f32),
            denoise: ComponentChoice(devices: ["GPU.0"], accuracy: .performance),
            decode: ComponentChoice(devices: ["GPU.0"], accuracy: .bf16)))
    }

    @Test("the file is looked for in the user's folder, then where EASEL_SETTINGS says, then where --settings says")
    func file() throws {
        #expect(try load().contextChunks == 4)
        try folder.write("{\"context_chunks\": 1}", to: ".config/easel/settings.json")
        #expect(try load().contextChunks == 1)
        try folder.write("{\"context_chunks\": 2}", to: "xdg/easel/settings.json")
        #expect(try load(environment: ["XDG_CONFIG_HOME": "\(folder.path)/xdg"]).contextChunks == 2)
        let variable = ["EASEL_SETTINGS": try folder.write("{\"context_chunks\": 3}", to: "variable.json")]
        #expect(try load(environment: variable).contextChunks == 3)
        let flag = try folder.write("{\"context_chunks\": 5}", to: "flag.json")
        #expect(try load(["--settings", flag], environment: variable).contextChunks == 5)
        #expect(try load(["--settings", flag], environment: variable).source(of: "context_chunks") == .file(path: flag))
    }

    @Test("a wrong flag or variable is wrong usage, a wrong file is bad input")
    func reasons() throws {
        func reason(_ arguments: [String] = [], environment: [String: String] = [:]) -> CommandFailure.Reason? {
            #expect(throws: CommandFailure.self) { try load(arguments, environment: environment) }?.reason
        }
        #expect(reason(["--device", "AUTO"]) == .usage)
        #expect(reason(["--context-chunks", "65"]) == .usage)
        #expect(reason(environment: ["EASEL_SHAPES": "fixed"]) == .usage)
        #expect(reason(["--settings", "\(folder.path)/nowhere.json"]) == .badInput)
        #expect(reason(environment: ["EASEL_SETTINGS": "\(folder.path)/nowhere.json"]) == .badInput)
        #expect(reason(["--settings", try folder.write("{\"context_chunks\": 65}", to: "s.json")]) == .badInput)
        #expect(reason(["--settings", try folder.write("{\"context_chunk\": 1}", to: "s.json")]) == .badInput)
        #expect(reason(["--settings", try folder.write("nonsense", to: "s.json")]) == .badInput)
        #expect(CommandFailure(DeviceChoiceError.nothingToChoose(found: [])).reason == .deviceUnavailable)
    }

    @Test("the report shows key, value, source and meaning of every setting")
    func report() throws {
        let path = try folder.write("{\"disk_cache_bytes\": 0}", to: "s.json")
        let settings = try load(["--settings", path, "--device", "GPU,CPU"], environment: ["EASEL_OPENVINO_ACCURACY": "f16"])
        let report = SettingsReport(settings, file: path)
        let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 1 + Setting.all.count + 3)
        let rows = lines.map {
            $0.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.prefix(
                3).joined(separator: "|")
        }
        #expect(rows[0] == "KEY|VALUE|SOURCE")
        #expect(rows[1] == "openvino_devices|GPU,CPU|--device")
        #expect(rows[2] == "openvino_devices_text_encoder|CPU|default")
        #expect(rows[6] == "openvino_accuracy|f16|EASEL_OPENVINO_ACCURACY")
        #expect(rows[20] == "disk_cache_bytes|0|\(path)")
        #expect(report.text.hasSuffix("\nSettings file: \(path)\n"))
        #expect(SettingsReport(settings, file: "/nowhere.json").text.hasSuffix("\nSettings file: /nowhere.json (not there)\n"))
    }

    @Test("as JSON, values have their own types")
    func json() throws {
        let text = SettingsReport(
            try load(["--device", "GPU,CPU"], environment: ["EASEL_DISK_CACHE_BYTES": "8GB"]), file: "/nowhere.json").json
        #expect(!text.contains("\n"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(json["file"] as? String == "/nowhere.json" && json["file_exists"] as? Bool == false)
        let entries = try #require(json["settings"] as? [NSDictionary])
        #expect(entries.compactMap { $0["key"] as? String } == Setting.all.map(\.key))
        let byKey = Dictionary(uniqueKeysWithValues: entries.compactMap { entry in (entry["key"] as? String).map { ($0, entry) } })
        #expect(byKey["openvino_devices"]?["value"] as? [String] == ["GPU", "CPU"])
        #expect(byKey["openvino_devices"]?["default"] as? [String] == [])
        #expect(byKey["openvino_accuracy_unet"]?["value"] is NSNull)
        #expect(byKey["disk_cache_bytes"]?["value"] as? Int == 8_000_000_000)
        #expect(byKey["disk_cache_bytes"]?["environment"] as? String == "EASEL_DISK_CACHE_BYTES")
        #expect(byKey["shapes"] == [
            "key": "shapes", "value": "auto", "default": "auto", "source": "default", "environment": "EASEL_SHAPES",
            "meaning": Setting.all.first { $0.key == "shapes" }?.meaning ?? "", "allowed": "auto, dynamic, static or exact",
        ] as NSDictionary)
    }

    @Test("variables that look like a setting's are told; others are left alone", arguments: [
        ("EASEL_OPENVINO_DEVICE", "EASEL_OPENVINO_DEVICES"), ("EASEL_CONTEXT_CHUNK", "EASEL_CONTEXT_CHUNKS"), ("EASEL_MODELS", nil),
        ("EASEL_SETTINGS", nil), ("EASEL_SHAPES", nil), ("EASEL_Q", nil), ("OPENVINO_DEVICES", nil),
    ] as [(String, String?)])
    func misspelledVariables(_ name: String, meant: String?) {
        let found = Setting.misspelledVariables(in: [name: "1"])
        #expect(found.map(\.meant) == [meant].compactMap { $0 })
        #expect(found.allSatisfy { $0.name == name })
    }
}
