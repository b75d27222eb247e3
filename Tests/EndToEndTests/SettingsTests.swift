import Foundation
import TestSupport
import Testing

@Suite("easel settings and easel devices")
struct SettingsTests {
    let easel: Easel

    init() throws { easel = try Easel() }

    @Test("every setting is listed with its value and who set it")
    func list() async throws {
        try easel.folder.write("{\"shapes\": \"static\"}", to: ".config/easel/settings.json")
        let run = try await easel("settings", "--context-chunks", "8", environment: ["EASEL_OPENVINO_DEVICES": "GPU,CPU"])
        #expect(run.exitCode == 0 && run.errors == "")
        let rows = run.output.split(separator: "\n").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
        #expect(rows.first == "KEY VALUE SOURCE")
        #expect(rows.contains("openvino_devices GPU,CPU EASEL_OPENVINO_DEVICES"))
        #expect(rows.contains("shapes static \(easel.folder.path)/.config/easel/settings.json"))
        #expect(rows.contains("context_chunks 8 --context-chunks"))
        #expect(rows.contains("openvino_accuracy auto default"))
        let path = try await easel("settings", "path")
        #expect(path.output == "\(easel.folder.path)/.config/easel/settings.json\n")
    }

    @Test("SD.Next's config.json is taken as it is")
    func sdNext() async throws {
        try easel.folder.write(
            "{\"sd_model_checkpoint\": \"a\", \"openvino_devices\": [\"GPU\"], \"openvino_accuracy\": \"accuracy\", \"x\": null}",
            to: "config.json")
        let run = try await easel("settings", "--settings", "config.json", "--json")
        #expect(run.exitCode == 0)
        let json = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let entries = try #require(json["settings"] as? [[String: Any]])
        #expect(entries.first { $0["key"] as? String == "openvino_accuracy" }?["value"] as? String == "accuracy")
        #expect(entries.filter { $0["source"] as? String == "config.json (SD.Next)" }.count == 2)
    }

    @Test("what is wrong is told in one line, with 64 for flags and variables and 65 for files", arguments: [
        (["settings", "--device", "AUTO"], [:], 64, "Error: openvino_devices cannot be \"AUTO\" (--device). Use names of devices in order"),
        (["settings"], ["EASEL_SHAPES": "x"], 64, "Error: shapes cannot be \"x\" (EASEL_SHAPES). Use auto, dynamic, static or exact.\n"),
        (["settings", "--settings", "no.json"], [:], 65, "Error: Cannot read the settings file \"no.json\": No such file or directory.\n"),
        (["settings", "--settings", "typo.json"], [:], 65,
        "Error: There is no setting \"shape\" (in typo.json). Did you mean \"shapes\"? `easel settings` lists all.\n"),
    ] as [([String], [String: String], Int32, String)])
    func wrong(_ arguments: [String], environment: [String: String], exitCode: Int32, message: String) async throws {
        try easel.folder.write("{\"shape\": 1}", to: "typo.json")
        let run = try await easel.start(arguments, environment: environment).outcome()
        #expect(run.exitCode == exitCode)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix(message), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test("a misspelled variable is told, and the settings are listed all the same")
    func misspelled() async throws {
        let run = try await easel("settings", environment: ["EASEL_OPENVINO_DEVICE": "GPU"])
        #expect(run.exitCode == 0)
        #expect(run.output.hasPrefix("KEY"))
        #expect(run.errors == "EASEL_OPENVINO_DEVICE is not a setting. Did you mean EASEL_OPENVINO_DEVICES?\n")
    }

    @Test("easel devices tells what each mode leads to; accuracy is f32")
    func devices() async throws {
        let run = try await easel("devices", "--json")
        #expect(run.exitCode == 0)
        let json = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let devices = try #require(json["devices"] as? [[String: Any]])
        let cpu = try #require(devices.first { $0["name"] as? String == "CPU" })
        let modes = try #require(cpu["modes"] as? [String: NSDictionary])
        #expect(modes.keys.sorted() == ["accuracy", "bf16", "default", "f16", "f32", "performance"])
        #expect(modes["accuracy"] == ["precision": "f32", "quantization_group_size": 0])
        let table = try await easel("devices")
        #expect(table.output.contains("What each --precision leads to:\nDEVICE  default"))
    }
}
