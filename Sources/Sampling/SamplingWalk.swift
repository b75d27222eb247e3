import Tensors

/// A sampler's view of a run: the levels, the model, the noise and the options. A sampler's algorithm reads like its paper:
///
///     for (from, to) in walk.steps {
///         let denoised = try await walk.denoised(x, at: from)
///         x = denoised + (to / from) * (x - denoised)
///     }
///
/// Belongs to one task.
final class SamplingWalk {
    /// Falling σ of the schedule, with its last 0; empty for samplers on training steps.
    let sigmas: [Double]
    /// Falling training steps, for samplers on them.
    let timesteps: [Double]
    /// The number of steps that were asked for.
    let stepCount: Int
    let objective: Objective
    let options: SamplerOptions
    /// The share of fresh noise.
    let eta: Double
    private let isSolver: Bool
    /// A factor of the noise on the way.
    var noiseScale: Double { Double(options.noiseScale) }
    /// How often the model has been asked.
    private(set) var completedCallCount = 0
    /// How often it is asked in all, as far as is known.
    var expectedCallCount: Int

    /// The whole schedule's range, which a run from pictures walks only a part of.
    private let range: (least: Double, greatest: Double)?
    private let distilled: (schedule: NoiseSchedule, spacing: Int)?
    private let imageShape: [Int]
    private let mask: SamplingMask?
    private let model: SamplingRun.Model
    private let onCall: SamplingRun.Observer
    private var noise: BatchNoise
    private let correction: SamplingRun.Correction?
    /// How many steps were corrected.
    private var correctedStepCount: Int
    private let firstStep: Int
    private lazy var trees = range.map { noise.trees(from: $0.least, to: $0.greatest, imageShape) } ?? []

    init(_ run: SamplingRun, model: @escaping SamplingRun.Model, onCall: @escaping SamplingRun.Observer) {
        let sampler = run.settings.sampler
        isSolver = if case .solver = sampler.grid { true } else { false }
        sigmas = run.sigmas
        timesteps = run.timesteps
        stepCount = run.settings.steps
        objective = run.objective
        options = run.settings.options
        eta = Double(options.eta ?? sampler.defaultEta)
        expectedCallCount = run.expectedCallCount
        range = run.sigmaRange
        distilled = run.distilled
        imageShape = run.imageShape
        correction = run.correction
        firstStep = run.skippedStepCount
        correctedStepCount = firstStep
        mask = run.mask
        noise = run.noise
        self.model = model
        self.onCall = onCall
    }

    /// The steps from one σ to the next.
    var steps: [(from: Double, to: Double)] { zip(sigmas, sigmas.dropFirst()).map { ($0, $1) } }

    // MARK: The model

    /// Estimates of the pictures.
    struct Estimates {
        /// With guidance.
        let denoised: NDArray
        /// The estimate for the negative prompt alone; the same as `denoised` where the model was not asked about it.
        let unconditional: NDArray
    }

    /// The estimate of x₀ for latents under noise of standard deviation σ.
    func denoised(_ x: NDArray, at sigma: Double) async throws -> NDArray { try await estimates(x, at: sigma).denoised }

    func estimates(_ x: NDArray, at sigma: Double) async throws -> Estimates {
        try await estimates(x, at: NoiseLevel(sigma: sigma, in: objective.noiseSchedule))
    }

    /// The noise in latents.
    func epsilon(_ x: NDArray, at level: NoiseLevel) async throws -> NDArray {
        level.epsilon(x, denoised: try await estimates(x, at: level).denoised)
    }

    /// Estimates at any level. The estimate of x₀ is corrected by the mask, as A1111 1.10 does in `CFGDenoiser`.
    func estimates(_ x: NDArray, at level: NoiseLevel) async throws -> Estimates {
        let call = SamplingRun.ModelCall(
            latents: level.inputScale * x, timestep: level.timestep, index: completedCallCount, of: max(expectedCallCount, 1),
            sigma: Float(level.noise / level.signal))
        let answer = try await model(call)
        var denoised = level.denoised(x, output: answer.output, as: objective.prediction)
        if let mask { denoised = mask.blended(into: denoised, at: level.noise / level.signal) }
        let unconditional = answer.unconditional.map { level.denoised(x, output: $0, as: objective.prediction) }
        completedCallCount += 1
        let callCount = max(expectedCallCount, completedCallCount)
        await onCall(.init(completedCallCount: completedCallCount, callCount: callCount, denoised: denoised))
        return Estimates(denoised: denoised, unconditional: unconditional ?? denoised)
    }

