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
        if let factors = stage.factors, factors.varies, !factors.differByPart {
            try predictor.setStrengths(atStep: step(of: call).index, of: step(of: call).count)
        }
        var texts = stage.conditionings(call.index)
        let skips = stage.guidance.skips(call)
        if skips { texts = zip(pictures, texts).map { $0.negative == nil ? $1 : Array($1.dropFirst()) } }
        let answers = stage.factors?.differByPart == true
            ? try await answersByPart(call, texts, isWithoutNegative: skips) : try await predictor.predict(call, forEach: texts)
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

    /// The step that a call belongs to, from 0, and the number of all steps.
    private func step(of call: SamplingRun.ModelCall) -> (index: Double, count: Int) {
        // The last step of most samplers of second order is a single call.
        (Double(call.index / stage.callsPerStep), (call.count + stage.callsPerStep - 1) / stage.callsPerStep)
    }

    /// Asks about the texts of each part with the strengths of its own LoRAs: a strength is one number for a whole call.
    /// - Parameters:
    ///   - texts: for each picture those of its slots.
    ///   - isWithoutNegative: the negative prompt is not among the texts.
    private func answersByPart(
        _ call: SamplingRun.ModelCall, _ texts: [[Conditioning]], isWithoutNegative: Bool
    ) async throws -> [[NDArray]] {
        guard let factors = stage.factors else { return [] }
        let parts = stage.pictures.map { picture in
            (isWithoutNegative ? picture.parts : picture.slots).map(\.part)
        }
        var answers = texts.map { [NDArray?](repeating: nil, count: $0.count) }
        for part in parts.flatMap(\.self).withoutRepetitions {
            try predictor.setStrengths(of: factors.acting(on: part), atStep: step(of: call).index, of: step(of: call).count)
            let own = parts.map { parts in parts.indices.filter { parts[$0] == part } }
            let told = try await predictor.predict(call, forEach: zip(texts, own).map { texts, own in own.map { texts[$0] } })
            for (picture, own) in own.enumerated() {
                for (index, text) in own.enumerated() { answers[picture][text] = told[picture][index] }
            }
        }
        return answers.map { $0.compactMap(\.self) }
    }
}
