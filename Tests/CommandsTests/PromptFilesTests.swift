import ArgumentParser
import Checkpoints
import Diffusion
import Files
import Foundation
import Generation
import Hosting
import Prompting
import Tensors
import TestSupport
import Testing

@testable import Commands

@Suite("Files that prompts refer to")
struct PromptFilesTests {
    private static func options(_ arguments: [String]) throws -> PromptFiles { try PromptFiles.parse(arguments) }

    @Test("what nobody names is taken from the user's data folder, as far as it is there")
    func defaults() throws {
        let home = try TemporaryFolder()
        let folders = UserFolders(environment: ["XDG_DATA_HOME": home.path])
        let none = try Self.options([]).open(folders: folders)
        #expect(none.styles.styles.isEmpty && none.wildcards.folder == nil && none.embeddings == nil)

        try home.write("name,prompt,negative_prompt\nink,drawing,\n", to: "easel/styles.csv")
        try home.write("fog\n", to: "easel/wildcards/weather.txt")
        try home.write("", to: "easel/embeddings/shiny.pt")
        let all = try Self.options([]).open(folders: folders)
        #expect(all.styles.styles.map(\.name) == ["ink"])
        #expect(all.wildcards.folder?.names == ["weather"])
        #expect(all.embeddings?.names == ["shiny"])
    }

    @Test("what is named and cannot be read is refused, exit code 65", arguments: [
        (["--styles-file", "/nowhere/s.csv"], "Styles cannot be read from \"/nowhere/s.csv\": there is no such file or folder."),
        (["--wildcards", "/nowhere/w"], "There is no folder \"/nowhere/w\" to take wildcards from. Check the path after --wildcards."),
        (["--embeddings", "/nowhere/e"],
        "There is no folder \"/nowhere/e\" to take textual inversions from. Check the path after --embeddings."),
    ])
    func missing(_ arguments: [String], message: String) throws {
        let error = #expect(throws: CommandFailure.self) { _ = try Self.options(arguments).open() }
        #expect(error?.description == message)
        #expect(error?.reason == .badInput)
    }

