import ArgumentParser
import Compilation
import Diffusion
import FoundationEssentials
import Generation
import OpenVINO

/// Counts what a long run compiles whose prompts and sizes jump about.
struct ShapesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shapes",
        abstract:
            "Draws with prompts of 10 to 220 tokens at one size, then at three other sizes twice round, and counts the UNet's compiles.")

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(help: "Pictures at the first size.")
    var pictures = 40

    @Option(help: "Side of the pictures in pixels; others are this and a quarter more or less.")
    var side = 128

    func run() async throws {
        var report: [String: Counts] = [:]
        for policy in [ShapePolicy.static, .dynamic] {
            let pipeline = try DiffusionPipeline(
                path: model, placements: PerStage(repeating: .reference),
                shapes: ShapePlan(policies: PerStage(encode: .auto, denoise: policy, decode: policy)))
            var lengths = SystemRandomNumberGenerator()
            for _ in 0..<pictures {
                try await draw(
                    pipeline, width: side, height: side,
                    tokens: (.random(in: 10...220, using: &lengths), .random(in: 10...220, using: &lengths)))
            }
            let atOneSize = await pipeline.networks.compileCounts.denoise
            let quarter = side / 4 / 8 * 8
            for _ in 0..<2 {
                for (width, height) in [(side + quarter, side), (side, side + quarter), (side - quarter, side)] {
                    try await draw(pipeline, width: width, height: height, tokens: (40, 120))
                }
            }
            report[policy.rawValue] = Counts(oneSize: atOneSize, otherSizes: await pipeline.networks.compileCounts.denoise - atOneSize)
        }
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }

    /// - Parameter tokens: of the prompt and of the negative prompt.
    private func draw(_ pipeline: DiffusionPipeline, width: Int, height: Int, tokens: (Int, Int)) async throws {
        // "star" is one token.
        var request = GenerationRequest(prompt: Array(repeating: "star", count: tokens.0).joined(separator: " "))
        request.negativePrompt = Array(repeating: "star", count: tokens.1).joined(separator: " ")
        (request.width, request.height, request.steps) = (width, height, 1)
        _ = try await pipeline.generate(request) { _ in }
    }

    private struct Counts: Encodable {
        let oneSize: Int
        let otherSizes: Int
    }
}
