import Foundation
import Settings
import Testing
import TestSupport

@Suite("Settings that change while the program runs")
struct LiveSettingsTests {
    @Test("a change is in force at once, and says where it came from")
    func change() throws {
        let settings = LiveSettings(EaselSettings(), file: nil)
        #expect(try settings.change(["clip_skip": "2", "context_chunks": "4"]) == ["clip_skip"])
        #expect(settings.current.requests.clipSkip == 2)
        #expect(settings.current.source(of: "clip_skip") == .change)
    }

    @Test("one value that cannot be changes nothing at all", arguments: [
        (["clip_skip": "2", "shapes": "round"], #"shapes cannot be "round". Use auto, dynamic, static or exact."#),
        (["clip_skip": "2", "contxt_chunks": "2"],
        #"There is no setting "contxt_chunks". Did you mean "context_chunks"? `easel settings` lists all."#),
    ])
    func refusal(changes: [String: String], text: String) {
        let settings = LiveSettings(EaselSettings(), file: nil)
        let error = #expect(throws: SettingsError.self) { try settings.change(changes) }
        #expect(error?.description == text)
        #expect(settings.current == EaselSettings())
    }

    @Test("what is kept is read by the next process, and leaves alone what else stands in the file")
    func keeping() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"openvino_devices": ["GPU", "CPU"]}"#, to: "settings.json")
        try LiveSettings(EaselSettings(), file: path).change(["keep_days": "1.5"], isKept: true)
        let next = try EaselSettings(file: SettingsFile(path: path))
        #expect(next.pictures.keepDays == 1.5)
        #expect(next.openvinoDevices == ["GPU", "CPU"])
    }

    @Test("what cannot be written down is refused, and does not come into force")
    func unwritable() throws {
        let settings = LiveSettings(EaselSettings(), file: "/proc/settings.json")
        #expect(throws: SettingsError.self) { try settings.change(["clip_skip": "2"], isKept: true) }
        #expect(settings.current.requests.clipSkip == 1)
    }
}
