import Generation
import ImageCodecs
import Sampling
import Testing

@Suite struct InfotextTests {
    typealias Parameter = Infotext.Parameter

    private static let pixel = RGBImage(width: 1, height: 1, pixels: [0, 0, 0])

    @Test("A1111's text is written in A1111's order, with values quoted where they must be")
    func writing() {
        let infotext = Infotext(
            prompt: "a cat,\non a mat", negativePrompt: "blurry",
            parameters: [
                Parameter("Version", "Easel 0.1.0"), Parameter("Device", "text CPU, unet GPU.0"), Parameter("Lora hashes", "detail: 7c6b"),
                Parameter("Model", "v1-5"), Parameter("Seed", "1"), Parameter("Size", "512x768"), Parameter("Steps", "20"),
                Parameter("Model hash", "6ce0161689"), Parameter("Note", "a \"b\"\n/c"),
            ])
        #expect(
            infotext.description == """
                a cat,
                on a mat
                Negative prompt: blurry
                Steps: 20, Seed: 1, Size: 512x768, Model hash: 6ce0161689, Model: v1-5, Device: "text CPU, unet GPU.0", \
                Lora hashes: "detail: 7c6b", Note: "a \\"b\\"\\n/c", Version: Easel 0.1.0
                """)
    }

    @Test("a request's text has its settings under A1111's names")
    func request() {
        var request = GenerationRequest(prompt: "a cat")
        request.sampler = .dpmpp2M
        request.schedule = .karras
        request.cfgScale = 7.5
        request.width = 640
        let result = GenerationResult(
            pictures: [0, 4_294_967_295].map { Picture(Self.pixel, seed: $0, prompt: "a cat") }, tokenCount: 2, chunkCount: 1,
            places: PerStage(
                encode: .reference, denoise: Place(device: "GPU.0", precision: "f32"), decode: Place(device: "GPU.0", precision: "f32")),
            runtimeVersion: "2026.4.1", timings: GenerationTimings())
        let infotext = Infotext(
            request, result, result.pictures[1], model: "demo", modelHash: "0123456789abcdef", version: "Easel 0.1.0")
        #expect(
            infotext.description == """
                a cat
                Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 4294967295, Size: 640x512, \
                Model hash: 0123456789, Model: demo, RNG: CPU, Device: "text CPU, unet GPU.0, vae GPU.0", \
                Precision: "text f32, unet f32, vae f32", OpenVINO: 2026.4.1, Tokens: 2, Chunks: 1, Version: Easel 0.1.0
                """)
        request.cfgScale = 7
        request.noise = .philox
        let other = Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, version: "1")
        #expect(other["CFG scale"] == "7")
        #expect(other["RNG"] == "NV")
        #expect(other["Model hash"] == nil)
        #expect(other["Fidelity"] == nil)
        let parts = [
            ModelPart(kind: .vae, name: "mse.safetensors", sha256: "abcdef0123456789"),
            ModelPart(kind: .textEncoder, name: "clip_l.safetensors", sha256: "9876543210abcdef"),
            ModelPart(kind: .textEncoder, name: "clip_g.safetensors", sha256: nil),
        ]
        let made = Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, parts: parts, version: "1")
        #expect(made.description.contains("Model: demo, VAE hash: abcdef0123, VAE: mse.safetensors, Text encoder: "))
        #expect(Infotext(parsing: made.description)["Text encoder"] == "clip_l.safetensors [9876543210], clip_g.safetensors")
        #expect(other["VAE"] == nil && other["Text encoder"] == nil)
    }

    @Test("what went wrong with a device on the way to a picture stays with the picture")
    func incidents() {
        var result = GenerationResult(
            pictures: [Picture(Self.pixel, seed: 0, prompt: "a cat")], tokenCount: 2, chunkCount: 1,
            places: PerStage(repeating: .reference), runtimeVersion: "2026.4.1", timings: GenerationTimings(),
            moves: [
                Move(
                    stage: .decode, from: Placement(device: "GPU", precision: .f16), to: Placement(device: "GPU", precision: .f32),
                    reason: "The VAE on GPU in f16 answered with numbers that are not finite.", cause: ErrorReason(.notFinite))
            ])
        result.relativeErrors = PerStage(encode: 0, denoise: 0.002134, decode: nil)
        result.incidents = ["The UNet on GPU in f16: relative error 5.1 %, over the bound of 1 %. It moves to accuracy, f32 on GPU."]
        let infotext = Infotext(GenerationRequest(prompt: "a cat"), result, result.pictures[0], model: "demo", modelHash: nil, version: "1")
        #expect(infotext["Fidelity"] == "text 0, unet 0.0021")
        #expect(infotext["Fallback"] == """
            The VAE on GPU in f16 answered with numbers that are not finite. The VAE now runs on GPU in f32. \
            The UNet on GPU in f16: relative error 5.1 %, over the bound of 1 %. It moves to accuracy, f32 on GPU.
            """)
        #expect(Infotext(parsing: infotext.description) == infotext)
    }

    @Test("how the prompt was read is written under A1111's names, and only where it is not the default")
    func promptLanguage() {
        var request = GenerationRequest(prompt: "a {red|blue} (cat:1.2) <lora:film:1>")
        let result = GenerationResult(
            pictures: [Picture(Self.pixel, seed: 0, prompt: "a blue (cat:1.2) <lora:film:1>", negativePrompt: "grey, photo")],
            tokenCount: 3, chunkCount: 1,
            ignored: ["<lora:film:1>"], warnings: [Notice(.told, "It was left out.")], places: PerStage(repeating: .reference),
            runtimeVersion: "2026.4.1", timings: GenerationTimings())
        func infotext() -> Infotext { Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, version: "1") }

        #expect(infotext().prompt == "a blue (cat:1.2) <lora:film:1>")
        #expect(infotext().negativePrompt == "grey, photo")
        #expect(infotext()["Ignored"] == "<lora:film:1>")
        for key in ["Clip skip", "Emphasis", "Pad conds"] { #expect(infotext()[key] == nil) }
        (request.clipSkip, request.emphasis, request.padsConditionings) = (2, .noNorm, true)
        #expect(infotext()["Clip skip"] == "2")
        #expect(infotext()["Emphasis"] == "No norm")
        #expect(infotext()["Pad conds"] == "True")
    }

    @Test("what SDXL was told is written where it is not the default, and is read back")
    func sdxl() {
        var request = GenerationRequest(prompt: "a cat")
        let result = GenerationResult(
            pictures: [Picture(Self.pixel, seed: 0, prompt: "a cat")], tokenCount: 2, chunkCount: 1,
            places: PerStage(repeating: .reference), runtimeVersion: "2026.4.1", timings: GenerationTimings())
        func infotext() -> Infotext { Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, version: "1") }
        let keys = ["Original size", "Crop top left", "Target size", "Clip skip SDXL", "Zero empty negative"]

        #expect(keys.compactMap { infotext()[$0] } == [])
        request.sizeConditioning.original = PictureSize(width: 1024, height: 768)
        request.sizeConditioning.crop = CropOffset(top: 0, left: 128)
        request.sizeConditioning.target = PictureSize(width: 640, height: 512)
        (request.clipSkipRule, request.zeroesEmptyNegative) = (.forge, false)
        #expect(keys.compactMap { Infotext(parsing: infotext().description)[$0] } == ["1024x768", "0,128", "640x512", "forge", "False"])
    }

    @Test("edges that fit together are written as A1111 writes them, and one axis as it is", arguments: [
        (.none, nil), (.both, "True"), (.x, "x"), (.y, "y"),
    ] as [(Tiling, String?)])
    func tiling(_ tiling: Tiling, text: String?) {
        var request = GenerationRequest(prompt: "a cat")
        request.tiling = tiling
        let result = GenerationResult(
            pictures: [Picture(Self.pixel, seed: 0, prompt: "a cat")], tokenCount: 2, chunkCount: 1,
            places: PerStage(repeating: .reference), runtimeVersion: "2026.4.1", timings: GenerationTimings())
        let infotext = Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, version: "1")
        #expect(Infotext(parsing: infotext.description)["Tiling"] == text)
    }

    @Test("how schedules counted is written where it mattered, and read back", arguments: ScheduleCounting.allCases)
    func scheduleCounting(_ counting: ScheduleCounting) {
        var request = GenerationRequest(prompt: "[a:b:5]")
        request.scheduleCounting = counting
        var result = GenerationResult(
            pictures: [Picture(Self.pixel, seed: 0, prompt: "a cat")], tokenCount: 1, chunkCount: 1,
            places: PerStage(repeating: .reference), runtimeVersion: "2026.4.1", timings: GenerationTimings())
        func text() -> String {
            Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, version: "Easel 0.1.0").description
        }

        #expect(!text().contains("Schedule counting"))
        result.dependsOnScheduleCounting = true
        #expect(Infotext(parsing: text()).scheduleCounting == counting)
        #expect(text().contains("Schedule counting: \(counting.rawValue)"))
    }

    @Test("a picture's schedules counted as its program counts", arguments: [
            ("Version: v1.10.1", ScheduleCounting.a1111), ("Version: v1.6.0-2-g4afaaf8a", .a1111),
            ("Version: f2.0.1v1.10.1-previous-669-gdfdcbab6", .a1111),
            ("Version: Easel 0.1.0", .sdnext), ("App: SD.Next, Version: 8d1c8b7", .sdnext), ("Version: ComfyUI", nil),
            ("Version: volta", nil), ("Seed: 1", nil),
        ("Version: v1.10.1, Schedule counting: SDNext", .sdnext), ("Version: v1.10.1, Schedule counting: other", .a1111),
    ])
    func counts(parameters: String, counting: ScheduleCounting?) {
        #expect(Infotext(parsing: "[a:b:5]\nSteps: 20, Sampler: Euler, CFG scale: 7, \(parameters)").scheduleCounting == counting)
    }

    @Test("texts are read as A1111 reads them", arguments: [
        ("", "", "", []),
        ("a cat", "a cat", "", []),
        ("a cat\nNegative prompt: a dog", "a cat", "a dog", []),
        ("Negative prompt: a dog\nand a fish", "", "a dog\nand a fish", []),
        ("a\n\nb\nNegative prompt:\nc", "a\n\nb", "c", []),
        ("a cat\nSteps: 20, Seed: 1", "a cat\nSteps: 20, Seed: 1", "", []),  // two pairs are prompt
        ("a cat\nSteps: 20, Seed: 1, Size: 8x8", "a cat", "", [("Steps", "20"), ("Seed", "1"), ("Size", "8x8")]),
        ("Steps: 20, Seed: 1, Size: 8x8", "", "", [("Steps", "20"), ("Seed", "1"), ("Size", "8x8")]),
        ("  a cat \r\nSteps: 20,Seed:1,  Size: 8x8 \n", "a cat", "", [("Steps", "20"), ("Seed", "1"), ("Size", "8x8")]),
            (
                #"x"# + "\n" + #"Aa: "b, c: d", Bb: "e \"f\" \\", Cc: "\u00e9\n""#, "x", "",
                [("Aa", "b, c: d"), ("Bb", #"e "f" \"#), ("Cc", "é\n")]
            ),
        (#"x"# + "\n" + #"Aa: "b, Bb: "c" d, Cc: "", Dd: "e\"#, "x", "", [("Aa", "\"b"), ("Bb", "\"c\" d"), ("Cc", ""), ("Dd", #""e\"#)]),
        ("x\n!!, a: b, Aa: , Bb/C-d 1: 2, Cc: 3:4", "x", "", [("Aa", ""), ("Bb/C-d 1", "2"), ("Cc", "3:4")]),
        ("x\nPrompt: (a:1.2), Été: 1, 猫猫: 2", "x", "", [("Prompt", "(a:1.2)"), ("Été", "1"), ("猫猫", "2")]),
    ] as [(String, String, String, [(String, String)])])
    func reading(text: String, prompt: String, negative: String, parameters: [(String, String)]) {
        let infotext = Infotext(parsing: text)
        #expect(infotext.prompt == prompt)
        #expect(infotext.negativePrompt == negative)
        #expect(infotext.parameters == parameters.map { Parameter($0.0, $0.1) })
    }

    @Test("what is written is read back")
    func roundTrip() {
        let pieces = [
            "cat", " ", ",", ":", "\"", "\\", "\n", "\t", "é", "猫", "🐱", "\\n", "e\u{301}", "(a:1.2)", "<lora:x:1>", "/", "\u{7f}", "'",
            ", Steps: 3"
        ]
        let keys = ["Steps", "Seed", "Size", "Lora hashes", "Tokens", "Version", "a/b-c d", "猫 1"]
        var generator = SplitMix64(state: 7)
        func text() -> String {
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        }
        /// What reading leaves of a prompt: lines without space around them, no empty ones at the start or the end.
        func normalized(_ prompt: String) -> String { Infotext(parsing: prompt).prompt }
        for _ in 0..<2000 {
            let infotext = Infotext(
                prompt: normalized(text()), negativePrompt: normalized(text()),
                parameters: keys.shuffled(using: &generator).prefix(Int.random(in: 3...8, using: &generator)).map { Parameter($0, text()) })
            #expect(Infotext(parsing: infotext.description) == infotext)
        }
    }

    @Test("a long last line that is no infotext is read in one pass, and stays the prompt's", .timeLimit(.minutes(30)), arguments: [
        "a", "a ", "a: ", "a: \"", ",",
    ])
    func longLines(piece: String) {
        // Long enough that a second loop over the line would take longer than the limit.
        let line = String(repeating: piece, count: 3_000_000 / piece.utf8.count)
        let infotext = Infotext(parsing: "x\n" + line)
        #expect(infotext.prompt.utf8.count > 2_900_000 && infotext.prompt.hasPrefix("x\n\(piece.prefix(1))") && infotext.parameters.isEmpty)
    }

    @Test("a long last line of pairs is read in one pass, pair by pair", .timeLimit(.minutes(30)))
    func manyPairs() {
        let infotext = Infotext(parsing: "x\n" + (0..<10_000).map { "Key \($0): \"b, \($0)\"" }.joined(separator: ", "))
        #expect(infotext.prompt == "x" && infotext.parameters.count == 10_000)
        #expect(infotext["Key 9999"] == "b, 9999")
    }
}
