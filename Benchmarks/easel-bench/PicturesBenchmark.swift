import ArgumentParser
import Compilation
import Diffusion
import FoundationEssentials
import Generation
import Glibc
import ImageCodecs

/// Times whole pictures in one process, each when it is asked for: what a server's answers are compared with, taking turns.
struct PicturesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures",
        abstract: "Draws a picture for each line of standard input, and prints its seconds from the request to the PNG.")

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(help: "Side of the pictures in pixels.")
    var side = 256

    @Option(help: "Steps of each picture.")
    var steps = 20

    func run() async throws {
        let pipeline = try DiffusionPipeline(path: model, placements: PerStage(repeating: .reference))
        var index = 0
        while readLine() != nil {
            // Each with a prompt of its own, which has to be encoded.
            var request = GenerationRequest(prompt: "a red apple number \(index)")
            (request.width, request.height, request.steps, request.seed) = (side, side, steps, UInt64(index))
            let began = ContinuousClock.now
            let result = try await pipeline.generate(request) { _ in }
            _ = try result.images[0].encoded(as: .png, quality: 90, parameters: "")
            print((ContinuousClock.now - began).seconds)
            // Whoever asked waits for it at the other end of a pipe.
            fflush(nil)
            index += 1
        }
    }
}
