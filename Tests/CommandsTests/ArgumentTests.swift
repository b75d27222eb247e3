import ArgumentParser
import Generation
import Prompting
import Sampling
import Testing

@testable import Commands

@Suite("Arguments of `easel generate`")
struct ArgumentTests {
    @Test("a prompt is enough")
    func defaults() throws {
        let command = try GenerateCommand.parse(["a cat"])
        #expect(command.prompt == "a cat")
        #expect(command.negativePrompt == nil)
        #expect(command.model.name == "demo")
        #expect(command.seed == .any)
        #expect(command.noise == .torch)
        #expect(command.steps == nil && command.sampler == nil)
        #expect(command.schedule == nil)
        #expect(command.cfgScale == nil && command.promptOptions.clipSkip == nil)
        #expect(command.width == nil && command.height == nil)
        #expect(command.batchSize == 1)
        #expect(command.settings.device.isEmpty)
        #expect(command.settings.precision == nil)
        #expect(command.output == ".")
        #expect(!command.json && !command.model.quiet)
        let request = try command.request(defaultSize: 512)
        #expect(request.styles.isEmpty && request.emphasis == .original && request.clipSkip == 1)
        #expect(request.commaBacktrack == 20 && !request.padsConditionings)
        #expect(request.scheduleCounting == .sdnext && request.tiling == .none)
    }

    @Test("a model is compiled ahead for pictures whose edges fit together, when it is asked for", arguments: Tiling.allCases)
    func compiledTiling(_ tiling: Tiling) throws {
        #expect(try CompileCommand.parse(["--tiling", tiling.rawValue]).tiling == tiling)
        #expect(try CompileCommand.parse([]).tiling == .none)
    }

    @Test("how prompts are read goes into the request")
    func promptOptions() throws {
        let command = try GenerateCommand.parse([
            "a cat", "--styles", "ink, art/old  masters", "--styles", "calm", "--emphasis", "no_norm", "--clip-skip", "2",
            "--comma-backtrack", "0",
            "--pad-cond-uncond", "--schedule-counting", "a1111", "--original-size", "1024x768", "--crop", "0,128", "--target-size",
            "512",
            "--clip-skip-sdxl", "forge", "--no-zero-empty-negative", "--styles-file", "s.csv", "--wildcards", "w", "--embeddings", "e",
        ])
        let request = try command.request(defaultSize: 512)
        #expect(request.styles == ["ink", "art/old  masters", "calm"])
        #expect(request.emphasis == .noNorm)
        #expect(request.clipSkip == 2)
        #expect(request.commaBacktrack == 0)
        #expect(request.padsConditionings)
        #expect(request.scheduleCounting == .a1111)
        #expect(request.sizeConditioning.original == PictureSize(width: 1024, height: 768))
        #expect(request.sizeConditioning.crop == CropOffset(top: 0, left: 128))
        #expect(request.sizeConditioning.target == PictureSize(width: 512, height: 512))
        #expect(request.clipSkipRule == .forge && !request.zeroesEmptyNegative)
        #expect(command.promptOptions.files.stylesFile == "s.csv")
        #expect(command.promptOptions.files.wildcards == "w" && command.promptOptions.files.embeddings == "e")
    }

    @Test("grading and correction take names and values, with the API's prefix or without, and the last of several counts")
    func grading() throws {
        let request = try GenerateCommand.parse([
            "a cat", "--grade", "brightness=0.2", "--grade", "Color-Temp=5000", "--grade", "grading_shadows_tint=336699",
            "--grade=clahe_grid=4", "--grade", "hue=-0.5", "--grade", "brightness=0.3", "--correct", "clamp=true", "--correct", "mode=1",
            "--correct", "hdr_brightness=-1.5",
        ]).request(defaultSize: 512)
        var grading = ColorGrading()
        (grading.brightness, grading.colorTemperature, grading.equalizingGrid, grading.hue) = (0.3, 5000, 4, -0.5)
        grading.shadowsTint = RGBColor(red: 0x33, green: 0x66, blue: 0x99)
        var correction = LatentCorrection()
        (correction.clamps, correction.mode, correction.brightness) = (true, .absolute, -1.5)
        #expect(request.grading == grading && request.correction == correction)
        #expect(try GenerateCommand.parse(["a cat"]).request(defaultSize: 512).recipe == Recipe())
    }

