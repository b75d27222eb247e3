import Glibc

/// How much noise was mixed into the pictures at each training step.
///
/// Training step t mixed `√ᾱ[t] · picture + √(1 − ᾱ[t]) · noise`; divided by `√ᾱ[t]`, the noise has the standard deviation `σ[t]`.
/// Between the steps, log σ is interpolated, as k-diffusion does.
/// Source: diffusers' schedulers (`betas`, `alphas_cumprod`); k-diffusion `DiscreteSchedule`.
public struct NoiseSchedule: Sendable, Equatable {
    /// Far more than any model has; keeps a damaged configuration from filling the memory.
    static let maximumTrainStepCount = 100_000

    /// ᾱ, the share of the picture in the variance, for each training step; falls.
    public let signalShares: [Float]
    /// σ = √((1 − ᾱ) / ᾱ) for each training step; rises.
    public let sigmas: [Float]
    /// log σ for each training step.
    private let logSigmas: [Double]

    /// - Parameters:
    ///   - betaStart: variance of the noise that the first training step adds; `betaEnd`: the last one.
    ///   - scaled: whether √β grows linearly (`scaled_linear`) rather than β (`linear`).
    ///   - rescalesToZeroTerminalSNR: whether all √ᾱ are stretched so that the last step keeps nothing of the picture. Its ᾱ is then
    ///     4.9e-8 rather than 0, so that its σ, 4518.76, is a number. Source: A1111 `rescale_zero_terminal_snr_abar`.
    /// - Throws: `.noiseSchedule` when there are fewer than 2 steps or absurdly many, when a β is not between 0 and 1,
    ///   or when no signal is left at the last step.
    public init(
        trainStepCount: Int, betaStart: Double, betaEnd: Double, scaled: Bool, rescalesToZeroTerminalSNR: Bool = false
    ) throws(SamplingError) {
        let refusal = SamplingError.noiseSchedule(trainStepCount: trainStepCount, betaStart: betaStart, betaEnd: betaEnd)
        guard 2...Self.maximumTrainStepCount ~= trainStepCount, betaStart > 0, betaStart < 1, betaEnd > 0, betaEnd < 1 else {
            throw refusal
        }

        // torch keeps these arrays in single precision, but its cumulative product in double.
        let betas = scaled
            ? linearSpace(Float(betaStart.squareRoot()), Float(betaEnd.squareRoot()), count: trainStepCount).map { $0 * $0 }
            : linearSpace(Float(betaStart), Float(betaEnd), count: trainStepCount)
        var product = 1.0
        let shares = betas.map { beta in
            product *= Double(1 - beta)
            return Float(product)
        }
        self.init(signalShares: rescalesToZeroTerminalSNR ? Self.rescaled(shares) : shares)
        guard logSigmas.allSatisfy(\.isFinite) else { throw refusal }
    }

    /// The same steps stretched to zero terminal SNR; itself when it has that already.
    func withZeroTerminalSNR() -> NoiseSchedule {
        signalShares[stepCount - 1] < 1e-6 ? self : NoiseSchedule(signalShares: Self.rescaled(signalShares))
    }

    /// ᾱ of the last step after rescaling.
    private static let terminalSignalShare: Float = 4.897_345_189_085_343_5e-08

    /// Moves √ᾱ so that the last is 0, and stretches it so that the first stays what it is.
    private static func rescaled(_ shares: [Float]) -> [Float] {
        // In single precision, as A1111: near no noise little is left of the difference to 1.
        let roots = shares.map { $0.squareRoot() }
        let (first, last) = (roots[0], roots[roots.count - 1])
        var rescaled = roots.map { root in
            let stretched = (root - last) * (first / (first - last))
            return stretched * stretched
        }
        rescaled[rescaled.count - 1] = terminalSignalShare
        return rescaled
    }

    /// The number of training steps.
    public var stepCount: Int { sigmas.count }

    /// The noise level at a training step.
    /// - Parameter timestep: 0 ... `stepCount` − 1, fractional allowed; clamped to this range.
    public func sigma(atTimestep timestep: Double) -> Double { exp(interpolated(logSigmas, at: timestep)) }

    /// ᾱ at a training step.
    /// - Parameter timestep: 0 ... `stepCount` − 1; between the steps log ᾱ is interpolated, as UniPC does. Clamped to this range.
    func signalShare(atTimestep timestep: Double) -> Double {
        if let step = Int(exactly: timestep), signalShares.indices.contains(step) { return Double(signalShares[step]) }
        return exp(interpolated(timestep) { log(Double(signalShares[$0])) })
    }

    private func interpolated(_ values: [Double], at timestep: Double) -> Double { interpolated(timestep) { values[$0] } }

    private func interpolated(_ timestep: Double, _ value: (Int) -> Double) -> Double {
        let position = min(max(timestep, 0), Double(stepCount - 1))
        let lower = Int(position)
        let fraction = position - Double(lower)
        return (1 - fraction) * value(lower) + fraction * value(min(lower + 1, stepCount - 1))
    }

    /// The training step with this much noise, fractional.
    /// - Parameter sigma: greater than 0; clamped to the range of the schedule.
    public func timestep(atSigma sigma: Double) -> Double {
        let logSigma = log(sigma)
        // The last training step, but one at most, whose noise is not above σ.
        var lower = 0
        var upper = stepCount - 1
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if logSigmas[middle] <= logSigma { lower = middle } else { upper = middle }
        }
        let distance = logSigmas[upper] - logSigmas[lower]
        let fraction = distance > 0 ? (logSigma - logSigmas[lower]) / distance : 0
        return Double(lower) + min(max(fraction, 0), 1)
    }

    /// Whole training steps counted from the last, falling: 999, 749, 499, 249 for four of a thousand.
    func trailingTimesteps(_ steps: Int) -> [Double] {
        let count = Double(stepCount)
        return (0..<steps).map { (count - Double($0) * count / Double(steps)).rounded(.toNearestOrEven) - 1 }
    }

    /// The training step whose log σ is nearest.
    func nearestStep(toSigma sigma: Double) -> Int {
        let logSigma = log(sigma)
        return logSigmas.indices.min { abs(logSigmas[$0] - logSigma) < abs(logSigmas[$1] - logSigma) } ?? 0
    }

    /// The training steps that latent consistency models are distilled on, by themselves: step k is step `spacing · (k + 1) − 1`.
    func distilled(count: Int) -> (schedule: NoiseSchedule, spacing: Int) {
        let count = min(count, stepCount)
        let spacing = stepCount / count
        return (NoiseSchedule(signalShares: (1...count).map { signalShares[$0 * spacing - 1] }), spacing)
    }

    /// - Parameter signalShares: ᾱ of each training step, falling, above 0.
    init(signalShares: [Float]) {
        self.signalShares = signalShares
        sigmas = signalShares.map { ((1 - $0) / $0).squareRoot() }
        logSigmas = sigmas.map { log(Double($0)) }
    }
}

/// `count` equally spaced numbers from `start` to `end`, both included, counted from the nearer end as `torch.linspace` does.
func linearSpace(_ start: Float, _ end: Float, count: Int) -> [Float] {
    let step = (end - start) / Float(count - 1)
    return (0..<count).map { index in
        index < count / 2
            ? start.addingProduct(step, Float(index))
            : end.addingProduct(-step, Float(count - 1 - index))
    }
}
