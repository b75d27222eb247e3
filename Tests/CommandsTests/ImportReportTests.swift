import Foundation
import Hosting
import Settings
import TestSupport
import Testing

@testable import Commands

@Suite("The report of an import")
struct ImportReportTests {
    private let folder: TemporaryFolder
    private let user: UserFolders

    init() throws {
        folder = try TemporaryFolder()
        user = UserFolders(environment: ["HOME": folder.path])
        try folder.write(SafetensorsWriter.file(header: "{}"), to: "sd/models/Stable-diffusion/anime.safetensors")
        try folder.write("", to: "sd/models/ControlNet/canny.pth")
    }

    private func report(_ settings: EaselSettings = EaselSettings(), isWritten: Bool = false) throws -> ImportReport {
        try ImportReport(
            ImportPlan(from: folder.path + "/sd", settings: settings, user: user), from: "~/my sd", file: "/s.json", isWritten: isWritten)
    }

    @Test("the text shows files, changes, what stays behind and why, and what to do next; names are wrapped")
    func text() throws {
        try folder.write(#"{"CLIP_stop_at_last_layers": 2, "sd_vae": "gone.pt", "a_a": 1, "b_b": 2, "c_c": 3}"#, to: "sd/config.json")
        #expect(try report().text(columns: 10) == """
            A1111 in \(folder.path)/sd

            FILES                     COUNT  FOLDERS
            checkpoints               1      models/Stable-diffusion
            ControlNets (no use yet)  1      models/ControlNet

            To be written to /s.json:

            SETTING        NOW  THEN\(String(repeating: " ", count: folder.path.count + 1))FROM
            clip_skip      1    2\(String(repeating: " ", count: folder.path.count + 4))CLIP_stop_at_last_layers
            model_folders  -    \(folder.path)/sd  folder

            Not taken over:

            sd_vae = gone.pt
              No such file is in the folders for VAEs.

            Without a counterpart here:

            a_a, b_b,
            c_c

            Nothing was changed. To write the settings: easel import --from "~/my sd" --yes

            """)
        let written = try report(isWritten: true).text(columns: 80)
        #expect(written.contains("Written to /s.json:"))
        #expect(written.hasSuffix("Nothing was moved or copied. `easel models` lists what can be used now.\n"))
    }

    @Test("what is set already is told, and a folder without files")
    func nothing() throws {
        try folder.write("", to: "empty/models/Lora/x.txt")
        let settings = try EaselSettings(flags: [.init("x", ["model_folders": folder.path + "/empty"])])
        let plan = try ImportPlan(from: folder.path + "/empty", settings: settings, user: user)
        #expect(ImportReport(plan, from: "x", file: "/s.json", isWritten: false).text(columns: 80) == """
            A1111 in \(folder.path)/empty

            There is no file in it that can be used.

            All of this is set already in /s.json. Nothing was changed.

            """)
    }

    @Test("the JSON is one line with the promised keys")
    func json() throws {
        try folder.write(#"{"a_a": 1}"#, to: "sd/config.json")
        let text = try report().json
        #expect(!text.contains("\n"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
        #expect(json == [
            "program": "A1111", "folder": folder.path + "/sd", "settings_file": "/s.json", "written": false,
            "found": [
                ["kind": "checkpoints", "count": 1, "folders": [folder.path + "/sd/models/Stable-diffusion"]],
                ["kind": "controlnets", "count": 1, "folders": [folder.path + "/sd/models/ControlNet"]],
            ] as NSArray,
            "changes": [["key": "model_folders", "before": "", "value": folder.path + "/sd", "source": "folder"]] as NSArray,
            "leftovers": [["name": "a_a", "value": "1"]] as NSArray, "notes": [] as NSArray,
        ] as NSDictionary)
    }
}
