import Checkpoints
import Compilation
public import Diffusion
public import Generation
import GraphIR
import Networks
import Prompting
import Sampling
import Tensors

extension DiffusionPipeline {
    /// Measures steps of the UNet with one, two, four and eight pictures, where it runs now and with the shapes that it would draw them
    /// with.
    ///
    /// Two calls for each size, a few more where they are quick; nothing else should run meanwhile. What had to be compiled for it
    /// stays if it turns out to be useful.
    /// - Parameter request: whose size and prompts are measured; its own batch size does not matter.
    /// - Throws: `CancellationError`; `DiffusionError` when not even one picture can be drawn.
    public func measureBatches(for request: GenerationRequest) async throws -> BatchTable {
        let readyBefore = Set(await networks.readyKeys)
        var keys: [Int: CompileKey] = [:]
        let table = try await BatchTable.measured { batchSize in
            var request = request
            request.batchSize = batchSize
            let key = key(of: .denoiser, for: need(forShortPromptsOf: request))
            keys[batchSize] = key
            return try await secondsPerStep(of: network(.denoiser, shape: key.shape, reason: .batchTrial), request)
        }
        let useful = keys[table.usefulBatchSize]
        for key in Set(keys.values) where key != useful && !readyBefore.contains(key) { await networks.release(key) }
        return table
    }

    /// The least of a few calls, without the first one, which finds no memory of its shape ready.
    private func secondsPerStep(of network: CompiledNetwork, _ request: GenerationRequest) async throws -> Double {
        let shape = checkpoint.vae.configuration.latentShape(width: request.width, height: request.height)
        let latents = NaturalLatents.make(shape: shape, seed: 0)
        let call = SamplingRun.ModelCall(
            latents: .concatenated(.init(repeating: latents, count: request.batchSize)),
            timestep: Float(opened.objective.noiseSchedule.stepCount / 2))
        // What the texts say makes no difference; that they are two does.
        let context = NDArray(repeating: 0.1, shape: [1, tokens(of: network.key.shape), checkpoint.unet.configuration.crossAttentionWidth])
        let vector = network.width(ofInput: "vector").map { NDArray(repeating: 0.1, shape: [1, $0]) }
        let text = Conditioning(context: context, vectors: vector.map { ["vector": $0] } ?? [:])
        var predictor = try NoisePredictor(network, pictureCount: request.batchSize)
        var seconds: [Double] = []
        let began = ContinuousClock.now
        while seconds.count < 2 || (seconds.count < 6 && ContinuousClock.now - began < .seconds(1)) {
            let callBegan = ContinuousClock.now
            _ = try await predictor.predict(call, for: [text, text])
            seconds.append((ContinuousClock.now - callBegan).seconds)
        }
        return seconds.dropFirst().min() ?? 0
    }

    /// Positions of a text that the shape takes without a mask; one chunk where it takes any.
    private func tokens(of shape: InputShape) -> Int {
        if case .fixed(let tokens) = shape.tokens, !shape.hasContextMask { tokens } else { PromptChunk.length }
    }
}

extension MonitoredPipeline {
    /// Measures as `DiffusionPipeline` does, between pictures and probes.
    public func measureBatches(for request: GenerationRequest) async throws -> BatchTable {
        try await withTurn { try await pipeline.measureBatches(for: request) }
    }
}
