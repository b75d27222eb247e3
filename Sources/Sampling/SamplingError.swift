public import Generation

/// Why a picture cannot be sampled as asked.
public enum SamplingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sampler cannot take this many steps; `limit` is the most that it can with the model at hand.
    case stepCount(Int, sampler: Sampler, limit: Int)
    /// A checkpoint's scheduler describes no usable way from picture to noise.
    case noiseSchedule(trainStepCount: Int, betaStart: Double, betaEnd: Double)

    public var description: String {
        switch self {
        case .stepCount(let count, _, _) where count < 1:
            "\(count) steps make no picture. Use at least 1."
        case .stepCount(let count, let sampler, let limit):
            "\(count) steps are more than the \(limit) that sampler \(sampler.rawValue) can take with this model. Use 1 to \(limit)."
        case .noiseSchedule(let trainStepCount, let betaStart, let betaEnd):
            """
            The scheduler configuration asks for \(trainStepCount) training steps with beta from \(betaStart) to \(betaEnd). \
            There must be 2 to \(NoiseSchedule.maximumTrainStepCount) steps, beta must lie between 0 and 1, and some signal must \
            be left at the end. \
            Correct scheduler_config.json.
            """
        }
    }
}
