/// The task that a model was trained for, as far as a sampler has to know.
public struct Objective: Sendable, Equatable {
    /// The meaning of the model's output, for input of unit variance `√ᾱ · x₀ + √(1 − ᾱ) · ε`.
    public enum Prediction: Sendable {
        /// The noise ε.
        case epsilon
        /// The velocity `√ᾱ · ε − √(1 − ᾱ) · x₀`.
        case velocity
        /// The picture x₀.
        case sample
    }

    /// The noise levels of the training steps.
    public var noiseSchedule: NoiseSchedule
    /// The meaning of the model's output.
    public var prediction: Prediction
    /// Added to each timestep of DDIM; diffusers' `steps_offset`.
    public var stepsOffset: Int
    /// Whether the last step of DDIM ends at no noise at all rather than at that of training step 0; diffusers' `set_alpha_to_one`.
    public var setsFinalAlphaToOne: Bool
    /// The tables of the schedule Align Your Steps.
    public var alignedSteps: AlignedSteps

    /// Makes an objective; the defaults are those of Stable Diffusion 1.x.
    public init(
        noiseSchedule: NoiseSchedule, prediction: Prediction, stepsOffset: Int = 1, setsFinalAlphaToOne: Bool = false,
        alignedSteps: AlignedSteps = .sd1
    ) {
        self.noiseSchedule = noiseSchedule
        self.prediction = prediction
        self.stepsOffset = stepsOffset
        self.setsFinalAlphaToOne = setsFinalAlphaToOne
        self.alignedSteps = alignedSteps
    }
}
