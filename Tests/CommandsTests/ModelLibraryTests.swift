import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite("Finding checkpoints")
struct ModelLibraryTests {
    let folder: TemporaryFolder
    let library: ModelLibrary

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("", to: "first/anime.safetensors")
        try folder.write("", to: "first/both.safetensors")
        try folder.write("", to: "first/notes.txt")
        try folder.write("{}", to: "second/photo/model_index.json")
        try folder.write("", to: "second/both.safetensors")
        try folder.write("", to: "second/no model/config.json")
        try folder.write("", to: "data/easel/models/downloaded.safetensors")
        try folder.write("{}", to: "checkout/Models/demo/model_index.json")
        try folder.write("", to: "checkout/.build/debug/easel")
        library = ModelLibrary(
            environment: ["EASEL_MODELS": "\(folder.path)/first:\(folder.path)/second", "XDG_DATA_HOME": "\(folder.path)/data"],
            executable: folder.url.appending(path: "checkout/.build/debug/easel"))
    }

    @Test("a name is found with and without its ending, in the first folder that has it", arguments: [
        ("anime", "first/anime.safetensors"), ("anime.safetensors", "first/anime.safetensors"), ("both", "first/both.safetensors"),
        ("photo", "second/photo"), ("downloaded", "data/easel/models/downloaded.safetensors"), ("demo", "checkout/Models/demo"),
    ])
    func byName(_ name: String, path: String) throws {
        #expect(try library.find(name) == "\(folder.path)/\(path)")
    }

    @Test("a path is taken as it is")
    func byPath() throws {
        let path = "\(folder.path)/first/notes.txt"
        #expect(try library.find(path) == path)
    }

    @Test("all checkpoints are listed by name, each once; other files are not")
    func all() {
        let all = library.all()
        #expect(all.map(\.name) == ["anime", "both", "demo", "downloaded", "photo"])
        #expect(all[1].path == "\(folder.path)/first/both.safetensors")
    }

    @Test("a name that is nowhere is reported with the folders that were looked in")
    func unknownName() {
        let error = #expect(throws: CommandFailure.self) { try library.find("nosuch") }
        #expect(error?.reason == .badInput)
        #expect(error?.description == """
            There is no model "nosuch" in "\(folder.path)/first", "\(folder.path)/second", "\(folder.path)/data/easel/models", \
            "\(folder.path)/checkout/Models". Give the path of a .safetensors file or of a diffusers folder, or a name from `easel models`.
            """)
    }

    @Test("a path that is not there is reported alone")
    func unknownPath() {
        let error = #expect(throws: CommandFailure.self) { try library.find("/nowhere/anime.safetensors") }
        #expect(error?.reason == .badInput)
        #expect(error?.description == """
            There is no model "/nowhere/anime.safetensors". \
            Give the path of a .safetensors file or of a diffusers folder, or a name from `easel models`.
            """)
    }

    @Test("without settings the user's data folder comes first, then what came with the program, built or installed")
    func defaultFolders() throws {
        try folder.write("", to: "prefix/share/easel/models/demo/model_index.json")
        let installed = ModelLibrary(environment: ["HOME": "/home/ada"], executable: folder.url.appending(path: "prefix/bin/easel"))
        #expect(installed.folders.map(\.path) == ["/home/ada/.local/share/easel/models", "\(folder.path)/prefix/share/easel/models"])
    }
}
