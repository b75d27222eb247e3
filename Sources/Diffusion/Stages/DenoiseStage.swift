import Compilation
import Generation
import Sampling
import Tensors

/// Takes latents from noise to pictures: one run of the sampler, on one compiled denoiser.
struct DenoiseStage {
    let network: CompiledNetwork
    /// The changes that LoRAs make; nil for none.
    var factors: SlotFactors?
    /// Calls of a step, as the sampler takes them mostly.
    var callsPerStep = 1
    let pictures: ArraySlice<PromptPlan.Picture>
    /// Gives the conditionings of all pictures at an evaluation, which may come after those that were planned.
    let conditionings: (_ evaluation: Int) -> [[Conditioning]]
    /// How the answers to prompt and negative prompt are put together.
    let guidance: Guidance
    /// The guidance that a denoiser is told that takes it as an input.
    let toldGuidance: Guidance
    /// Channels that an inpainting denoiser takes behind the latents, `[pictures, 5, height, width]`; nil for all others.
    var extraChannels: NDArray?

    /// - Parameter onCall: told of the run after each call of the denoiser, and of the seconds that it took.
    /// - Returns: the finished latents.
    /// - Throws: `OpenVINOError`; `DiffusionError.nonFinite`.
    func run(_ sampling: SamplingRun, onCall: @escaping (SamplingRun.Progress, Double) async -> Void) async throws -> NDArray {
        let denoiser = GuidedDenoiser(self, try NoisePredictor(
            network, pictureCount: pictures.count, guidance: toldGuidance, extraChannels: extraChannels, factors: factors))
        let latents = try await sampling.latents(
            onCall: { await onCall($0, denoiser.secondsOfLastCall()) }, { try await denoiser.answer($0) })
        guard latents.isFinite else { throw DiffusionError.nonFinite(network.key) }
        return latents
    }
}

/// The model as a sampler sees it: a denoiser with its texts, under guidance. Belongs to one run.
private final class GuidedDenoiser {
    private let stage: DenoiseStage
    private var predictor: NoisePredictor
    private var callBegan = ContinuousClock.now

    init(_ stage: DenoiseStage, _ predictor: consuming NoisePredictor) {
        self.stage = stage
        self.predictor = predictor
    }

    /// Seconds since the last call was told, with the sampler's own arithmetic.
    func secondsOfLastCall() -> Double {
        defer { callBegan = ContinuousClock.now }
        return (ContinuousClock.now - callBegan).seconds
    }

    func answer(_ call: SamplingRun.ModelCall) async throws -> SamplingRun.ModelAnswer {
        let pictures = stage.pictures
        if stage.factors?.varies == true {
            // The last step of most samplers of second order is a single call.
            let (calls, count) = (stage.callsPerStep, (call.count + stage.callsPerStep - 1) / stage.callsPerStep)
            try predictor.setStrengths(atStep: Double(call.index / calls), of: count)
        }
        var texts = stage.conditionings(call.index)
        let skips = stage.guidance.skips(call)
        if skips { texts = zip(pictures, texts).map { $0.negative == nil ? $1 : Array($1.dropFirst()) } }
        let answers = try await predictor.predict(call, forEach: texts)
        let guided: [NDArray] = zip(pictures, answers).map { picture, answers in
            if picture.negative == nil { return answers[0] }
            let parts = skips ? answers[...] : answers.dropFirst()
            return stage.guidance.combine(
                unconditional: skips ? nil : answers[0], conditionals: zip(picture.parts, parts).map { (weight: $0.weight, answer: $1) })
        }
        let output = NDArray.concatenated(guided)
        guard output.isFinite else { throw DiffusionError.nonFinite(stage.network.key) }
        let keepsUnconditional = stage.guidance.keepsUnconditional && !skips
        return .init(output, unconditional: keepsUnconditional ? .concatenated(answers.map { $0[0] }) : nil)
    }
}
