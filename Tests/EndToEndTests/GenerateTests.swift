import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

@Suite("easel generate")
struct GenerateTests {
    let easel: Easel

    /// Measuring precisions first would take as long as drawing; `auto` has a test of its own.
    init() throws { easel = try Easel(environment: ["EASEL_OPENVINO_ACCURACY": "accuracy"]) }

    @Test("draws with the bundled model from any folder; --json tells all on the last line, the picture holds its parameters")
    func json() async throws {
        let run = try await easel(
            "generate", "red apple, on white", "--negative-prompt", "green", "--seed", "7", "--steps", "2", "--batch-size", "2",
            "--sampler", "dpm++ 2m karras", "--cfg-scale", "4.5", "--width", "96", "--height", "64", "--output", "pictures/", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(run.lastLine.utf8))
        let keys = try #require(JSONSerialization.jsonObject(with: Data(run.lastLine.utf8)) as? [String: Any]).keys.sorted()
        #expect(keys == [
            "chunks", "compiles", "device", "ignored", "images", "model", "model_defaults", "moves", "negative_prompts", "peak_memory_bytes", "precision",
            "precision_tables", "prompts", "seeds", "timings", "tokens", "warnings",
        ])
        #expect(report.seeds == [7, 8])
        #expect(report.model == "demo")
        #expect(report.tokens == 5 && report.chunks == 1)
        #expect(report.device == ["text_encoder": "CPU", "unet": "CPU", "vae": "CPU"])
        #expect(report.precision == ["text_encoder": "f32", "unet": "f32", "vae": "f32"])
        #expect(Set(report.timings.compile.keys) == ["text_encoder", "unet", "vae"])
        #expect(report.timings.steps.count == 2)
        #expect(report.timings.total > report.timings.steps.reduce(0, +))
        #expect(report.peakMemoryBytes > 10_000_000)

        #expect(try easel.files(in: "pictures") == ["easel-7.png", "easel-8.png"])
        for (path, seed) in zip(report.images, report.seeds) {
            let picture = try DecodedImage(decoding: easel.contents(of: path))
            #expect(picture.format == .png)
            #expect(picture.image.width == 96 && picture.image.height == 64)
            let infotext = Infotext(parsing: try #require(picture.parameters))
            #expect(infotext.prompt == "red apple, on white")
            #expect(infotext.negativePrompt == "green")
            let expected = [
                "Steps": "2", "Sampler": "DPM++ 2M", "Schedule type": "Karras", "CFG scale": "4.5", "Seed": "\(seed)", "Size": "96x64",
                "Model": "demo",
            ]
            for (key, value) in expected { #expect(infotext[key] == value, "\(key)") }
        }
    }

    @Test("without --json, prints the path of each picture; piped progress is plain lines")
    func lines() async throws {
        let run = try await easel("generate", "a star", "--seed", "1", "--steps", "2", "--output", "star.webp")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.hasSuffix("star.webp\n") && run.output.split(separator: "\n").count == 1)
        let picture = try DecodedImage(decoding: easel.contents(of: "star.webp"))
        #expect(picture.format == .webp)
        #expect(picture.image.width == 128 && picture.image.height == 128)

        #expect(!run.errors.contains("\u{1B}") && !run.errors.contains("\r") && !run.errors.contains("█"))
        let lines = run.errors.split(separator: "\n").map { $0.replacing(/\ \ [0-9.]+ s\/it, [0-9]+ s left/, with: "  … s/it, … left") }
        #expect(lines == [
            "Defaults of this model: CFG scale 4", "Compiling the text encoder for CPU", "Encoding the prompt", "Compiling the UNet for CPU", "Step 0/2",
            "Step 1/2  … s/it, … left",
            "Step 2/2  … s/it, … left", "Compiling the VAE for CPU", "Decoding",
        ])
    }

    @Test("the model's defaults stand for what is not said, and the picture tells the values that it was drawn with")
    func modelDefaults() async throws {
        let run = try await easel("generate", "a star", "--seed", "1", "--sampler", "Heun", "--output", "star.png", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.hasPrefix("Defaults of this model: 12 steps, CFG scale 4\n"))
        #expect(run.lastLine.contains(#""model_defaults":["steps","cfg_scale"]"#))
        let infotext = Infotext(parsing: try #require(DecodedImage(decoding: easel.contents(of: "star.png")).parameters))
        #expect(infotext["Steps"] == "12" && infotext["CFG scale"] == "4" && infotext["Sampler"] == "Heun")
    }

    @Test("--quiet writes nothing to standard error; the same seed draws the same picture; no picture is overwritten")
    func quiet() async throws {
        for _ in 1...2 {
            let run = try await easel("generate", "a star", "--seed", "1", "--steps", "1", "--quiet")
            #expect(run.exitCode == 0)
            #expect(run.errors == "")
        }
        #expect(try easel.files() == ["easel-1-2.png", "easel-1.png"])
        #expect(try easel.contents(of: "easel-1.png") == easel.contents(of: "easel-1-2.png"))
    }

    @Test("--quiet keeps warnings")
    func quietWarnings() async throws {
        let run = try await easel("generate", "a star <lora:nope:1>", "--seed", "1", "--steps", "1", "--quiet")
        #expect(run.exitCode == 0)
        #expect(run.errors.hasPrefix("Warning: ") && run.errors.contains("nope"), "\(run.errors)")
    }

    @Test("without a seed, two runs draw two pictures")
    func randomSeed() async throws {
        for _ in 1...2 {
            let run = try await easel("generate", "a star", "--steps", "1", "--width", "64", "--height", "64", "--quiet")
            #expect(run.exitCode == 0)
        }
        let names = try easel.files()
        #expect(names.count == 2 && !names.contains { $0.hasSuffix("-2.png") })
    }

    @Test("Ctrl-C ends it with 130 wherever it is, and no file is left", arguments: [
        "Compiling the text encoder", "Encoding the prompt", "Compiling the UNet", "Step 1/1000",
    ])
    func interrupted(at report: String) async throws {
        // Large enough that it cannot be nearly done by the time a busy machine lets this test see where it is.
        let run = try easel.start(["generate", "a star", "--steps", "1000", "--width", "256", "--height", "256", "--output", "pictures/"])
        #expect(try await run.hasReported(report))
        run.interrupt()
        let outcome = try await run.outcome()
        #expect(outcome.exitCode == 130)
        #expect(outcome.errors.hasSuffix("Interrupted.\n"))
        #expect(!outcome.errors.contains("Step 900/1000"))
        #expect(outcome.output == "")
        #expect(try easel.files(in: "pictures").isEmpty)
    }
}

/// What `--json` prints.
private struct Report: Decodable {
    let images: [String]
    let seeds: [UInt64]
    let model: String
    let tokens: Int
    let chunks: Int
    let device: [String: String]
    let precision: [String: String]
    let timings: Timings
    let peakMemoryBytes: Int

    struct Timings: Decodable {
        let load: Double
        let compile: [String: Double]
        let encode: Double
        let steps: [Double]
        let decode: Double
        let total: Double
    }

    private enum CodingKeys: String, CodingKey {
        case images, seeds, model, tokens, chunks, device, precision, timings
        case peakMemoryBytes = "peak_memory_bytes"
    }
}
