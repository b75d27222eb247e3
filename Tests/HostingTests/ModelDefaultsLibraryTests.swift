import Foundation
import Generation
import Logging
import Settings
import TestSupport
import Testing
import WebAPI

@testable import Hosting

@Suite("Where models' defaults come from")
struct ModelDefaultsLibraryTests {
    private let home: TemporaryFolder
    private let library: ModelDefaultsLibrary
    private let folders: UserFolders

    init() throws {
        home = try TemporaryFolder()
        folders = UserFolders(environment: ["XDG_DATA_HOME": home.path + "/data", "XDG_CACHE_HOME": home.path + "/cache"])
        library = ModelDefaultsLibrary(folders: folders)
    }

    private func steps(_ steps: Int) -> ModelDefaults {
        var defaults = ModelDefaults()
        defaults.steps = steps
        return defaults
    }

    @Test("the bundled model has defaults and examples")
    func demo() throws {
        let found = library.defaults(of: "demo", path: Fixture.demoModel.path)
        let defaults = try #require(found.defaults)
        #expect(defaults.text() == "12 steps, CFG scale 4" && defaults.promptExamples.count == 3)
        #expect(found.sources == ["demo.json"] && found.notes == [])
        #expect(library.defaults(of: nil, path: Fixture.demoModel.path + "/") == found)
    }

    @Test("they stand in NAME.json beside a file or a folder; what is saved comes before them, and outlasts the process")
    func layers() throws {
        let path = home.path + "/models/sub/a.v1.safetensors"
        #expect(library.defaults(of: "sub/a.v1", path: path) == .init())
        try home.write(#"{"description": "A1111's", "easel": {"steps": 12, "cfg_scale": 4.5}}"#, to: "models/sub/a.v1.json")
        #expect(library.defaults(of: "sub/a.v1", path: path).defaults?.text() == "12 steps, CFG scale 4.5")
        try library.save(steps(30), of: "sub/a.v1")
        let found = ModelDefaultsLibrary(folders: folders).defaults(of: "sub/a.v1", path: path)
        #expect(found.defaults?.text() == "30 steps, CFG scale 4.5" && found.sources == ["a.v1.json", "saved"])
        // Only names are saved for.
        #expect(library.defaults(of: nil, path: path).defaults?.steps == 12)
        try library.save(steps(7), of: "b")
        try library.save(nil, of: "sub/a.v1")
        #expect(library.defaults(of: "sub/a.v1", path: path).defaults?.steps == 12)
        #expect(library.defaults(of: "b", path: home.path + "/b.safetensors").defaults?.steps == 7)
        try home.write(#"{"easel": {"steps": 15}}"#, to: "models/sub/a.v1.json")
        #expect(library.defaults(of: "sub/a.v1", path: path).defaults?.steps == 15)
    }

    @Test("a file that cannot be used is told of, and does no harm", arguments: [
        ("{", "it is not JSON"), ("[]", "it is not a JSON object"), (#"{"easel": 5}"#, "\"easel\" is not an object"),
        (#"{"easel": {"steps": 0, "cfg_scale": 3}}"#, "Steps 0 is out of range"), (#"{"easel": {"stepz": 5}}"#, "There is no default \"stepz\""),
        (String(repeating: "[", count: 100_000), "it is not JSON"), (String(repeating: " ", count: 1 << 20) + "{}", "bytes"),
    ])
    func broken(text: String, words: String) throws {
        let file = try home.write(text, to: "a.json")
        let found = library.defaults(of: "a", path: home.path + "/a.safetensors")
        #expect(found.notes.count == 1 && found.notes[0].contains(file) && found.notes[0].contains(words), "\(found.notes)")
        #expect(found.defaults?.steps == nil)
    }

    @Test("A1111's file of the same name says nothing")
    func foreign() throws {
        try home.write(#"{"sd version": "SD1", "notes": "x", "steps": 5}"#, to: "a.json")
        #expect(library.defaults(of: "a", path: home.path + "/a.safetensors") == .init())
    }

    @Test("nothing is saved over a file that holds something else")
    func foreignFile() throws {
        let file = try home.write("no JSON", to: "data/easel/model-defaults.json")
        let error = #expect(throws: ModelDefaultsError.self) { try library.save(steps(3), of: "a") }
        #expect(error?.description.contains("it is not JSON") == true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "no JSON")
    }

    @Test("a host tells of them, of family, size and folder, and saves them")
    func host() async throws {
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: home, name: "models/sub/a.safetensors")
        let host = ModelHost(
            LiveSettings(EaselSettings(), file: nil), library: ModelLibrary(folders: [home.url.appending(path: "models")]), folders: folders,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await host.saveDefaults(steps(9), of: "sub/a")
        let model = try #require(await host.models().first)
        let byteCount = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect((model.family, model.bytes, model.folder, model.defaults) == ("SD 1.5", byteCount, "sub", steps(9)))
        #expect(await host.modelFolders() == [home.path + "/models"])
    }
}
