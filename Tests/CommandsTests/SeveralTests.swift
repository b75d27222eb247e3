import ArgumentParser
import Generation
import ImageCodecs
import Sampling
import Testing

@testable import Commands

@Suite("Grids and files of prompts on the command line")
struct SeveralTests {
    @Test("axes stand behind the prompt, before other options or after them")
    func axes() throws {
        for arguments in [
            ["a cat", "--grid", "steps=10,20", "cfg-scale=4,7", "--seed", "5"],
            ["a cat", "--seed", "5", "--grid", "steps=10,20", "--grid", "cfg_scale=4,7"],
        ] {
            let grid = try #require(try GenerateCommand.parse(arguments).several.grid())
            #expect(grid.axes.map(\.field) == ["steps", "cfg_scale"] && grid.count == 4)
        }
        #expect(try GenerateCommand.parse(["a cat"]).several.grid() == nil)
    }

    @Test("a field with an axis has none of the model's defaults")
    func defaults() throws {
        var defaults = ModelDefaults()
        (defaults.steps, defaults.cfgScale) = (12, 4)
        #expect(try GenerateCommand.parse(["a cat", "--grid", "steps=1,2"]).fields(from: defaults).map(\.key) == ["cfg_scale"])
    }

    @Test("what cannot be is refused before anything is opened", arguments: [
        (["a cat", "--grid", "steps=10,ten"], "ten"), (["a cat", "--grid", "stepps=1"], "stepps"),
        (["--grid", "steps=1", "a cat"], "prompt stands before"), (["a cat", "--grid", "steps=1,1"], "twice"),
        (["a cat", "--grid", "steps=1", "steps=2"], "two axes"), (["a cat", "--no-cells"], "--no-cells"),
        (["a cat", "--grid", "steps=1", "--prompts-file", "x"], "do not go together"), ([], "nothing to draw"),
    ] as [([String], String)])
    func refusals(_ arguments: [String], _ words: String) {
        let error = #expect(throws: (any Error).self) { _ = try GenerateCommand.parse(arguments) }
        #expect(error.map { GenerateCommand.message(for: $0).contains(words) } == true)
    }

    @Test("lines are prompts, or options as A1111 reads them")
    func lines() throws {
        let text = "# comment\n\na red cat -- really, --steps\r\n  --prompt \"a dog, big\" --steps 30 --seed -1\n"
            + "--prompt a fox in snow --negative_prompt 'low \"quality\"' --sampler_name \"DPM++ 2M Karras\" --cfg-scale 4.5\n"
            + "--sd_model anime --prompt \"say \\\"hi\\\"\" --tiling true --styles \"ink, calm\""
        let lines = try PromptLine.lines(in: [UInt8](text.utf8), of: "p.txt")
        #expect(lines.map(\.number) == [3, 4, 5, 6])
        #expect(lines[0].values == [.init(key: "prompt", text: "a red cat -- really, --steps")])
        var request = GenerationRequest(prompt: "")
        try lines[1].apply(to: &request)
        #expect(request.prompt == "a dog, big" && request.steps == 30)
        request = GenerationRequest(prompt: "")
        try lines[2].apply(to: &request)
        #expect(request.prompt == "a fox in snow" && request.negativePrompt == "low \"quality\"")
        #expect(request.sampler.name == "DPM++ 2M" && request.schedule.label == "Karras" && request.cfgScale == 4.5)
        request = GenerationRequest(prompt: "")
        try lines[3].apply(to: &request)
        #expect(lines[3].model == "anime" && request.prompt == "say \"hi\"" && request.tiling == .both && request.styles == ["ink", "calm"])
    }

    @Test("a line that cannot be used is named by its number", arguments: [
        ("a cat\n--prompt x --stepss 3", "Line 2", "--stepss"), ("--prompt \"x", "Line 1", "no end"),
        ("\n\n--prompt", "Line 3", "no value"),
        ("--steps 3 4", "Line 1", "\"4\""), ("--steps 3 --steps 4", "Line 1", "twice"), ("--prompt x \\", "Line 1", "backslash"),
        ("--outpath_samples /tmp --prompt x", "Line 1", "--outpath_samples"),
    ])
    func badLines(_ text: String, _ line: String, _ words: String) {
        let error = #expect(throws: CommandFailure.self) { _ = try PromptLine.lines(in: [UInt8](text.utf8), of: "p.txt") }
        #expect(error?.reason == .badInput)
        #expect(error.map { $0.description.contains(line) && $0.description.contains(words) } == true, "\(error?.description ?? "")")
    }

    @Test("a value that a field cannot have is named by its line", arguments: [
        "--steps 3000", "--steps x", "--seed 1.5", "--width 65", "--tiling maybe",
    ])
    func badValues(_ line: String) throws {
        let parsed = try #require(try PromptLine.lines(in: [UInt8](("\n" + line).utf8), of: "p.txt").first)
        var request = GenerationRequest(prompt: "")
        let error = #expect(throws: CommandFailure.self) { try parsed.apply(to: &request) }
        #expect(error?.description.hasPrefix("Line 2: ") == true)
    }

    private static func result(_ shade: UInt8) -> GenerationResult {
        let image = RGBImage(width: 32, height: 32, pixels: [UInt8](repeating: shade, count: 32 * 32 * 3))
        let infotext = "a cat\nSteps: \(shade), Sampler: Euler, CFG scale: 7, Seed: 7, Version: Easel 1"
        let picture = Picture(image, seed: 7, prompt: "a cat", infotext: infotext)
        return GenerationResult(
            pictures: [picture], tokenCount: 2, chunkCount: 1, places: PerStage(repeating: .reference),
            runtimeVersion: "1", timings: GenerationTimings())
    }

    @Test("a cell that failed leaves its reason, and the command's exit code; the sheet is of what there is")
    func failures() throws {
        let grid = try Grid([GridAxis("steps", text: "1-3")])
        var run = GridRun(grid)
        #expect(try run.sheet() == nil && run.failure == nil && run.joined == nil)
        run.add(Self.result(3), for: 2)
        run.add(Self.result(2), for: 1)
        run.fail(0, CommandFailure(.deviceUnavailable, "Not enough memory."))
        let sheet = try #require(try run.sheet())
        // The first that there is.
        #expect(sheet.picture.infotext.hasPrefix("a cat\nSteps: 2, "))
        #expect(sheet.picture.infotext.hasSuffix(#"Script: X/Y/Z plot, X Type: Steps, X Values: "1, 2, 3", Version: Easel 1"#))
        #expect(run.joined?.pictures.map(\.content.pixels[0]) == [2, 3])
        #expect(run.failure?.reason == .deviceUnavailable)
        #expect(run.failure?.description.contains("Steps: 1") == true && run.failure?.description.contains("Not enough memory.") == true)
    }
}