    /// The level of a training step.
    func level(_ timestep: Double) -> NoiseLevel { NoiseLevel(timestep: timestep, in: objective.noiseSchedule) }

    /// An even part of training for each step, in training steps.
    var timestepSpacing: Int { objective.noiseSchedule.stepCount / max(stepCount, 1) }

    /// The level that diffusers' samplers go to from a training step: an even part of training below it, and at the end where the model's
    /// scheduler says.
    func levelBelow(_ timestep: Double) -> NoiseLevel {
        let end = timestep - Double(timestepSpacing)
        return end >= 0 ? level(end) : objective.setsFinalAlphaToOne ? .clean : level(0)
    }

    /// The level of σ, with the nearest training step that consistency models are distilled on.
    func distilledLevel(_ sigma: Double) -> NoiseLevel {
        guard let distilled else { return NoiseLevel(sigma: sigma, in: objective.noiseSchedule) }
        // As A1111 finds it, in log σ.
        let nearest = distilled.schedule.nearestStep(toSigma: sigma)
        return NoiseLevel(sigma: sigma, in: objective.noiseSchedule, timestep: Double((nearest + 1) * distilled.spacing - 1))
    }

    // MARK: Between steps

    /// The latents that a step has left, with what is corrected in them; each sampler ends its steps with it.
    /// - Parameter sigma: the level that they have come to; nil for samplers on training steps.
    func corrected(_ x: NDArray, at sigma: Double? = nil) -> NDArray {
        guard let correction else { return x }
        defer { correctedStepCount += 1 }
        let count = max(stepCount - firstStep, 1)
        let step = min(correctedStepCount - firstStep, count - 1)
        return correction(.init(latents: x, step: step, stepCount: count, scale: scale(at: sigma)))
    }

    /// The latents of the end: samplers that return from within their last step have not corrected it yet.
    func finished(_ x: NDArray) -> NDArray {
        correctedStepCount < stepCount ? corrected(x, at: 0) : x
    }

    /// diffusers' solvers keep their latents as training mixed them.
    private func scale(at sigma: Double?) -> Double {
        guard isSolver, let sigma else { return 1 }
        return 1 / (sigma * sigma + 1).squareRoot()
    }

    // MARK: Noise

    /// Standard normal numbers from each image's own generator.
    func freshNoise() -> NDArray { noise.draw(imageShape) }

    /// Standard normal numbers from each image's Brownian motion, for a step down from one σ to another.
    func brownianNoise(from sigma: Double, to next: Double) -> NDArray {
        NDArray(shape: [trees.count] + imageShape, values: trees.flatMap { $0.noise(from: sigma, to: next) })
    }

    /// How far down, and how much noise up, leads from one σ to the next. Source: k-diffusion `get_ancestral_step`.
    func ancestral(_ from: Double, _ to: Double) -> (down: Double, up: Double) {
        guard eta > 0 else { return (to, 0) }
        let up = min(to, eta * (to * to * (from * from - to * to) / (from * from)).squareRoot())
        return ((to * to - up * up).squareRoot(), up)
    }

    /// Latents with a little more noise, and their level. Source: Karras and others, 2022, algorithm 2; k-diffusion `sample_euler`.
    func churned(_ x: NDArray, at sigma: Double) -> (NDArray, Double) {
        guard options.churn > 0 else { return (x, sigma) }
        // The original draws in each step, whether it adds the noise or not.
        let fresh = freshNoise()
        let greatest = options.churnMaximum > 0 ? Double(options.churnMaximum) : .infinity
        guard sigma >= Double(options.churnMinimum), sigma <= greatest else { return (x, sigma) }
        let gamma = min(Double(options.churn) / Double(max(sigmas.count - 1, 1)), 2.squareRoot() - 1)
        let higher = sigma * (gamma + 1)
        return (x + ((higher * higher - sigma * sigma).squareRoot() * noiseScale) * fresh, higher)
    }
}
