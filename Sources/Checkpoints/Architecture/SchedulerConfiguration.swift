/// How a checkpoint was trained to be denoised, in the terms of diffusers' `scheduler_config.json`.
public struct SchedulerConfiguration: Sendable, Hashable {
    /// The meaning of the UNet's output.
    public enum Prediction: String, Sendable {
        case epsilon, velocity = "v_prediction", sample

        /// Reads what people and tools write: `v`, `v_prediction`, `v-pred`, `eps`, `epsilon`, `x0`, in any case.
        public init?(spelling: String) {
            switch spelling.lowercased().filter({ $0.isLetter || $0.isNumber }) {
            case "epsilon", "eps", "noise", "epsilonprediction", "epsprediction", "epsilonpred", "epspred": self = .epsilon
            case "v", "vprediction", "vpred", "velocity": self = .velocity
            case "sample", "x0", "x0prediction", "sampleprediction": self = .sample
            default: return nil
            }
        }

        /// As the original release's files write it behind `parameterization:`.
        var sidecarSpelling: String {
            switch self {
            case .epsilon: "eps"
            case .velocity: "v"
            case .sample: "x0"
            }
        }
    }
    /// How β grows from step to step: `scaled_linear` means that √β grows linearly.
    public enum BetaSchedule: String, Sendable { case linear, scaledLinear = "scaled_linear" }

    /// The meaning of the UNet's output.
    public var prediction = Prediction.epsilon
    /// Steps of the noise schedule that the model was trained with.
    public var trainStepCount = 1000
    /// Variance of the noise that the first training step adds.
    public var betaStart = 0.00085
    /// Variance of the noise that the last training step adds.
    public var betaEnd = 0.012
    /// How β grows between its ends.
    public var betaSchedule = BetaSchedule.scaledLinear
    /// Added to each timestep of DDIM's "leading" spacing.
    public var stepsOffset = 1
    /// After the last DDIM step the signal is taken to be 1 rather than that of timestep 0.
    public var setsFinalAlphaToOne = false
    /// The noise schedule was stretched so that the last step keeps nothing of the picture (`rescale_betas_zero_snr`).
    public var rescalesToZeroTerminalSNR = false

    /// Stable Diffusion 1's training.
    public init() {}
}
