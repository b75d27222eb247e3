import Tensors

/// A sampler's numerical method: at which noise levels it asks the model, and how it moves on from each answer.
protocol SamplingMethod: Sendable {
    /// One entry for each time that the model is asked.
    var evaluations: [Evaluation] { get }
    /// The standard deviation of the noise that it starts from.
    var initialNoise: Float { get }

    /// Moves to the latents of the next evaluation, or to the result after the last one.
    /// - Parameters:
    ///   - latents: where the model was asked.
    ///   - denoised: the estimate of x₀ there.
    ///   - step: the step that the evaluation belongs to.
    ///   - noise: for the methods that add some.
    mutating func advance(_ latents: NDArray, denoised: NDArray, step: Int, noise: inout BatchNoise) -> NDArray
}

/// A point at which the model is asked.
struct Evaluation: Sendable, Equatable {
    let level: NoiseLevel
    /// Counted from 0.
    let step: Int
}

extension [Evaluation] {
    /// One evaluation at the start of each step from one σ to the next.
    init(sigmas: [Float], in schedule: NoiseSchedule) {
        self = sigmas.dropLast().enumerated().map { step, sigma in
            Evaluation(level: NoiseLevel(sigma: sigma, in: schedule), step: step)
        }
    }

    /// One evaluation at each of the training steps.
    init(timesteps: [Int], in schedule: NoiseSchedule) {
        self = timesteps.enumerated().map { step, timestep in
            Evaluation(level: NoiseLevel(timestep: timestep, in: schedule), step: step)
        }
    }
}
