import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

@Suite("easel verify")
struct VerifyTests {
    let easel: Easel

    init() throws { easel = try Easel() }

    /// The parts of `--json` that are looked at.
    private struct Report: Decodable {
        struct Row: Decodable {
            struct Distance: Decodable { let relative_error: Double }
            let component: String
            let device: String
            let precision: String
            let distance: Distance
            let speed_ratio: Double
        }

        let components: [Row]
        let comparison: String
        let within_bounds: Bool
        let verdict: String
    }

    @Test("fixed shapes agree with the reference's dynamic ones; the pictures stand side by side in a file")
    func agreement() async throws {
        let run = try await easel(
            "verify", "--device", "CPU", "--precision", "accuracy", "--shapes", "static", "--size", "96x64", "--steps", "2", "--json",
            "--output", "both.png")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(run.lastLine.utf8))
        #expect(report.components.map(\.component) == ["text_encoder", "unet", "vae"])
        #expect(report.components.allSatisfy { $0.device == "CPU" && $0.precision == "f32" && $0.speed_ratio > 0 })
        // Sums in another order.
        #expect(report.components.allSatisfy { $0.distance.relative_error < 1e-4 })
        #expect(report.within_bounds)
        #expect(report.verdict == "Within bounds.")
        #expect(report.comparison == "\(easel.folder.path)/both.png")
        let image = try DecodedImage(decoding: easel.contents(of: report.comparison)).image
        #expect((image.width, image.height) == (3 * 96, 64))
    }

    @Test("LoRAs of the prompt are in both pictures")
    func loras() async throws {
        let tiny = TinyCheckpoint.sd1()
        let path = try tiny.writeSingleFile(in: easel.folder)
        _ = try TinyLoRA(for: tiny).write(in: easel.folder, name: "linear")
        func verify(_ prompt: String) async throws -> (Report, [UInt8]) {
            let run = try await easel(
                "verify", "--model", path, "--device", "CPU", "--precision", "f32", "--shapes", "static", "--size", "64", "--steps", "1",
                "--prompt", prompt, "--loras", easel.folder.path, "--json")
            #expect(run.exitCode == 0, "\(run.errors)")
            let report = try JSONDecoder().decode(Report.self, from: Data(run.lastLine.utf8))
            return (report, try easel.contents(of: report.comparison))
        }
        let (report, pictures) = try await verify("a star <lora:linear:0.8>")
        #expect(report.within_bounds && report.components.allSatisfy { $0.distance.relative_error < 1e-4 })
        #expect(try await verify("a star").1 != pictures)
    }

    @Test("without --json there is a table, a verdict and the file's path; noughts are explained")
    func table() async throws {
        let run = try await easel("verify", "--device", "CPU", "--precision", "f32", "--size", "64", "--steps", "1", "--quiet")
        #expect(run.exitCode == 0)
        #expect(run.errors.isEmpty)
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("COMPONENT") == true)
        for (line, component) in zip(lines.dropFirst(), ["text encoder", "UNet", "VAE"]) {
            #expect(line.hasPrefix("\(component) ") && line.contains(" 0 % "))
        }
        #expect(run.output.contains("there is nothing to compare"))
        #expect(run.output.contains("Pictures: equal"))
        #expect(run.output.contains("Within bounds."))
        #expect(lines.last?.hasSuffix("easel-verify.png") == true)
        #expect(try easel.files().contains("easel-verify.png"))
    }

    @Test("outside the bounds the exit code is 1")
    func outside() async throws {
        // Sums in another order are more than that off.
        let run = try await easel(
            "verify", "--device", "CPU", "--precision", "f32", "--shapes", "static", "--size", "64", "--steps", "1", "--quiet",
            environment: ["EASEL_FIDELITY_BOUND_UNET": "0.000000001"])
        #expect(run.exitCode == 1)
        #expect(run.errors.isEmpty)
        #expect(run.output.contains("The UNet on CPU in f32 is off by"), "\(run.output)")
    }

    @Test("what cannot be verified ends with the exit code that fits", arguments: [
        (["--size", "500"], 64, "not a multiple of 8"), (["--size", "big"], 64, "--size"), (["--device", "GPU.7"], 69, "GPU.7"),
        (["--model", "nosuch"], 65, "nosuch"), (["--output", "picture.gif"], 74, "picture.gif"),
    ] as [([String], Int32, String)])
    func refusals(arguments: [String], exitCode: Int32, words: String) async throws {
        let run = try await easel.start(["verify"] + arguments).outcome()
        #expect(run.exitCode == exitCode)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
