import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

@Suite("easel upscale")
struct UpscaleTests {
    let easel: Easel

    init() throws {
        easel = try Easel(environment: ["EASEL_UPSCALERS": Fixture.url("upscalers").path])
        let image = RGBImage(width: 24, height: 16, pixels: (0..<1152).map { (index: Int) -> UInt8 in UInt8(index % 251) })
        let file = try image.encoded(as: .png, parameters: "a cat\nSteps: 2, Seed: 1, Size: 24x16")
        for name in ["in/one.png", "in/two.png"] { try easel.folder.write(file, to: name) }
        try easel.folder.write([1, 2, 3], to: "in/damaged.png")
    }

    @Test("lists what there is")
    func list() async throws {
        let run = try await easel("upscale", "--list")
        #expect(run.exitCode == 0 && run.output.contains("compact-2x") && run.output.contains("2x"))
    }

    @Test("enlarges a picture, which keeps its parameters, and names it by what was done")
    func one() async throws {
        let run = try await easel("upscale", "in/one.png", "--by", "4", "--upscaler", "COMPACT-2x", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.lastLine.contains("\"width\":96") && run.lastLine.contains("\"precision\":\"f32\""))
        let file = try easel.contents(of: "one-4x.png")
        let picture = try DecodedImage(decoding: file)
        #expect((picture.image.width, picture.image.height) == (96, 64))
        #expect(picture.parameters == "a cat\nSteps: 2, Seed: 1, Size: 24x16")
        #expect(file.contains(Array("Postprocess upscale by: 4, Postprocess upscaler: COMPACT-2x".utf8)))
    }

    @Test("goes on in a folder after a picture that cannot be read, replaces nothing, and says so with its exit code")
    func folder() async throws {
        for _ in 0..<2 {
            let run = try await easel("upscale", "in/", "--width", "40", "--height", "40", "--output", "out/")
            #expect(run.exitCode == 65 && run.errors.contains("damaged.png was left out"))
        }
        #expect(try easel.files(in: "out") == ["one-40x40-2.png", "one-40x40.png", "two-40x40-2.png", "two-40x40.png"])
    }

    @Test("refuses what cannot be done, before anything is written", arguments: [
        (["in/one.png", "--upscaler", "missing"], 64, "compact-2x"), (["in/one.png", "--output", "in/one.png"], 64, "replace the picture"),
        (["in/one.png", "--by", "2", "--width", "8"], 64, "--by"), ([], 64, "Name a picture"), (["in/missing.png"], 65, "missing.png"),
        (["in/one.png", "--by", "9"], 64, "0.1 to 8"), (["in/one.png", "--second-share", "0.5"], 64, "--second-upscaler"),
        (["in/one.png", "--width", "20000"], 64, "16384"),
    ] as [([String], Int32, String)])
    func refusals(arguments: [String], exitCode: Int32, text: String) async throws {
        let run = try await easel.start(["upscale"] + arguments).outcome()
        #expect(run.exitCode == exitCode && run.errors.contains(text), "\(run.errors)")
        #expect(try easel.files().filter { $0.hasSuffix(".png") } == [])
    }

    @Test("a picture is drawn anew in tiles")
    func redraw() async throws {
        let run = try await easel(
            "generate", "red apple", "--image", "in/one.png", "--upscaling", "redraw", "--upscale-by", "4", "--upscaler", "compact-2x",
            "--width", "64", "--height", "64", "--tile-overlap", "16", "--steps", "2", "--strength", "0.3", "--precision", "f32",
            "--output", "redrawn.png", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let picture = try DecodedImage(decoding: easel.contents(of: "redrawn.png"))
        #expect((picture.image.width, picture.image.height) == (96, 64))
        let parameters = try #require(picture.parameters)
        #expect(parameters.contains("Postprocess upscale by: 4") && parameters.contains("SD upscale overlap: 16"))
    }
}
