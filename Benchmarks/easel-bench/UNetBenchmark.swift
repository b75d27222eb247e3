import ArgumentParser
import Checkpoints
import Compilation
import Diffusion
import FoundationEssentials
import Generation
import GraphIR
import Networks
import OpenVINO
import Tensors

/// Times UNet calls four ways, in turn, so that a slow minute of the machine hits all of them.
struct UNetBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unet",
        abstract:
            "Times a checkpoint's UNet: inside Easel, called bare, and compiled for one fixed shape, with and without room for four chunks."
    )

    @Argument(help: "A checkpoint.")
    var model: String

    @Option(help: "In pixels.")
    var width = 256

    @Option(help: "In pixels.")
    var height = 256

    @Option(help: "Calls of each kind that are counted.")
    var calls = 12

    private static let callsPerRound = 4

    func run() async throws {
        let core = try Core()
        let checkpoint = try Checkpoint.open(model)
        let placement = Placement(device: "CPU", precision: .f32)
        let latents = [2, 4, height / checkpoint.vae.configuration.scaleFactor, width / checkpoint.vae.configuration.scaleFactor]

        let anyShape = try await NetworkCompiler(core: core, source: checkpoint).compile(.denoiser, at: placement)
        let oneShape = try await NetworkCompiler(core: core, source: checkpoint).compile(
            .denoiser, at: placement,
            shape: InputShape(batch: .fixed(2), height: .fixed(latents[2]), width: .fixed(latents[3]), tokens: .fixed(77)))
        let fourChunks = try await NetworkCompiler(core: core, source: checkpoint).compile(
            .denoiser, at: placement,
            shape: InputShape(
                batch: .fixed(2), height: .fixed(latents[2]), width: .fixed(latents[3]), tokens: .fixed(4 * 77), hasContextMask: true))
        let pipeline = try DiffusionPipeline(path: model, placements: PerStage(repeating: placement))

        var report = Report(compile: ["dynamic": anyShape.seconds, "static": oneShape.seconds, "masked": fourChunks.seconds])
        // The first round warms up.
        for round in 0...(calls + Self.callsPerRound - 1) / Self.callsPerRound {
            let inside = try await callsInside(pipeline)
            let bare = try callsBare(anyShape.model, latents: latents, width: checkpoint.unet.configuration.crossAttentionWidth)
            let fixed = try callsBare(oneShape.model, latents: latents, width: checkpoint.unet.configuration.crossAttentionWidth)
            let masked = try callsBare(
                fourChunks.model, latents: latents, width: checkpoint.unet.configuration.crossAttentionWidth, capacity: 4)
            guard round > 0 else { continue }
            report.inside += inside
            report.bare += bare
            report.static += fixed
            report.masked += masked
        }
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }

    /// Seconds of each step of a generation: a UNet call of batch 2, guidance and the sampler's arithmetic.
    private func callsInside(_ pipeline: DiffusionPipeline) async throws -> [Double] {
        var request = GenerationRequest(prompt: "a lighthouse at dusk")
        request.width = width
        request.height = height
        // One more: the first step of a generation finds no memory of its shape ready.
        request.steps = Self.callsPerRound + 1
        return try await Array(pipeline.generate(request) { _ in }.timings.steps.dropFirst())
    }

    /// Seconds of each call of a compiled UNet with inputs that stay as they are.
    /// - Parameter capacity: chunks, of which one is there; nil for one chunk without a mask.
    private func callsBare(_ model: CompiledModel, latents: [Int], width: Int, capacity: Int? = nil) throws -> [Double] {
        var request = try model.makeInferRequest()
        try request.setInput("latents", to: NDArray(repeating: 0.5, shape: latents))
        try request.setInput("timestep", to: NDArray(repeating: 500, shape: [1]))
        try request.setInput("context", to: NDArray(repeating: 0.1, shape: [latents[0], 77 * (capacity ?? 1), width]))
        if let capacity {
            let mask = (0..<latents[0]).flatMap { _ in (0..<77 * capacity).map { $0 < 77 ? Float(0) : -10_000 } }
            try request.setInput("context_mask", to: NDArray(shape: [latents[0], 1, 1, 77 * capacity], values: mask))
        }
        try request.inferBlocking()
        return try (0..<Self.callsPerRound).map { _ in
            let began = ContinuousClock.now
            try request.inferBlocking()
            return (ContinuousClock.now - began).seconds
        }
    }
}

/// Seconds, printed as one JSON object.
private struct Report: Encodable {
    var inside: [Double] = []
    var bare: [Double] = []
    var `static`: [Double] = []
    /// One shape, with room for four chunks.
    var masked: [Double] = []
    var compile: [String: Double]
}
