import ArgumentParser
import Checkpoints
import Diffusion
import Foundation
import Prompting
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
        (["--embeddings", "/nowhere/e"], "There is no folder \"/nowhere/e\" to take textual inversions from. Check the path after --embeddings."),
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
        #expect(try Self.options(["--wildcards=~/mine", "--embeddings=~/mine", "--styles-file=~/mine"]).open(folders: folders).wildcards.folder?.names == ["weather"])
        #expect(try SettingsOptions.parse(["--settings=~/s.json"]).filePath(environment: environment).path == home.path + "/s.json")
        #expect(try SettingsOptions.parse([]).filePath(environment: ["HOME": home.path, "EASEL_SETTINGS": "~/s.json"]).path == home.path + "/s.json")
        #expect(UserFolders(environment: ["HOME": home.path, "XDG_CACHE_HOME": "~/c"]).cache.path == home.path + "/c/easel")
    }
}
