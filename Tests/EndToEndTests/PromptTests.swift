import Foundation
import ImageCodecs
import TestSupport
import Testing

@Suite("The prompt language in easel generate")
struct PromptTests {
    let easel: Easel

    init() throws { easel = try Easel() }

    /// A command that draws in a moment.
    private func generate(_ arguments: String...) async throws -> Easel.Outcome {
        try await easel.start(["generate"] + arguments + ["--width", "64", "--height", "64", "--steps", "2", "--seed", "5"]).outcome()
    }

    @Test("a tag that has no effect is told in the report, on the terminal and in the picture")
    func lora() async throws {
        let run = try await generate("a star <lora:film:0.8>, __weather__", "--json", "--output", "star.png")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(run.lastLine.utf8))
        #expect(report.ignored == ["<lora:film:0.8>"])
        let warnings = [
            "__weather__ stays as typed, for there is no folder with wildcards. Name one with --wildcards.",
            "There is no LoRA \"film\", so the picture was drawn without it. Files are looked for in "
                + "\"\(easel.folder.path)/.local/share/easel/loras\".",
        ]
        #expect(report.warnings == warnings)
        for warning in warnings { #expect(run.errors.contains("Warning: \(warning)\n")) }
        let infotext = try infotext("star.png")
        #expect(infotext.prompt == "a star <lora:film:0.8>, __weather__")
        #expect(infotext["Ignored"] == "<lora:film:0.8>")
    }

    @Test("styles and wildcards are found in the user's data folder; each picture is stored with what was drawn for it")
    func resources() async throws {
        try easel.folder.write("name,prompt,negative_prompt\nink,\"ink drawing of {prompt}\",photo\n", to: ".local/share/easel/styles.csv")
        try easel.folder.write("red\ngreen\nblue\nyellow\nwhite\nblack\n", to: ".local/share/easel/wildcards/colors.txt")
        let run = try await generate(
            "a __colors__ (star:1.2)", "--styles", "ink", "--clip-skip", "2", "--emphasis", "no_norm", "--batch-size", "6", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(run.lastLine.utf8))
        #expect(report.warnings.isEmpty && report.ignored.isEmpty)
        #expect(Set(report.prompts).count > 1)
        #expect(report.negativePrompts == .init(repeating: "photo", count: 6))
        #expect(report.tokens == 6)
        for (path, prompt) in zip(report.images, report.prompts) {
            let infotext = try infotext(path)
            #expect(infotext.prompt == prompt)
            #expect(infotext.negativePrompt == "photo")
            #expect(infotext["Clip skip"] == "2" && infotext["Emphasis"] == "No norm")
        }
        #expect(
            report.prompts.allSatisfy { $0.wholeMatch(of: /ink drawing of a (red|green|blue|yellow|white|black) \(star:1\.2\)/) != nil })
    }

    @Test("what cannot be drawn is refused before anything is drawn", arguments: [
        (["--styles", "ink"], 64,
        "There is no style \"ink\", for no styles were loaded. Name a styles.csv, a .json file or a folder with --styles-file."),
        (["--clip-skip", "3"], 64, "Clip skip 3 is out of range: this model's text encoder has 2 layers. Use 1 to 2."),
        (["--clip-skip", "0"], 64, "Clip skip 0 is out of range."),
        (["--styles-file", "none.csv"], 65, "Styles cannot be read from \"none.csv\": there is no such file or folder."),
        (["--wildcards", "none"], 65, "There is no folder \"none\" to take wildcards from."),
        (["--embeddings", "none"], 65, "There is no folder \"none\" to take textual inversions from."),
    ] as [([String], Int32, String)])
    func refused(arguments: [String], exitCode: Int32, message: String) async throws {
        let run = try await easel.start(["generate", "a star", "--quiet"] + arguments).outcome()
        #expect(run.exitCode == exitCode)
        #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(message), "\(run.errors)")
        #expect(try easel.files().isEmpty)
    }

    private func infotext(_ path: String) throws -> Infotext {
        Infotext(parsing: try #require(DecodedImage(decoding: easel.contents(of: path)).parameters))
    }
}

/// What `--json` prints of prompts.
private struct Report: Decodable {
    let images: [String]
    let prompts: [String]
    let negativePrompts: [String]
    let tokens: Int
    let ignored: [String]
    let warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case images, prompts, tokens, ignored, warnings
        case negativePrompts = "negative_prompts"
    }
}
