import Foundation
import Generation
import TestSupport
import Testing

@testable import Settings

@Suite("Settings files")
struct SettingsFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ text: String) throws -> SettingsFile { try SettingsFile(path: folder.write(text, to: "settings.json")) }

    @Test("numbers, texts and lists are read as JSON has them")
    func types() throws {
        let settings = try EaselSettings(file: file("""
            {"openvino_devices": ["GPU.1", "CPU"], "context_chunks": 8, "auto_error_bound": 0.02, "disk_cache_bytes": "1GiB",
             "memory_budget_bytes": 4e9, "openvino_accuracy_unet": null, "reload_hours": 1.5}
            """))
        #expect(settings.openvinoDevices == ["GPU.1", "CPU"])
        #expect(settings.contextChunks == 8)
        #expect(settings.autoErrorBound == 0.02)
        #expect(settings.diskCacheBytes == 1 << 30)
        #expect(settings.memoryBudgetBytes == 4_000_000_000)
        #expect(settings.openvinoAccuracyPerComponent.denoise == nil)
        #expect(settings.reloadHours == 1.5)
    }

    @Test("a file with the mark and the line ends of Windows is read as any other")
    func byteOrderMark() throws { #expect(try EaselSettings(file: file("\u{FEFF}{\r\n\"context_chunks\": 8\r\n}\r\n")).contextChunks == 8) }

    @Test("an unknown key is an error that names it and the one that was meant", arguments: [
        ("openvino_device", "openvino_devices"), ("contextChunks", "context_chunks"), ("context-chunks", "context_chunks"),
        ("OPENVINO_ACCURACY", "openvino_accuracy"),
        ("openvino_accuracy_text", "openvino_accuracy_text_encoder"), ("fidelity_bounds_vae", "fidelity_bound_vae"), ("shape", "shapes"),
    ])
    func unknownKey(_ key: String, nearest: String) throws {
        let error = #expect(throws: SettingsError.self) { try file("{\"\(key)\": 1}") }
        #expect(error == .unknownKey(key, path: "\(folder.path)/settings.json", nearest: nearest))
        #expect(error?.description == """
            There is no setting "\(key)" (in \(folder.path)/settings.json). Did you mean "\(nearest)"? `easel settings` lists all.
            """)
    }

    @Test("a key that is like none is an error that says where all are listed")
    func strangeKey() {
        let error = #expect(throws: SettingsError.self) { try file("{\"x\": 1, \"shapes\": \"auto\"}") }
        #expect(error?.description == "There is no setting \"x\" (in \(folder.path)/settings.json). `easel settings` lists all.")
    }

    @Test("a file that is no JSON object is told with where it breaks and with what it should look like", arguments: [
        ("", "it is empty"), (" \n", "it is empty"), ("[]", "it is a list or a single value"), ("{\"shapes\": ", "it ends too early"),
        ("openvino_devices = GPU", "line 1 cannot be read from \"openvino_devices = G\" on"),
        ("{\n  \"shapes\": \"auto\"\n  \"context_chunks\": 4\n}", "line 3 cannot be read from \"\"context_chunks\": 4\" on"),
        ("\u{0}", "it is empty"),
    ])
    func malformed(_ text: String, reason: String) throws {
        let error = #expect(throws: SettingsError.self) { try file(text) }
        #expect(error?.description == """
            The settings file "\(folder.path)/settings.json" is not a JSON object: \(reason). \
            It looks like {"openvino_devices": ["GPU"], "context_chunks": 4}.
            """)
    }

    @Test(
        "a file that cannot be read is told with the reason",
        arguments: [("nowhere.json", "No such file or directory"), ("", "Is a directory")])
    func unreadable(_ name: String, reason: String) throws {
        let path = "\(folder.path)/\(name)"
        let error = #expect(throws: SettingsError.self) { try SettingsFile(path: path) }
        #expect(error?.description == "Cannot read the settings file \"\(path)\": \(reason).")
    }

    // Keys and types as SD.Next's config.json has them; most of its several hundred are not ours.
    private let sdNext = """
        "sd_checkpoint_autoload": true, "diffusers_offload_mode": "none", "civitai_token": null, "samples_filename_pattern": "[seq]",
        "quicksettings_list": ["sd_model_checkpoint"], "theme": {"font": 14}, "shapes": 3, "detailer_args": [{"a": 1}, 2]
        """

    @Test("SD.Next's config.json is read as it is, for the two settings that it shares")
    func sdNextFile() throws {
        let file = try file(
            "{\"sd_model_checkpoint\": \"anime\", \"openvino_devices\": [\"GPU.0\", \"CPU\"], \"openvino_accuracy\": \"performance\", "
                + "\(sdNext)}")
        #expect(file.isSDNext)
        let settings = try EaselSettings(file: file)
        #expect(settings.openvinoDevices == ["GPU.0", "CPU"])
        #expect(settings.openvinoAccuracy == .performance)
        #expect(settings.shapes == .auto)
        #expect(settings.source(of: "openvino_accuracy") == .sdNext(path: file.path))
        #expect(settings.source(of: "openvino_accuracy").description == "\(file.path) (SD.Next)")
        #expect(settings.source(of: "shapes") == .standard)
    }

    @Test("SD.Next's config.json is known by its many keys too")
    func manyKeys() throws {
        let keys = (0..<20).map { "\"key\($0)\": \($0)" }.joined(separator: ", ")
        let file = try file("{\"openvino_devices\": [], \(keys)}")
        #expect(file.isSDNext)
        #expect(try EaselSettings(file: file).openvinoDevices == [])
    }

    @Test("what Easel cannot use in SD.Next's config.json is an error too")
    func sdNextValue() throws {
        let file = try file("{\"sd_model_checkpoint\": \"anime\", \"openvino_accuracy\": true}")
        let error = #expect(throws: SettingsError.self) { try EaselSettings(file: file) }
        #expect(error?.description.hasPrefix("openvino_accuracy cannot be \"true\" (\(file.path) (SD.Next)). Use auto, ") == true)
    }
}
