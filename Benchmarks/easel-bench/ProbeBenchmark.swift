import ArgumentParser
import Compilation
import Diffusion
import Fidelity
import Generation
import OpenVINO

/// Times what it costs to look after a device, in steps of a picture.
struct ProbeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Times probes of a checkpoint's networks against the UNet's steps at 256×256, on the device and on the reference.")

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(help: "Runs the UNet.")
    var device = "CPU"

    @Option(help: "In which precision.")
    var precision = "bf16"

    func run() async throws {
        guard let precision = Precision(rawValue: precision) else { throw ValidationError("A precision is f32, bf16 or f16.") }
        let networks = CompiledNetworks(core: try Core())
        let reference = try DiffusionPipeline(path: model, placements: PerStage(repeating: .reference), networks: networks)
        let pipeline = try DiffusionPipeline(
            path: model,
            placements: PerStage(encode: .reference, denoise: Placement(device: device, precision: precision), decode: .reference),
            networks: networks)

        let (referenceStep, step) = (try await Self.step(on: reference), try await Self.step(on: pipeline))
        print("A step at 256×256: \(step) s on \(pipeline.placements.denoise), \(referenceStep) s on the reference.")
        print("Three of each: \(3 * (step + referenceStep)) s. A probe of all networks takes:")
        let probe = Probe(pipeline, keepsReferenceNetworks: true)
        for (words, prompt) in [
            ("  s for the first time", "a lighthouse at dusk"), ("  s again, with another prompt", "a castle on a hill"),
            ("  s again, with the same prompt: the device's calls only", "a castle on a hill"),
        ] {
            var seconds = PerStage(repeating: 0.0)
            for key in pipeline.keys(for: pipeline.need(forShortPromptsOf: Self.request)) {
                let network = try await pipeline.network(key.network, shape: key.shape)
                let began = ContinuousClock.now
                _ = try await probe.fidelity(of: network, prompt: prompt)
                seconds[key.stage] += (ContinuousClock.now - began).seconds
            }
            let total = Stage.allCases.reduce(0) { $0 + seconds[$1] }
            let parts = Stage.allCases.map { "\($0.label) \(seconds[$0])" }.joined(separator: ", ")
            print("  \(total)\(words) (\(parts))")
        }
    }

    private static var request: GenerationRequest {
        var request = GenerationRequest(prompt: Probe.prompt)
        (request.width, request.height, request.steps) = (256, 256, 5)
        return request
    }

    /// Seconds, without the first step, which finds no memory of its shape ready.
    private static func step(on pipeline: DiffusionPipeline) async throws -> Double {
        try await pipeline.generate(request) { _ in }.timings.steps.dropFirst().min() ?? 0
    }
}
