import Compilation
import OpenVINO
import Sampling
import Tensors

/// What the UNet is told to draw, and not to draw.
struct Conditioning: Sendable {
    /// The prompt's embeddings, `[1, 77·chunks, width]`.
    let positive: NDArray
    /// The negative prompt's; nil when guidance is off.
    let negative: NDArray?
    let cfgScale: Float
}

/// Asks the UNet about a batch of latents, with classifier-free guidance.
///
/// When both prompts have the same number of tokens, one call of twice the batch serves both; otherwise each has a call
/// of its own, so that no prompt attends to another's padding.
struct NoisePredictor: ~Copyable {
    private var first: UNetCall
    private var second: UNetCall?
    private let guidance: Guidance
    /// Both halves come out of `first`.
    private let isJoined: Bool

    /// - Parameter batch: pictures that are drawn at once.
    init(_ network: CompiledNetwork, _ conditioning: Conditioning, batch: Int) throws(OpenVINOError) {
        let (positive, negative) = (conditioning.positive, conditioning.negative)
        let isJoined = negative?.shape == positive.shape
        let contexts = if let negative { isJoined ? [negative, positive] : [negative] } else { [positive] }
        let first = try UNetCall(network.model, contexts: contexts, batch: batch)
        let second = negative == nil || isJoined ? nil : try UNetCall(network.model, contexts: [positive], batch: batch)
        self.first = first
        self.second = second
        self.guidance = Guidance(scale: conditioning.cfgScale)
        self.isJoined = isJoined
    }

    /// - Parameter call: latents of as many pictures as were given at `init`.
    /// - Returns: the UNet's answer after guidance, in the shape of the latents.
    mutating func predict(_ call: SamplingRun.ModelCall) async throws(OpenVINOError) -> NDArray {
        var answer = try await first.run(call)
        if isJoined {
            let batch = call.latents.shape[0]
            return guidance.combine(unconditional: answer.slice(0..<batch), conditional: answer.slice(batch..<2 * batch))
        }
        if let conditional = try await second?.run(call) {
            answer = guidance.combine(unconditional: answer, conditional: conditional)
        }
        return answer
    }
}

/// An inference request of the UNet with its context in place.
private struct UNetCall: ~Copyable {
    private var request: InferRequest
    private let copies: Int

    /// - Parameter contexts: the latents are repeated for each, and each for every picture of the batch.
    init(_ model: CompiledModel, contexts: [NDArray], batch: Int) throws(OpenVINOError) {
        var request = try model.makeInferRequest()
        try request.setInput("context", to: .concatenated(contexts.flatMap { Array(repeating: $0, count: batch) }))
        self.request = request
        copies = contexts.count
    }

    mutating func run(_ call: SamplingRun.ModelCall) async throws(OpenVINOError) -> NDArray {
        try request.setInput("latents", to: .concatenated(Array(repeating: call.latents, count: copies)))
        try request.setInput("timestep", to: NDArray(shape: [1], values: [call.timestep]))
        try await request.infer()
        return try request.output("noise")
    }
}
