import ArgumentParser
import Compilation
import Diffusion
import Fidelity
import Generation

/// Times steps with several pictures at once.
struct BatchBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Times a step of the UNet with 1, 2, 4 and 8 pictures at once, as far as more are worth it.")

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(parsing: .upToNextOption, help: "Sides of the pictures in pixels.")
    var side = [128, 256]

    @Option(help: "Runs the UNet.")
    var device = "CPU"

    @Option(help: "In which precision.")
    var precision = "f32"

    func run() async throws {
        guard let precision = Precision(rawValue: precision) else { throw ValidationError("A precision is f32, bf16 or f16.") }
        let unet = Placement(device: device, precision: precision)
        let pipeline = try DiffusionPipeline(path: model, placements: PerStage(encode: .reference, denoise: unet, decode: .reference))
        for side in side {
            var request = GenerationRequest(prompt: Probe.prompt)
            (request.width, request.height) = (side, side)
            let began = ContinuousClock.now
            let table = try await pipeline.measureBatches(for: request)
            print("\(side)×\(side) on \(unet): \(table.usefulBatchSize) at once, measured in \((ContinuousClock.now - began).seconds) s")
            for row in table.rows { print("  batch \(row.batchSize): \(row.secondsPerPicture) s a step for each picture") }
        }
    }
}
