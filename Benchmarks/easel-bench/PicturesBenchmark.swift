import ArgumentParser
import Compilation
import Diffusion
import FoundationEssentials
import Generation
import ImageCodecs

/// Times whole pictures, one after another in one process: what a server's answers are compared with.
struct PicturesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures", abstract: "Times pictures from the request to the PNG, after a first one that compiles; prints the seconds of each.")

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(help: "Pictures that are timed.")
    var pictures = 10

    @Option(help: "Side of the pictures in pixels.")
    var side = 256

    @Option(help: "Steps of each picture.")
    var steps = 20

    func run() async throws {
        let pipeline = try DiffusionPipeline(path: model, placements: PerComponent(repeating: .reference))
        var seconds: [Double] = []
        for index in 0...pictures {
            // Each with a prompt of its own, which has to be encoded.
            var request = GenerationRequest(prompt: "a red apple number \(index)")
            (request.width, request.height, request.steps, request.seed) = (side, side, steps, UInt64(index))
            let began = ContinuousClock.now
            let result = try await pipeline.generate(request) { _ in }
            _ = try result.images[0].encoded(as: .png, quality: 90, parameters: "")
            if index > 0 { seconds.append((ContinuousClock.now - began).seconds) }
        }
        print(String(decoding: try JSONEncoder().encode(seconds), as: UTF8.self))
    }
}
