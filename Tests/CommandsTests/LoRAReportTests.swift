import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite("Reports of LoRAs")
struct LoRAReportTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let metadata = [
            "ss_base_model_version": "sd_v1", "ss_output_name": "Film look", "ss_network_dim": "4",
            "ss_tag_frequency": #"{"set": {"grain": 9, "35mm": 12}}"#,
        ]
        _ = try TinyLoRA(for: .sd1(vocabularySize: 400)).write(in: folder, name: "film", metadata: metadata)
        try folder.write(#"{"preferred weight": 0.7, "activation text": "film grain"}"#, to: "film.json")
    }

    @Test("a list has names, families, trigger words and places")
    func list() throws {
        let report = LoRAListReport(LoRALibrary(folders: [folder.path]))
        #expect(report.text.contains("film  sd1  35mm, grain"))
        let document = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        let loras = try #require(document["loras"] as? [[String: Any]])
        #expect(loras[0]["alias"] as? String == "Film look")
        #expect(loras[0]["trigger_words"] as? [String] == ["35mm", "grain"])
        #expect(LoRAListReport(LoRALibrary(folders: [folder.path + "/none"])).text.contains("There are no LoRAs yet."))
    }

    @Test("a LoRA's own report says what it is for and how it is named")
    func info() throws {
        let report = try LoRAReport(LoRAFile(path: folder.path + "/film.safetensors"))
        for part in ["Stable Diffusion 1", "Film look", "35mm, grain", "0.7", "film grain", "<lora:film:0.7>"] {
            #expect(report.text.contains(part), "\(report.text)")
        }
        #expect(report.json.contains(#""preferred_weight":0.7"#))
    }
}
