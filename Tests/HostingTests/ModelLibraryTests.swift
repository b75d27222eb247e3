import Foundation
import Glibc
import TestSupport
import Testing

@testable import Hosting

@Suite("Finding checkpoints")
struct ModelLibraryTests {
    let folder: TemporaryFolder
    let library: ModelLibrary

    /// As much of a safetensors file as a list looks at.
    private static let start = SafetensorsWriter.file(header: "{}")

    init() throws {
        folder = try TemporaryFolder()
        for file in [
            "first/anime.safetensors", "first/both.safetensors", "second/both.safetensors", "data/easel/models/downloaded.safetensors",
            "first/Loud.SAFETENSORS", "first/sub/deep/er/xl.safetensors", "first/sub/anime.safetensors", "first/one/twice.safetensors",
            "first/two/twice.SafeTensors", "first/.hidden/no.safetensors", "second/photo/unet/weights.safetensors",
            "first/caf\u{e9}/cre\u{300}me.safetensors",
            "first/back\\slash.safetensors",
        ] { try folder.write(Self.start, to: file) }
        try folder.write("", to: "first/notes.txt")
        try folder.write("{}", to: "second/photo/model_index.json")
        try folder.write("", to: "second/no model/config.json")
        try folder.write("{}", to: "checkout/Models/demo/model_index.json")
        try folder.write("", to: "checkout/.build/debug/easel")
        // Two ways round and round.
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/first/sub/deep/round", withDestinationPath: "../..")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/first/sub/self", withDestinationPath: ".")
        library = ModelLibrary(
            environment: ["EASEL_MODELS": "\(folder.path)/first:\(folder.path)/second", "XDG_DATA_HOME": "\(folder.path)/data"],
            executable: folder.url.appending(path: "checkout/.build/debug/easel"))
    }

    private func library(_ models: String) -> ModelLibrary {
        ModelLibrary(
            environment: ["EASEL_MODELS": models, "XDG_DATA_HOME": "/nowhere", "HOME": folder.path],
            executable: URL(filePath: "/nowhere/bin/easel"))
    }

    @Test("a name is found with and without its ending, in the first folder that has it", arguments: [
        ("anime", "first/anime.safetensors"), ("anime.safetensors", "first/anime.safetensors"), ("both", "first/both.safetensors"),
        ("photo", "second/photo"), ("downloaded", "data/easel/models/downloaded.safetensors"), ("demo", "checkout/Models/demo"),
        ("Loud", "first/Loud.SAFETENSORS"), ("Loud.SAFETENSORS", "first/Loud.SAFETENSORS"), ("loud.safetensors", "first/Loud.SAFETENSORS"),
        ("sub/anime", "first/sub/anime.safetensors"), ("sub\\anime.safetensors [6ce0161689]", "first/sub/anime.safetensors"),
        ("SUB\\Anime.safetensors", "first/sub/anime.safetensors"), ("sub_anime", "first/sub/anime.safetensors"),
        ("anime.safetensors [6ce0161689]", "first/anime.safetensors"), ("xl", "first/sub/deep/er/xl.safetensors"),
        ("xl.safetensors", "first/sub/deep/er/xl.safetensors"), ("one/twice", "first/one/twice.safetensors"),
        ("cafe\u{301}/cr\u{e8}me", "first/caf\u{e9}/cre\u{300}me.safetensors"), ("back\\slash", "first/back\\slash.safetensors"),
    ])
    func byName(_ name: String, path: String) throws {
        #expect(try library.find(name) == "\(folder.path)/\(path)")
    }

    @Test("a path is taken as it is")
    func byPath() throws {
        let path = "\(folder.path)/first/notes.txt"
        #expect(try library.find(path) == path)
    }

    @Test(
        "all checkpoints are listed by name, each once, with those in folders; other files, and the inside of a diffusers folder, are not")
    func all() {
        let listing = library.listing()
        #expect(listing.models.map(\.name) == [
            "Loud", "anime", "back\\slash", "both", "caf\u{e9}/cre\u{300}me", "demo", "downloaded", "one/twice", "photo", "sub/anime",
            "sub/deep/er/xl", "two/twice",
        ])
        #expect(listing.models.first { $0.name == "both" }?.path == "\(folder.path)/first/both.safetensors")
        #expect(listing.models.first { $0.name == "two/twice" }?.file == "two/twice.SafeTensors")
        #expect(
            listing.notes == [
                "\(folder.path)/second/both.safetensors is not listed: another model has its name: \(folder.path)/first/both.safetensors. "
                    + "Give its path, or rename it."])
    }

    @Test("a last part that several models have is not taken for any of them")
    func ambiguousName() {
        let error = #expect(throws: HostingError.self) { try library.find("twice") }
        #expect(
            error?.description == "There are several models that \"twice\" may stand for: \"one/twice\", \"two/twice\". Use one of these "
                + "names.")
    }

    @Test(
        "of one name in a folder the diffusers folder has it, then the ending in lower case, whatever was made first; all are found",
        arguments: [false, true])
    func sameName(isReversed: Bool) throws {
        let files = ["same.SafeTensors", "same.safetensors", "same/model_index.json", "two.SAFETENSORS", "two.safetensors"]
        for file in isReversed ? files.reversed() : files { try folder.write(Self.start, to: "m/" + file) }
        let library = library(folder.path + "/m")
        let names = [
            "same": "same", "same.safetensors": "same.safetensors", "same.SafeTensors": "same.SafeTensors", "two": "two.safetensors",
            "two.SAFETENSORS": "two.SAFETENSORS"]
        #expect(
            Dictionary(uniqueKeysWithValues: library.listing().models.map { ($0.name,
            $0.path) }) == names.mapValues { "\(folder.path)/m/\($0)" })
        for (name, file) in names { #expect(try library.find(name) == "\(folder.path)/m/\(file)") }
        #expect(library.listing().notes == ["same.SafeTensors", "same.safetensors", "two.SAFETENSORS"].map {
            "\(folder.path)/m/\($0) is called \"\($0)\", for another model has the name without the ending."
        })
    }

    @Test("a file of torch.save is a model, and another one than the safetensors file of its name")
    func torchFiles() throws {
        let torch = TorchWriter.file([])
        for file in ["m/two.ckpt", "m/old.ckpt", "m/sub/plain.pt", "m/plain.pth", "m/old.vae.pt"] { try folder.write(torch, to: file) }
        try folder.write(Self.start, to: "m/two.safetensors")
        try folder.write("not at all", to: "m/note.ckpt")
        let listing = library(folder.path + "/m").listing()
        #expect(listing.models.map { "\($0.name)=\($0.file)" } == [
            "old=old.ckpt", "plain=plain.pth", "sub/plain=sub/plain.pt", "two=two.safetensors", "two.ckpt=two.ckpt",
        ])
        #expect(Set(listing.leftOut.map(\.file)) == ["note.ckpt", "old.vae.pt"])
        let library = library(folder.path + "/m")
        let names = ["two": "two.safetensors", "two.ckpt": "two.ckpt", "two.ckpt [0123456789]": "two.ckpt", "old.ckpt": "old.ckpt"]
        for (name, file) in names {
            #expect(try library.find(name) == "\(folder.path)/m/\(file)")
        }
    }

    @Test("what is named as a checkpoint and is none is left out with its reason, at once, and its name leads to it")
    func junk() throws {
        try folder.write("version https://git-lfs.github.com/spec/v1\noid sha256:6c", to: "m/pointer.safetensors")
        try folder.write("", to: "m/empty.safetensors")
        try folder.write("<!DOCTYPE html>", to: "m/page.safetensors")
        try folder.write("{}", to: "m/clone/model_index.json")
        try folder.write("version https://git-lfs.github.com/spec/v1", to: "m/clone/unet/diffusion_pytorch_model.safetensors")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/m/gone.safetensors", withDestinationPath: "/nowhere/at/all")
        try FileManager.default.createDirectory(atPath: folder.path + "/m/folder.safetensors", withIntermediateDirectories: true)
        #expect(mkfifo(folder.path + "/m/pipe.safetensors", 0o600) == 0)
        #expect(mkfifo(folder.path + "/m/folder.safetensors/model_index.json", 0o600) == 0)
        try folder.write(Self.start, to: "m/good.safetensors")
        try folder.write(Self.start, to: "m/good.VAE.safetensors")
        let listing = library(folder.path + "/m").listing()
        #expect(listing.models.map(\.name) == ["good"])
        let reasons = Dictionary(uniqueKeysWithValues: listing.leftOut.map { ($0.file, $0.reason) })
        let words = [
            "pointer.safetensors": "Git LFS", "empty.safetensors": "empty", "page.safetensors": "web page", "clone": "Git LFS",
            "gone.safetensors": "link", "good.VAE.safetensors": "VAE",
            "pipe.safetensors": "pipe",
        ]
        #expect(Set(reasons.keys) == Set(words.keys))
        for (file, word) in words { #expect(reasons[file]?.contains(word) == true) }
        #expect(try library(folder.path + "/m").find("pointer") == folder.path + "/m/pointer.safetensors")
    }

    @Test("a folder of graphs for OpenVINO is a model, unless its weights are pointers to them")
    func graphs() throws {
        for name in ["graphs", "clone"] {
            try folder.write("{}", to: "m/\(name)/model_index.json")
            try folder.write("<net/>", to: "m/\(name)/unet/openvino_model.xml")
        }
        try folder.write([0, 1, 2, 250], to: "m/graphs/unet/openvino_model.bin")
        try folder.write("version https://git-lfs.github.com/spec/v1", to: "m/clone/unet/openvino_model.bin")
        let listing = library(folder.path + "/m").listing()
        #expect(listing.models.map(\.name) == ["graphs"])
        #expect(listing.leftOut.map(\.file) == ["clone"])
        #expect(listing.leftOut.first?.reason.contains("openvino_model.bin") == true)
    }

    @Test("files that come, go and change are seen by the next look")
    func changes() throws {
        let library = library(folder.path + "/m")
        func names() -> [String] { library.listing().models.map(\.name) }
        #expect(names() == [])
        try folder.write("", to: "m/sub/late.safetensors")
        #expect(names() == [])
        // In place, as a download grows.
        let file = try #require(FileHandle(forWritingAtPath: folder.path + "/m/sub/late.safetensors"))
        try file.write(contentsOf: Data(Self.start))
        #expect(names() == ["sub/late"])
        try file.truncate(atOffset: 0)
        #expect(names() == [])
        try FileManager.default.removeItem(atPath: folder.path + "/m/sub")
        #expect(names() == [])
    }

    @Test("a model folder that is itself a checkpoint, is named twice or lies in another one lists each model once")
    func oddFolders() {
        let first = folder.path + "/first"
        #expect(library(folder.path + "/second/photo").listing().models.map(\.name) == ["photo"])
        #expect(library(first + "/anime.safetensors").listing().models.map(\.name) == ["anime"])
        let data = folder.path + "/data"
        #expect(library("\(data)/easel:\(data)/easel/:\(data)/easel/models:/nowhere").listing().models.map(\.name) == ["models/downloaded"])
    }

    @Test("a ~ that no shell has replaced is the home folder", arguments: ["~/first", "~/first/"])
    func tilde(path: String) {
        #expect(library(path).folders.first?.path == folder.path + "/first")
    }

    @Test("the server's model is known by the name that is listed, however it was given", arguments: [
        ("sub\\anime.safetensors [6ce0161689]", "sub/anime"), ("LOUD", "Loud"), ("nosuch", "nosuch"), ("twice", "twice"),
        ("/nowhere/x.safetensors", "/nowhere/x.safetensors"),
    ])
    func ofServer(setting: String, name: String) throws {
        var library = library
        #expect(try library.name(flag: nil, setting: setting) == name)
        #expect(try library.name(flag: "\(folder.path)/first/sub/deep/../anime.safetensors", setting: setting) == "sub/anime")
        #expect(try library.name(flag: nil, setting: "\(folder.path)/second/both.safetensors") == "both")
        #expect(library.listing().models.first { $0.name == "both" }?.path == "\(folder.path)/second/both.safetensors")
    }

    @Test("a name that is nowhere is reported with the folders that were looked in")
    func unknownName() {
        let error = #expect(throws: HostingError.self) { try library.find("nosuch") }
        #expect(error?.isInputAtFault == true)
        #expect(error?.description == """
            There is no model "nosuch" in "\(folder.path)/first", "\(folder.path)/second", "\(folder.path)/data/easel/models", \
            "\(folder.path)/checkout/Models". Give the path of a .safetensors or .ckpt file or of a diffusers folder, or a name from \
            `easel models`.
            """)
    }

    @Test("a path that is not there is reported alone")
    func unknownPath() {
        let error = #expect(throws: HostingError.self) { try library.find("/nowhere/anime.safetensors") }
        #expect(error?.isInputAtFault == true)
        #expect(error?.description == """
            There is no model "/nowhere/anime.safetensors". \
            Give the path of a .safetensors or .ckpt file or of a diffusers folder, or a name from `easel models`.
            """)
    }

    @Test("without settings the user's data folder comes first, then what came with the program, built or installed")
    func defaultFolders() throws {
        try folder.write("", to: "prefix/share/easel/models/demo/model_index.json")
        let installed = ModelLibrary(environment: ["HOME": "/home/ada"], executable: folder.url.appending(path: "prefix/bin/easel"))
        #expect(installed.folders.map(\.path) == ["/home/ada/.local/share/easel/models", "\(folder.path)/prefix/share/easel/models"])
    }
}