    @Test("the help lists every name with its values")
    func gradingHelp() {
        // Lines are broken anywhere.
        let help = GenerateCommand.helpMessage().split { $0.isWhitespace }.joined(separator: " ")
        for words in ["brightness (-1 to 1)", "clamp (true or false)", "color_picker (six digits such as #336699)"] {
            #expect(help.contains(words), "\(words)")
        }
    }

    @Test("every option is read")
    func all() throws {
        let command = try GenerateCommand.parse([
            "a cat", "--negative-prompt", "dogs", "--model", "m", "--seed", "18446744073709551615", "--noise", "philox", "--steps", "3",
            "--sampler", "dpmpp_2m", "--schedule", "SGM Uniform", "--cfg-scale", "1.5", "--width", "96", "--height", "64",
            "--batch-size", "2", "--tiling", "x", "--device", "GPU.1", "--precision", "bf16", "--output", "x.png", "--json", "--quiet",
        ])
        #expect(command.negativePrompt == "dogs")
        #expect(command.model.name == "m")
        #expect(command.seed == .number(.max))
        #expect(command.noise == .philox)
        #expect(command.steps == 3)
        #expect(command.sampler?.sampler == .dpmpp2M)
        #expect(command.schedule == .sgmUniform)
        #expect(command.cfgScale == 1.5)
        #expect(command.width == 96 && command.height == 64)
        #expect(command.batchSize == 2)
        #expect(try command.tiling == .x && command.request(defaultSize: 512).tiling == .x)
        #expect(command.settings.device == ["GPU.1"])
        #expect(command.settings.precision == .bf16)
        #expect(command.output == "x.png")
        #expect(command.json && command.model.quiet)
    }

    @Test("options of samplers go into the request, in any spelling of their names")
    func samplingOptions() throws {
        let request = try GenerateCommand.parse([
            "a cat", "--option", "eta=0.5", "--option", "s-churn=3", "--option", "UNI_PC_VARIANT=bh2", "--option", "subseed=7",
            "--option", "subseed_strength=0.25", "--option", "seed_resize_from=512x640", "--option", "s_min_uncond_all=true",
        ]).request(defaultSize: 512)
        #expect((request.samplerOptions.eta, request.samplerOptions.churn, request.samplerOptions.variant) == (0.5, 3, .bh2))
        #expect((request.variationSeed, request.variationStrength) == (7, 0.25))
        #expect(request.seedResizedFrom == PictureSize(width: 512, height: 640) && request.guidance.minimumSigmaAllSteps)
    }

    @Test("a schedule may come fused to the sampler; one of its own counts more", arguments: [
        (["--sampler", "DPM++ 2M Karras"], .dpmpp2M, .karras),
        (["--sampler", "Euler a"], .eulerAncestral, .automatic),
        (["--sampler", "DPM++ 2M Karras", "--schedule", "exponential"], .dpmpp2M, .exponential),
        (["--schedule", "karras"], .euler, .karras),
    ] as [([String], Sampler, Schedule)])
    func fused(_ arguments: [String], sampler: Sampler, schedule: Schedule) throws {
        let request = try GenerateCommand.parse(["a cat"] + arguments).request(defaultSize: 512)
        #expect(request.sampler == sampler)
        #expect(request.schedule == schedule)
    }

    @Test("the model's own size stands in for a side that is left out")
    func size() throws {
        let request = try GenerateCommand.parse(["a cat", "--height", "64"]).request(defaultSize: 128)
        #expect(request.width == 128 && request.height == 64)
    }

