public import Sampling

extension SamplingError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .stepCount(let count, let sampler, let range):
            ErrorReason(.stepsOfSampler, [
                "value": .init(count), "min": .init(range.lowerBound), "max": .init(range.upperBound), "sampler": .init(sampler.name),
            ])
        case .sigmas(let least, let greatest): ErrorReason(.sigmasOutOfOrder, ["least": .init(least), "greatest": .init(greatest)])
        case .noiseSchedule: .damagedFile("scheduler_config.json", detail: description)
        }
    }
}
