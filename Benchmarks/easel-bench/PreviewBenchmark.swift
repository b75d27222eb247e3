import ArgumentParser
import Compilation
import Diffusion
import Generation
import Synchronization

/// Times what a preview adds to a step.
struct PreviewBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Times previews: from the end of a step until its previews are there, and decoding to learn their colours.")

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(help: "Side of the pictures in pixels.")
    var side = 512

    @Option(help: "Pictures in a batch.")
    var batch = 1

    func run() async throws {
        let pipeline = try DiffusionPipeline(path: model, placements: PerStage(repeating: .reference))
        _ = try await pipeline.network(.decoder)
        for words in ["the first picture of a checkpoint", "later pictures"] {
            let times = Mutex<(step: ContinuousClock.Instant, milliseconds: [Double])>((.now, []))
            var request = GenerationRequest(prompt: "a lighthouse at dusk")
            (request.width, request.height, request.batchSize, request.steps) = (side, side, batch, 3)
            let result = try await pipeline.generate(request, previews: PreviewSchedule(everySteps: 1)) { event in
                times.withLock { times in
                    switch event {
                    case .denoising: times.step = .now
                    case .preview: times.milliseconds.append((ContinuousClock.now - times.step).seconds * 1000)
                    default: break
                    }
                }
            }
            print("\(words): \(times.withLock { $0.milliseconds }) ms; steps of \(result.timings.steps) s")
        }
    }
}
