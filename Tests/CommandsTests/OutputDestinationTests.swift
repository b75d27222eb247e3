import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

@testable import Commands

@Suite("Where pictures go")
struct OutputDestinationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("the name asked for is the name written; its ending chooses the format, in any case", arguments: [
        ("cat.png", ImageFormat.png), ("cat.PNG", .png), ("cat.Png", .png), ("cat.jpg", .jpeg), ("cat.JPG", .jpeg), ("cat.jpeg", .jpeg),
        ("cat.Jpeg", .jpeg), ("cat.webp", .webp), ("cat.WEBP", .webp), ("new/folder/cat.png", .png), ("new/../cat.jpeg", .jpeg),
        ("a.b.png", .png), ("a.png.jpeg", .jpeg), ("a cat.png", .png), ("cat .png", .png), ("Katze ü.png", .png), ("a%20b.png", .png),
        ("-.png", .png), (".png", .png), ("猫.jpeg", .jpeg), ("e\u{301}.png", .png), (String(repeating: "n", count: 251) + ".png", .png),
    ])
    func file(_ name: String, format: ImageFormat) throws {
        let other = try folder.write("other", to: "cat.jpg.png")
        let destination = try OutputDestination("\(folder.path)/\(name)")
        #expect(destination.format == format)
        let saved = try destination.save([1, 2, 3], seed: 7, index: 0, of: 1)
        #expect(saved.detour == nil)
        #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)")) == Data([1, 2, 3]))
        #expect(try Data(contentsOf: URL(filePath: saved.path)) == Data([1, 2, 3]))
        #expect(saved.path.hasSuffix((name as NSString).lastPathComponent))
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "other")
    }

    @Test("a file of another spelling is left alone")
    func spelling() throws {
        for name in ["b.jpg", "b.JPEG", "b.png"] { try folder.write("old", to: name) }
        _ = try OutputDestination("\(folder.path)/b.jpeg").save([1], seed: 7, index: 0, of: 1)
        #expect(try folder.names() == ["b.JPEG", "b.jpeg", "b.jpg", "b.png"])
        for name in ["b.jpg", "b.JPEG", "b.png"] { #expect(try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8) == "old") }
    }

    @Test("several pictures of one file name are numbered from 1", arguments: ["png", "jpeg", "JPG", "Webp"])
    func numbered(ending: String) throws {
        let destination = try OutputDestination("\(folder.path)/cat.\(ending)", count: 3)
        for index in 0..<3 { _ = try destination.save([UInt8(index)], seed: 7, index: index, of: 3) }
        #expect(try folder.names() == ["cat-1.\(ending)", "cat-2.\(ending)", "cat-3.\(ending)"])
    }

    @Test("a file that was named is replaced")
    func replaced() throws {
        let path = try folder.write("old", to: "cat.png")
        #expect(try OutputDestination(path).save([1], seed: 7, index: 0, of: 1) == .init(path: path))
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1]))
        #expect(try folder.names() == ["cat.png"])
    }

    @Test("a folder is made when missing; files in it are named by seed and never replaced", arguments: ["cats/", "cats", "many/cats/"])
    func folder(_ name: String) throws {
        let destination = try OutputDestination("\(folder.path)/\(name)")
        #expect(destination.format == .png)
        for index in 0..<3 { _ = try destination.save([UInt8(index)], seed: 41, index: index, of: 3) }
        _ = try destination.save([9], seed: 42, index: 0, of: 1)
        let inside = folder.url.appending(path: name)
        #expect(try FileManager.default.contentsOfDirectory(atPath: inside.path).sorted()
            == ["easel-41-2.png", "easel-41-3.png", "easel-41.png", "easel-42.png"])
        #expect(try Data(contentsOf: inside.appending(path: "easel-41.png")) == Data([0]))
    }

    @Test("a folder that is made is told, with its whole path; one that is there is not", arguments: [
        ("cats/", "cats"), ("many/cats/", "many/cats"), ("many/cats/a.png", "many/cats"), ("a.png", nil), ("old/", nil), ("old/a.png", nil),
    ] as [(String, String?)])
    func madeFolder(_ name: String, made: String?) throws {
        try folder.write("", to: "old/b.png")
        for expected in [made.map { ["Made the folder \"\(folder.path)/\($0)\"."] } ?? [], []] {
            var notes: [String] = []
            _ = try OutputDestination("\(folder.path)/\(name)") { notes.append($0) }
            #expect(notes == expected)
        }
    }

    @Test("a folder that cannot be made is not told")
    func noFolder() throws {
        try folder.write("", to: "file")
        var notes: [String] = []
        #expect(throws: CommandFailure.self) { try OutputDestination("\(folder.path)/file/cats/") { notes.append($0) } }
        #expect(notes == [])
    }

    @Test("pictures of one seed that are written at the same moment all stay")
    func sameMoment() async throws {
        let destination = try OutputDestination("\(folder.path)/cats/")
        let paths = try await withThrowingTaskGroup(of: (UInt8, String).self) { group in
            for byte in UInt8(0)..<64 { group.addTask { (byte, try destination.save([byte], seed: 7, index: 0, of: 1).path) } }
            return try await group.reduce(into: [:]) { $0[$1.1] = $1.0 }
        }
        #expect(paths.count == 64)
        for (path, byte) in paths { #expect(try Data(contentsOf: URL(filePath: path)) == Data([byte])) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/cats").count == 64)
    }

    @Test("a folder may have a dot in its name when it is there, or when the name ends with a slash")
    func dottedFolder() throws {
        try folder.write("", to: "v1.5/old.png")
        #expect(try OutputDestination("\(folder.path)/v1.5").place == .folder)
        #expect(try OutputDestination("\(folder.path)/v2.1/").place == .folder)
    }

    @Test("--format chooses where the name does not", arguments: [
        ("cats/", ImageFormat.jpeg, "easel-7.jpg"), ("cats/", .webp, "easel-7.webp"), ("cats", .png, "easel-7.png"),
        ("cat.JPEG", .jpeg, "cat.JPEG"),
    ])
    func format(_ name: String, format: ImageFormat, expected: String) throws {
        let saved = try OutputDestination("\(folder.path)/\(name)", format: format).save([1], seed: 7, index: 0, of: 1)
        #expect(saved.path.hasSuffix("/" + expected))
    }

    @Test("a name that says no format, or another than --format, is refused before any work", arguments: [
        ("", nil, "The output name is empty. Give a file, a folder, or \"-\" for standard output."),
        ("cat.jpg", .png, "\"cat.jpg\" asks for JPEG, --format for PNG. Leave --format out, or change the ending."),
        ("-", nil, "Standard output takes one picture, not 2. Give a folder, such as --output pictures/."),
    ] as [(String, ImageFormat?, String)])
    func refused(_ name: String, format: ImageFormat?, message: String) {
        let error = #expect(throws: CommandFailure.self) { try OutputDestination(name, format: format, count: 2) }
        #expect(error?.reason == .usage)
        #expect(error?.description == message)
    }

    @Test(
        "an unknown ending is refused before any work",
        arguments: ["cat.gif", "cat.png ", "cat.png.", "cat.", "cat.jpe", "cat. png", "a/b.c/cat.bmp"])
    func unknownEnding(_ name: String) throws {
        let error = #expect(throws: CommandFailure.self) { try OutputDestination(name) }
        #expect(error?.reason == .cannotWrite)
        #expect(error?.description
            == "Cannot write \"\(name)\": pictures are saved as .png, .jpg or .webp. For a folder, end the name with \"/\".")
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

    @Test("a file that cannot have its name is told before any work", arguments: [
        (String(repeating: "n", count: 252) + ".png", 1, "File name too long"),
        (String(repeating: "n", count: 250) + ".png", 2, "File name too long"),
        (String(repeating: "ü", count: 126) + ".png", 1, "File name too long"),
        (String(repeating: "n", count: 300) + "/", 1, "File name too long"),
        (String(repeating: "n/", count: 2100) + "cat.png", 1, "File name too long"),
        ("cat.png", 2, "a folder of that name is in the way"),
        ("file/cat.png", 1, "Not a directory"),
        ("file/", 1, "Not a directory"),
    ])
    func impossible(_ name: String, count: Int, reason: String) throws {
        try folder.write("", to: "cat-2.png/inside")
        try folder.write("", to: "file")
        let error = #expect(throws: CommandFailure.self) { try OutputDestination("\(folder.path)/\(name)", count: count) }
        #expect(error?.reason == .cannotWrite)
        #expect(error?.description.contains(": \(reason). Choose another place with --output.") == true, "\(error?.description ?? "")")
    }

    @Test("a picture that cannot have its place any more is written beside it, and its place is told")
    func folderInTheWay() throws {
        let destination = try OutputDestination("\(folder.path)/cat.jpeg")
        try folder.write("", to: "cat.jpeg/in the way")
        let saved = try destination.save([1, 2, 3], seed: 7, index: 0, of: 1)
        #expect(saved.path == "\(folder.path)/easel-7.jpg")
        #expect(saved.detour == "Cannot write to \"\(folder.path)/cat.jpeg\": Is a directory. Choose another place with --output. "
            + "The picture is in \"\(saved.path)\".")
        #expect(try folder.names() == ["cat.jpeg", "easel-7.jpg"])
        #expect(try Data(contentsOf: URL(filePath: saved.path)) == Data([1, 2, 3]))
    }

    @Test("a picture whose folder is gone is written elsewhere", arguments: ["cats/", "cats/cat.png"])
    func folderIsGone(name: String) throws {
        let destination = try OutputDestination("\(folder.path)/\(name)")
        try FileManager.default.removeItem(at: folder.url.appending(path: "cats"))
        let saved = try destination.save([1, 2, 3], seed: 7, index: 0, of: 1)
        defer { try? FileManager.default.removeItem(atPath: saved.path) }
        #expect(saved.detour?.contains("No such file or directory") == true)
        #expect(saved.detour?.hasSuffix("The picture is in \"\(saved.path)\".") == true)
        #expect(try Data(contentsOf: URL(filePath: saved.path)) == Data([1, 2, 3]))
    }

    @Test("a picture that its format cannot hold becomes a PNG")
    func unencodable() throws {
        let image = RGBImage(width: 1, height: 1, pixels: [1, 2, 3])
        let text = String(repeating: "a cat, ", count: 10_000)
        let saved = try OutputDestination("\(folder.path)/cat.jpg").save(Picture(image, seed: 7, infotext: text), index: 0, of: 1)
        #expect(saved.path == "\(folder.path)/easel-7.png")
        #expect(saved.detour?.contains("a JPEG holds 65533") == true)
        #expect(try DecodedImage(decoding: Array(Data(contentsOf: URL(filePath: saved.path)))).parameters == text)
    }
}

extension TemporaryFolder {
    /// What lies in the folder itself, sorted.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
