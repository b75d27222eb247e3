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
        (["clip_skip": "2", "picture_names": "[date]/[sed]"],
        #"picture_names cannot be "[date]/[sed]". \#(LiveSettingsTests.names); there is no [sed]."#),
        (["picture_names": "../[seed]"],
        #"picture_names cannot be "../[seed]". \#(LiveSettingsTests.names); ".." leaves the folder that it is in."#),
        (["picture_names": ""], #"picture_names cannot be "". \#(LiveSettingsTests.names); it is empty."#),
    ])
    func refusal(changes: [String: String], text: String) {
        let settings = LiveSettings(EaselSettings(), file: nil)
        let error = #expect(throws: SettingsError.self) { try settings.change(changes) }
        #expect(error?.description == text)
        #expect(settings.current == EaselSettings())
    }

    static let names =
        "Use [date], [time], [number], [seed], [prompt], [model], [sampler], [width], [height] and [job] with text between them and "
        + "\"/\" after folders, such as [date]/[number]-[seed]-[prompt]"

    @Test("what is kept is read by the next process, and leaves alone what else stands in the file")
    func keeping() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"openvino_devices": ["GPU", "CPU"]}"#, to: "settings.json")
        try LiveSettings(EaselSettings(), file: path).change(["keep_days": "1.5"], isKept: true)
        let next = try EaselSettings(file: SettingsFile(path: path))
        #expect(next.pictures.keepDays == 1.5)
        #expect(next.openvinoDevices == ["GPU", "CPU"])
    }

    @Test("what is given back its default is taken out of the file, and has nobody as its source")
    func reset() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"keep_days": 3, "clip_skip": 2}"#, to: "settings.json")
        let settings = try LiveSettings(EaselSettings(file: SettingsFile(path: path)), file: path)
        #expect(try settings.change(["keep_days": nil], isKept: true) == ["keep_days"])
        #expect(settings.current.pictures.keepDays == 0 && settings.current.source(of: "keep_days") == .standard)
        let next = try EaselSettings(file: SettingsFile(path: path))
        #expect(next.source(of: "keep_days") == .standard && next.requests.clipSkip == 2)
        // One that is not kept is there again after the next start.
        #expect(try settings.change(["clip_skip": nil]) == ["clip_skip"])
        #expect(try EaselSettings(file: SettingsFile(path: path)).requests.clipSkip == 2)
    }

    @Test("a proposal tells what would change, and changes nothing")
    func proposal() throws {
        let settings = LiveSettings(EaselSettings(), file: nil)
        let proposal = try settings.proposed(["clip_skip": "2", "context_chunks": "4", "keep_days": nil])
        #expect(proposal.changed == ["clip_skip"] && proposal.settings.requests.clipSkip == 2)
        #expect(settings.current == EaselSettings())
        #expect(throws: SettingsError.self) { try settings.proposed(["clip_skip": "99"]) }
    }

    @Test("what cannot be written down is refused, and does not come into force")
    func unwritable() throws {
        let settings = LiveSettings(EaselSettings(), file: "/proc/settings.json")
        #expect(throws: SettingsError.self) { try settings.change(["clip_skip": "2"], isKept: true) }
        #expect(settings.current.requests.clipSkip == 1)
    }
}
