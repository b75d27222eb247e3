import Compilation
import Generation
import Sampling
import Tensors

/// Takes latents from noise to pictures: one run of the sampler, on one compiled denoiser.
struct DenoiseStage {
    let network: CompiledNetwork
    let plan: PromptPlan
    /// Gives the conditionings of all pictures at an evaluation.
    let conditionings: (_ evaluation: Int) -> [[Conditioning]]
    /// How the answers to prompt and negative prompt are put together.
    let guidance: Guidance
    /// The guidance that a denoiser is told that takes it as an input.
    let toldGuidance: Guidance

    /// - Parameter onStep: told of the run after each step, and of the seconds that the step took.
    /// - Returns: the finished latents.
    /// - Throws: `OpenVINOError`; `DiffusionError.nonFinite`.
    func run(_ start: SamplingRun, onStep: (SamplingRun, Double) async -> Void) async throws -> NDArray {
        var run = start
        var predictor = try NoisePredictor(network, pictureCount: plan.pictures.count, guidance: toldGuidance)
        var stepBegan = ContinuousClock.now
        while let call = run.nextCall {
            let stepsBefore = run.completedStepCount
            let answers = try await predictor.predict(call, forEach: conditionings(run.completedCallCount))
            run.accept(guided(answers))
            guard run.completedStepCount > stepsBefore else { continue }
            guard run.latents.isFinite else { throw DiffusionError.nonFinite(network.key) }
            let seconds = (ContinuousClock.now - stepBegan).seconds
            stepBegan = ContinuousClock.now
            await onStep(run, seconds)
        }
        return run.latents
    }

    /// Puts the answers together for the sampler.
    /// - Parameter answers: for each picture those to its texts, each `[1, channels, height, width]`.
    /// - Returns: `[pictures, channels, height, width]`.
    private func guided(_ answers: [[NDArray]]) -> NDArray {
        .concatenated(zip(plan.pictures, answers).map { picture, answers in
            guard picture.negative != nil else { return answers[0] }
            return guidance.combine(
                unconditional: answers[0], conditionals: zip(picture.parts, answers.dropFirst()).map { (weight: $0.weight, answer: $1) })
        })
    }
}