    @Test("what is left out is the model's default; flags come first, whatever they say", arguments: [
        ([], (12, 4, "DPM++ 2M", "karras", 512, 768, 2, "lowres"),
            ["steps", "cfg_scale", "sampler", "schedule", "width", "height", "clip_skip", "negative_prompt"]),
        (["--steps", "20", "--cfg-scale", "7", "--sampler", "Euler", "--negative-prompt", "", "--width", "128"],
            (20, 7, "Euler", "automatic", 128, 768, 2, ""), ["height", "clip_skip"]),
        (["--schedule", "normal", "--clip-skip", "1"], (12, 4, "DPM++ 2M", "normal", 512, 768, 1, "lowres"),
            ["steps", "cfg_scale", "sampler", "width", "height", "negative_prompt"]),
    ] as [([String], (Int, Float, String, String, Int, Int, Int, String), [String])])
    func modelDefaults(
        arguments: [String], expected: (Int, Float, String, String, Int, Int, Int, String), taken: [String]
    ) throws {
        var defaults = ModelDefaults()
        (defaults.steps, defaults.cfgScale, defaults.sampler, defaults.schedule) = (12, 4, "DPM++ 2M", "karras")
        (defaults.width, defaults.height, defaults.clipSkip, defaults.negativePrompt) = (512, 768, 2, "lowres")
        let command = try GenerateCommand.parse(["a cat"] + arguments)
        let request = try command.request(defaultSize: 64, defaults: defaults)
        #expect(
            (request.steps, request.cfgScale, request.sampler.name, request.schedule.name) == (expected.0, expected.1, expected.2, expected.3))
        #expect((request.width, request.height, request.clipSkip, request.negativePrompt) == (expected.4, expected.5, expected.6, expected.7))
        #expect(command.fields(from: defaults).map(\.key) == taken)
    }

    @Test("the examples in the help can be read as they stand")
    func examples() throws {
        let text = GenerateCommand.configuration.discussion.replacing(/\\\n */, with: "")
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("easel ") }
        #expect(lines.count == 10)
        for line in lines {
            // Words, or what stands in quotation marks.
            let words = line.matches(of: /"([^"]*)"|([^ "]+)/).map { String($0.1 ?? $0.2 ?? "") }
            let command = try #require(try EaselCommand.parseAsRoot(Array(words.dropFirst())) as? GenerateCommand, "\(line)")
            #expect(try command.request(defaultSize: 128).prompt == (command.several.promptsFile == nil ? words[2] : ""))
        }
    }

    @Test("-1 is any seed, however it is written", arguments: [["--seed", "-1"], ["--seed=-1"], ["-s", "-1"], []])
    func anySeed(_ arguments: [String]) throws {
        #expect(try GenerateCommand.parse(["a cat"] + arguments).seed == .any)
        #expect(try VerifyCommand.parse(["--seed", "-1"]).seed == .any)
    }

    @Test("no number that begins with a minus is taken for an option", arguments: [
        (PromptCommand.self, ["x", "--steps", "-3"], "Steps -3"),
        (PromptCommand.self, ["x", "--comma-backtrack", "-3"], "Comma backtrack -3"),
        (CompileCommand.self, ["--chunks", "-3"], "Chunks -3"), (CompileCommand.self, ["--batch-size", "-3"], "Batch size -3"),
        (CompileCommand.self, ["--sizes", "-8"], "Width -8"), (VerifyCommand.self, ["--steps", "-3"], "Steps -3"),
        (VerifyCommand.self, ["--size", "-8"], "Width -8"), (VerifyCommand.self, ["--seed", "-3"], "Seed -3"),
        (CacheCommand.self, ["prune", "--limit", "-5GB"], "'-5GB'"), (ServeCommand.self, ["--port", "-3"], "-3"),
    ] as [(any ParsableCommand.Type, [String], String)])
    func negativeNumbers(_ command: any ParsableCommand.Type, _ arguments: [String], message: String) {
        do {
            _ = try command.parseAsRoot(arguments)
            Issue.record("\(arguments) went through")
        } catch {
            #expect(command.message(for: error).contains(message), "\(command.message(for: error))")
        }
    }

    @Test("a negative prompt may begin with a minus")
    func negativePrompt() throws {
        #expect(try GenerateCommand.parse(["a cat", "--negative-prompt", "-dogs"]).negativePrompt == "-dogs")
    }

    @Test("a style may have commas in its name: the longest name that is a style's is meant", arguments: [
        (["ink, old"], ["ink, old"]), (["ink, old,calm"], ["ink, old", "calm"]), (["ink,calm"], ["ink", "calm"]),
        (["ink", "old"], ["ink", "old"]),
        (["None"], []), (["", " , "], []), (["new, ink, old, x"], ["new", "ink, old", "x"]), (["soft, warm"], ["soft, warm"]),
    ])
    func styles(_ given: [String], names: [String]) throws {
        var library = StyleLibrary()
        for name in ["ink", "ink, old", "calm", "light/soft, warm"] { library.add(Style(name: name)) }
        let command = try GenerateCommand.parse(["a cat"] + given.flatMap { ["--styles", $0] })
        #expect(try command.request(defaultSize: 512, styles: library).styles == names)
    }

    @Test("a bad value is named with what can be used instead, exit code 64", arguments: [
        (["--width", "500"], "Width 500 is not a multiple of 8. Use 496 or 504."),
        (["--steps", "0"], "Steps 0 is out of range. Use 1 to 1000."),
        (["--steps", "many"], "The value 'many' is invalid for '--steps <number>'"),
        (["--sampler", "Eulr"], "The value 'Eulr' is invalid for '--sampler <name>'. Please provide one of the following:\n  - Euler\n"),
        (["--schedule", "fast"], "  - sgm_uniform"),
        (["--precision", "f64"], "'--precision <mode>'. Please provide one of the following:\n  - auto"),
        (["--noise", "white"], "'torch' and 'philox'"),
        (["--batch-size", "0"], "Batch size 0 is out of range. Use 1 to 64."),
        (["--seed", "-5"], "Seed -5 is out of range. Use 0 to 18446744073709551615, or -1 for any."),
        (["--seed", "18446744073709551616"], "Seed 18446744073709551616 is out of range."),
        (["--seed", "1.5"], "The value '1.5' is invalid for '--seed <number>': A seed is a whole number."),
        (["--clip-skip", "0"], "Clip skip 0 is out of range."),
        (["--comma-backtrack=-2"], "Comma backtrack -2 is out of range."),
        (["--comma-backtrack", "-2"], "Comma backtrack -2 is out of range."),
        (["--steps", "-3"], "Steps -3 is out of range."), (["--cfg-scale", "-1"], "CFG scale -1.0 is out of range."),
        (["-W", "-8"], "Width -8 is out of range."), (["-b", "-2"], "Batch size -2 is out of range."),
        (["--clip-skip", "-2"], "Clip skip -2 is out of range."),
        (["--crop-top-left", "8"], "The value '8' is invalid for '--crop-top-left <top,left>'"),
        (["--tiling", "z"], "'none', 'x', 'y' or 'both'"),
        (["--grade", "brightness=3"], "Grading brightness 3.0 is out of range. Use -1 to 1."),
        (["--grade", "glow=1"], "There is no \"glow\". Use brightness, contrast,"),
        (["--grade", "vignette"], "A name and a value are wanted, such as vignette=0.5."),
        (["--grade", "shadows_tint=#fff"], "shadows_tint cannot be \"#fff\". Use six digits such as #336699."),
        (["--correct", "clamp=maybe"], "clamp cannot be \"maybe\". Use true or false."),
        (["--correct", "vignette=1"], "There is no \"vignette\". Use mode, brightness,"),
        (["--emphasis", "strong"], "'original', 'no_norm', 'ignore' or 'none'"),
        (["--nonsense"], "Unknown option '--nonsense'"),
        (["--option", "speed=9"], "There is no option \"speed\". Use subseed, subseed_strength,"),
        (["--option", "eta"], "--option eta gives eta no value that it can have. Use 0 to 1."),
        (["--option", "eta=2"], "Eta 2.0 is out of range. Use 0 to 1."),
        (["--option", "uni_pc_variant=bh3"], "gives uni_pc_variant no value that it can have. Use bh1, bh2."),
        (["--option", "s_min_uncond_all=perhaps"], "Use true or false."), (["--option", "seed_resize_from=8"], "such as 1024x768"),
    ])
    func badValues(_ arguments: [String], message: String) {
        do {
            _ = try GenerateCommand.parse(["a cat"] + arguments)
            Issue.record("\(arguments) went through")
        } catch {
            #expect(GenerateCommand.exitCode(for: error).rawValue == 64)
            #expect(GenerateCommand.message(for: error).contains(message))
        }
    }
}