    @Test("a path with a ~ that no shell has replaced begins in the home folder, in every option, variable and setting that names one")
    func tilde() throws {
        let home = try TemporaryFolder()
        let environment = ["HOME": home.path]
        let folders = UserFolders(environment: environment)
        #expect(["~", "~/a b", "/~/c", "a~", "./~", "~nobody-has-this-name/x"].map(folders.path) == [
            home.path, home.path + "/a b", "/~/c", "a~", "./~", "~nobody-has-this-name/x",
        ])
        #expect(folders.path("~root/x").hasSuffix("/x") && !folders.path("~root/x").contains("~"))
        try home.write("fog\n", to: "mine/weather.txt")
        #expect(
            try Self.options(["--wildcards=~/mine", "--embeddings=~/mine", "--styles-file=~/mine"]).open(
                folders: folders).wildcards.folder?.names == ["weather"])
        #expect(try FolderOptions.parse(["--settings=~/s.json"]).filePath(environment: environment).path == home.path + "/s.json")
        #expect(
            try FolderOptions.parse([]).filePath(
                environment: ["HOME": home.path, "EASEL_SETTINGS": "~/s.json"]).path == home.path + "/s.json")
        #expect(UserFolders(environment: ["HOME": home.path, "XDG_CACHE_HOME": "~/c"]).cache.path == home.path + "/c/easel")
    }

    /// What is in each kind, as a text: names, and what stands behind them.
    private static func contents(_ resources: PromptResources) -> [String] {
        [
            resources.styles.styles.map { "\($0.name)=\($0.prompt)" }.joined(separator: " "),
            resources.wildcards.folder.map { folder in
                folder.names.map { "\($0)=\(resources.wildcards.expand("__\($0)__", seed: 1).text)" }.joined(separator: " ")
            } ?? "none",
            resources.embeddings.map { library in
                library.names.map { "\($0)=\((try? library.inversion(named: $0).vectorCount).map { "\($0)" } ?? "broken")" }
                    .joined(separator: " ")
            } ?? "none",
        ]
    }

    private static func embedding(_ count: Int) -> [UInt8] {
        SafetensorsWriter.file(
            [RawTensor(key: "emb_params", elementType: .f32, shape: [count, 2], bytes: .init(repeating: 0, count: 8 * count))])
    }

    @Test(
        "what is added, changed, renamed or removed is found by the next look, in folders too, also when no size and no time tells")
    func changes() throws {
        let home = try TemporaryFolder()
        let resources = try Self.options([]).open(folders: UserFolders(environment: ["XDG_DATA_HOME": home.path]))
        func now() -> [String] { Self.contents(resources.current) }
        #expect(now() == ["", "none", "none"])
        // The folders themselves come later than the server.
        try home.write("name,prompt,negative_prompt\nink,drawing,\n", to: "easel/styles.csv")
        try home.write("fog\n", to: "easel/wildcards/weather.txt")
        try home.write(Self.embedding(1), to: "easel/embeddings/shiny.safetensors")
        #expect(now() == ["ink=drawing", "weather=fog", "shiny=1"])
        try home.write("cat\n", to: "easel/wildcards/deep/er/animal.txt")
        try home.write(Self.embedding(2), to: "easel/embeddings/deep/er/dull.safetensors")
        #expect(now() == ["ink=drawing", "deep/er/animal=cat weather=fog", "dull=2 shiny=1"])
        // In place, with the same size, and with the time of modification put back.
        for (file, bytes) in [
            ("styles.csv", Array("name,prompt,negative_prompt\nink,etching,\n".utf8)), ("wildcards/weather.txt", Array("sun\n".utf8)),
            ("embeddings/deep/er/dull.safetensors", Self.embedding(1) + Array("        ".utf8)),
        ] {
            let url = home.url.appending(path: "easel/" + file)
            let times = try FileManager.default.attributesOfItem(atPath: url.path)
            let handle = try FileHandle(forWritingTo: url)
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: times[.modificationDate] as Any], ofItemAtPath: url.path)
        }
        #expect(now()[0] == "ink=etching" && now()[1].contains("weather=sun") && now()[2] != "dull=2 shiny=1")
        try FileManager.default.moveItem(atPath: home.path + "/easel/wildcards/deep/er", toPath: home.path + "/easel/wildcards/deep/est")
        try FileManager.default.removeItem(atPath: home.path + "/easel/embeddings/deep")
        try FileManager.default.removeItem(atPath: home.path + "/easel/styles.csv")
        #expect(now() == ["", "deep/est/animal=cat weather=sun", "shiny=1"])
        try FileManager.default.removeItem(atPath: home.path + "/easel/wildcards")
        try FileManager.default.removeItem(atPath: home.path + "/easel/embeddings")
        #expect(now() == ["", "none", "none"])
    }

    @Test("a tree is current until something in it changes, once its times are old enough to tell")
    func stamps() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", to: "t/sub/a.csv")
        // Too young: another change in the same moment would not show.
        #expect(!TreeStamp(folder.path + "/t", endings: [".csv"]).isCurrent)
        let stamp = try #require(FileStamp(folder.path + "/t"))
        #expect(!stamp.isSettled(at: FileStamp.now) && stamp.isSettled(at: FileStamp.now + 10))
        #expect(TreeStamp("/usr/include", endings: [".h"]).isCurrent && TreeStamp("/nowhere").isCurrent)
    }

    @Test("styles that cannot be read any more are none, with the reason in the warnings")
    func broken() throws {
        let home = try TemporaryFolder()
        try home.write("[]", to: "s.json")
        let resources = try Self.options(["--styles-file", home.path + "/s.json"]).open()
        try home.write("no JSON", to: "s.json")
        #expect(resources.current.styles.styles.isEmpty && resources.current.styles.warnings.map(\.name) == [.unreadableStyles])
    }
}
