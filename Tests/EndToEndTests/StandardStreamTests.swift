import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

/// What `easel generate` is asked to draw where the picture does not matter.
private let smallStar = #"generate "a star" --seed 1 --steps 1 --width 64 --height 64"#

@Suite("Standard streams that are closed, full, or read by nobody")
struct StandardStreamTests {
    let easel: Easel

    init() throws { easel = try Easel(environment: ["EASEL_OPENVINO_ACCURACY": "accuracy"]) }

    @Test("pictures are written whether or not anybody reads what is told about them", arguments: [
        ("| head -n 1", 0, ""),
        ("| true", 0, ""),
        ("--json | true", 0, ""),
        ("2>&1 >/dev/null | true", 0, ""),
        ("2>&1 | true", 0, ""),
        ("2>/dev/full >/dev/null", 0, ""),
        ("2>&- >/dev/null", 0, ""),
        (">/dev/full", 74, "Error: Cannot write to standard output: No space left on device.\n"),
        ("--json >/dev/full", 74, "Error: Cannot write to standard output: No space left on device.\n"),
        (">&-", 74, "Error: Cannot write to standard output: it is closed.\n"),
        ("<&- >&- 2>&-", 74, ""),
    ])
    func generate(redirection: String, exitCode: Int, errors: String) async throws {
        let quiet = redirection.hasPrefix("2>&1") ? "" : "--quiet"
        let command = redirection.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let pipe = command.count == 2 ? "|\(command[1])" : ""
        let run = try await easel.shell("{ $EASEL \(smallStar) --batch-size 3 --output b/ \(quiet) \(command[0]); echo $? >code; } \(pipe)")
        #expect(try easel.files(in: "b") == ["easel-1.png", "easel-2.png", "easel-3.png"])
        for file in try easel.files(in: "b") { _ = try DecodedImage(decoding: easel.contents(of: "b/" + file)) }
        #expect(try String(decoding: easel.contents(of: "code"), as: UTF8.self) == "\(exitCode)\n")
        #expect(run.errors == errors)
    }

    @Test("every command ends well when its reader goes away, and tells when nobody can read its answer", arguments: [
        "models", "models info demo", "devices", "settings", "settings path", "cache list", "prompt 'a cat'", "--help", "generate --help",
        "--version",
    ])
    func others(command: String) async throws {
        let gone = try await easel.shell("{ $EASEL \(command); echo $? >code; } | true")
        #expect(gone.errors == "")
        #expect(try easel.contents(of: "code") == Array("0\n".utf8))
        let full = try await easel.shell("$EASEL \(command) >/dev/full")
        #expect(full.exitCode == 74)
        #expect(full.errors == "Error: Cannot write to standard output: No space left on device.\n")
    }

    @Test("--output - writes one picture, and nothing else, to standard output", arguments: [
        ("", ImageFormat.png), ("--format jpg", .jpeg), ("--format webp", .webp),
    ])
    func picture(option: String, format: ImageFormat) async throws {
        let run = try await easel.shell("$EASEL \(smallStar) --output - \(option) >picture")
        #expect(run.exitCode == 0)
        #expect(run.errors.contains("Step 1/1"))
        let picture = try DecodedImage(decoding: easel.contents(of: "picture"))
        #expect(picture.format == format && picture.image.width == 64)
        #expect(picture.parameters?.hasPrefix("a star\n") == true)
        #expect(try easel.files() == ["picture"])
    }

    @Test("--output - is refused where it cannot be, before anything is drawn", arguments: [
        ("--batch-size 2", 64, "Standard output takes one picture, not 2."),
        ("--json", 64, "--json and --output - both write to standard output."),
        (">&-", 74, "Cannot write to standard output: it is closed."),
    ])
    func refused(option: String, exitCode: Int32, message: String) async throws {
        let run = try await easel.shell("$EASEL \(smallStar) --output - \(option)")
        #expect(run.exitCode == exitCode)
        #expect(run.output == "")
        #expect(run.errors.contains(message) && !run.errors.contains("Compiling"), "\(run.errors)")
        #expect(try easel.files().isEmpty)
    }

    @Test("a picture that standard output does not take is written to the current folder", arguments: [
        (">/dev/full", "No space left on device"), ("| true", "Broken pipe"),
    ])
    func lost(redirection: String, reason: String) async throws {
        let run = try await easel.shell("{ $EASEL \(smallStar) --output - --quiet; echo $? >&2; } \(redirection)")
        let path = "\(easel.folder.path)/easel-1.png"
        #expect(run.errors == "Error: Cannot write to standard output: \(reason). The picture is in \"\(path)\".\n74\n")
        _ = try DecodedImage(decoding: easel.contents(of: path))
    }

    @Test("a picture whose place is taken while it is drawn is written beside it; the others keep their names")
    func detour() async throws {
        // With the first line of progress the drawing has begun, and what could be checked has been.
        let run = try await easel.shell(#"""
            { $EASEL generate "a star" --seed 1 --steps 20 --width 64 --height 64 --batch-size 2 --output b.jpeg 2>&1 >paths
                echo $? >code; } |
                { read -r line; mkdir b-1.jpeg; touch "b-1.jpeg/in the way"; cat; }
            """#)
        #expect(try easel.contents(of: "code") == Array("74\n".utf8))
        #expect(run.output.contains("The picture is in \"\(easel.folder.path)/easel-1.jpg\"."), "\(run.output)")
        let paths = try String(decoding: easel.contents(of: "paths"), as: UTF8.self)
        #expect(paths == "\(easel.folder.path)/easel-1.jpg\n\(easel.folder.path)/b-2.jpeg\n")
        #expect(try easel.files() == ["b-1.jpeg", "b-2.jpeg", "code", "easel-1.jpg", "paths"])
    }
}
