import Foundation
import ImageCodecs
import TestSupport
import Testing

@testable import Commands

@Suite("Where pictures go")
struct OutputDestinationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a file name is taken as it is, its ending chooses the format", arguments: [
        ("cat.png", ImageFormat.png), ("cat.PNG", .png), ("cat.jpg", .jpeg), ("cat.jpeg", .jpeg), ("cat.webp", .webp),
        ("new/folder/cat.png", .png), ("a.b.png", .png), ("a cat.png", .png), ("Katze ü.png", .png),
    ])
    func file(_ name: String, format: ImageFormat) throws {
        let destination = try OutputDestination("\(folder.path)/\(name)")
        #expect(destination.format == format)
        let path = try destination.write([1, 2, 3], seed: 7, index: 0, of: 1)
        let ending = (name as NSString).deletingPathExtension + "." + format.fileExtension
        #expect(path == "\(folder.path)/\(ending)")
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
    }

    @Test("several pictures of one file name are numbered from 1")
    func numbered() throws {
        let destination = try OutputDestination("\(folder.path)/cat.png")
        for index in 0..<3 { _ = try destination.write([UInt8(index)], seed: 7, index: index, of: 3) }
        #expect(try folder.names() == ["cat-1.png", "cat-2.png", "cat-3.png"])
    }

    @Test("a file that was named is replaced")
    func replaced() throws {
        let path = try folder.write("old", to: "cat.png")
        #expect(try OutputDestination(path).write([1], seed: 7, index: 0, of: 1) == path)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1]))
        #expect(try folder.names() == ["cat.png"])
    }

    @Test("a folder is made when missing; files in it are named by seed and never replaced", arguments: ["cats/", "cats", "many/cats/"])
    func folder(_ name: String) throws {
        let destination = try OutputDestination("\(folder.path)/\(name)")
        #expect(destination.format == .png)
        for index in 0..<3 { _ = try destination.write([UInt8(index)], seed: 41, index: index, of: 3) }
        _ = try destination.write([9], seed: 42, index: 0, of: 1)
        let inside = folder.url.appending(path: name)
        #expect(try FileManager.default.contentsOfDirectory(atPath: inside.path).sorted()
            == ["easel-41-2.png", "easel-41-3.png", "easel-41.png", "easel-42.png"])
        #expect(try Data(contentsOf: inside.appending(path: "easel-41.png")) == Data([0]))
    }

    @Test("a folder may have a dot in its name when it is there, or when the name ends with a slash")
    func dottedFolder() throws {
        try folder.write("", to: "v1.5/old.png")
        #expect(try OutputDestination("\(folder.path)/v1.5").stem == nil)
        #expect(try OutputDestination("\(folder.path)/v2.1/").stem == nil)
    }

    @Test("an unknown ending is refused before any work")
    func unknownEnding() throws {
        let error = #expect(throws: CommandFailure.self) { try OutputDestination("cat.gif") }
        #expect(error?.reason == .cannotWrite)
        #expect(error?.description
            == "Cannot write \"cat.gif\": pictures are saved as .png, .jpg or .webp. For a folder, end the name with \"/\".")
    }

    @Test("a place that cannot be written to is named with the reason", arguments: ["/dev/null/x/", "/dev/null/cat.png", "/proc/none/"])
    func unwritable(_ place: String) {
        let error = #expect(throws: CommandFailure.self) { try OutputDestination(place) }
        #expect(error?.reason == .cannotWrite)
        let text = error?.description ?? ""
        #expect(text.hasPrefix("Cannot write to \"/"))
        #expect(text.hasSuffix(". Choose another place with --output."))
        #expect(text.contains(": Not a directory. ") || text.contains(": No such file or directory. "), "\(text)")
    }

    @Test("a write that fails leaves nothing behind")
    func failedWrite() throws {
        let destination = try OutputDestination("\(folder.path)/cat.png")
        try folder.write("", to: "cat.png/in the way")
        let error = #expect(throws: CommandFailure.self) { try destination.write([1, 2, 3], seed: 7, index: 0, of: 1) }
        #expect(error?.reason == .cannotWrite)
        #expect(try folder.names() == ["cat.png"])
    }
}

extension TemporaryFolder {
    /// What lies in the folder itself, sorted.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
