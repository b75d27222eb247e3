import ArgumentParser
import Checkpoints
import Compilation
import Diffusion
import Generation

/// Times steps with LoRAs beside steps without.
struct LoRABenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lora",
        abstract: "Times a UNet's calls with LoRAs as a ratio of those without, and what changing them costs.",
        discussion: "easel-bench lora model.safetensors --loras folder \"<lora:a:0.8>\" \"<lora:a:0.8><lora:b:0.5>\"")

    @Argument(help: "A checkpoint.")
    var model: String

    @Argument(help: "Tags, one argument for each set of LoRAs.")
    var tags: [String]

    @Option(help: "The folder of the LoRAs.")
    var loras: String

    @Option(help: "Side of the pictures in pixels.")
    var side = 512

    @Option(help: "Rounds; in each, one picture is drawn without LoRAs and one with each set.")
    var rounds = 5

    @Option(help: "Steps of each picture.")
    var steps = 3

    func run() async throws {
        let pipeline = try DiffusionPipeline(
            path: model, placements: PerStage(repeating: .reference), resources: PromptResources(loras: LoRALibrary(folders: [loras])))
        let sets = [""] + tags
        var seconds = [[Double]](repeating: [], count: sets.count)
        for round in 0...rounds {
            for (index, tags) in sets.enumerated() {
                var request = GenerationRequest(prompt: "a lighthouse at dusk" + tags)
                (request.width, request.height, request.steps) = (side, side, steps)
                let began = ContinuousClock.now
                let result = try await pipeline.generate(request) { _ in }
                let total = (ContinuousClock.now - began).seconds
                if round == 0 {
                    let compiles = result.compiles.map { "\($0.stage.rawValue) \($0.reason.rawValue) \($0.seconds.rounded(to: 2)) s" }
                    print("\(tags.isEmpty ? "none" : tags): first picture \(total.rounded(to: 2)) s, compiles: \(compiles)")
                    for warning in result.warnings { print("  \(warning)") }
                } else {
                    // The first call of a run also takes in what the LoRAs are.
                    seconds[index] += result.timings.steps.dropFirst()
                }
            }
        }
        let base = seconds[0].median
        for (tags, own) in zip(sets, seconds) {
            print("\(tags.isEmpty ? "none" : tags): \(own.median.rounded(to: 4)) s a call, ratio \((own.median / base).rounded(to: 3))")
        }
    }
}

extension [Double] {
    fileprivate var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Double {
    fileprivate func rounded(to digits: Int) -> Double {
        let unit = (0..<digits).reduce(1.0) { unit, _ in unit * 10 }
        return (self * unit).rounded() / unit
    }
}
