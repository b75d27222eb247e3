/// Why a picture cannot be sampled as asked.
public enum SamplingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sampler cannot take this many steps.
    case stepCount(Int, sampler: Sampler, range: ClosedRange<Int>)
    /// The least and the greatest noise level that a schedule is to have are out of order.
    case sigmas(least: Float, greatest: Float)
    /// A checkpoint's scheduler describes no usable way from picture to noise.
    case noiseSchedule(trainStepCount: Int, betaStart: Double, betaEnd: Double)

    public var description: String {
        switch self {
        case .stepCount(let count, _, _) where count < 1:
            "\(count) steps make no picture. Use at least 1."
        case .stepCount(let count, let sampler, let range) where count < range.lowerBound:
            """
            \(count) steps are fewer than the \(range.lowerBound) that sampler \(sampler.name) needs. \
            Use \(range.lowerBound) to \(range.upperBound).
            """
        case .stepCount(let count, let sampler, let range):
            """
            \(count) steps are more than the \(range.upperBound) that sampler \(sampler.name) can take with this model. \
            Use \(range.lowerBound) to \(range.upperBound).
            """
        case .sigmas(let least, let greatest):
            """
            The least noise level of the schedule, \(least), is not below the greatest, \(greatest). Leave sigma_min and sigma_max out, \
            or use a smaller sigma_min or a larger sigma_max.
            """
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
