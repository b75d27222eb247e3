public import Generation
public import Tensors

/// A batch of pictures on its way out of the noise.
///
/// The run never calls the model; its owner does, and so decides about devices, progress and when to stop:
///
///     var run = try SamplingRun(.euler, schedule: .normal, steps: 20, objective: objective, noise: noise, imageShape: [4, 64, 64])
///     while let call = run.nextCall {
///         run.accept(try await predict(call.latents, call.timestep))
///     }
///     decode(run.latents)
public struct SamplingRun: Sendable {
    /// A question to the model.
    public struct ModelCall: Sendable, Equatable {
        /// `[images, channels, height, width]`, brought to unit variance: ready for the UNet.
        public let latents: NDArray
        /// Training step, 0 ... T − 1; fractional with Euler, Euler a, Heun and DPM++ 2M.
        public let timestep: Float

        /// Makes a question with latents of unit variance and the training step that has their noise.
        public init(latents: NDArray, timestep: Float) {
            self.latents = latents
            self.timestep = timestep
        }
    }

    /// `[images, channels, height, width]`: the noise at first, the pictures in the end.
    public private(set) var latents: NDArray
    /// The latest estimate of the pictures, for previews. Of the shape of `latents`.
    public private(set) var denoised: NDArray?
    /// How many of the model's calls are done; those of skipped steps count as done.
    public private(set) var completedCallCount = 0
    /// How many times the model is asked in all. Heun asks twice in each step but the last.
    public var callCount: Int { method.evaluations.count }
    /// The number of steps.
    public let stepCount: Int
    /// How many steps have been done.
    public var completedStepCount: Int { evaluation?.step ?? stepCount }

    private var method: any SamplingMethod
    private let prediction: Objective.Prediction
    private var noise: BatchNoise
    private let mask: SamplingMask?

    /// - Parameters:
    ///   - schedule: ignored by DDIM and LCM, which have their own.
    ///   - steps: 1 ... 1000; with LCM at most 50, with DDIM no more than the model was trained with.
    ///   - noise: the source of the noise to start from, then of what Euler a and LCM add.
    ///   - imageShape: of one image's latents: `[channels, height, width]`.
    ///   - start: noise, or pictures under noise.
    ///   - mask: what stays as it was. The estimate of x₀ is corrected after each call, as A1111 1.10 does in `CFGDenoiser`.
    /// - Throws: `.stepCount` when the sampler cannot take that many steps.
    /// - Precondition: latents of `start` and `mask` have the shape of the batch.
    public init(
        _ sampler: Sampler, schedule: Schedule, steps: Int, objective: Objective, noise: BatchNoise, imageShape: [Int],
        start: SamplingStart = .noise, mask: SamplingMask? = nil
    ) throws(SamplingError) {
        try sampler.validate(steps: steps, objective: objective)
        method = sampler.method(schedule: schedule, steps: steps, objective: objective)
        stepCount = steps
        prediction = objective.prediction
        self.noise = noise
        self.mask = mask
        let fresh = self.noise.draw(imageShape)
        switch start {
        case .noise:
            latents = method.initialNoise * fresh
        case .latents(let pictures, let skipped):
            precondition(pictures.shape == fresh.shape, "latents of the shape \(pictures.shape) are no batch of \(fresh.shape)")
            let evaluations = method.evaluations
            completedCallCount = evaluations.firstIndex { $0.step >= skipped } ?? evaluations.count
            let level = completedCallCount < evaluations.count ? evaluations[completedCallCount].level : nil
            latents = level.map { $0.signal * pictures + $0.noise * fresh } ?? pictures
        }
    }

    /// The next question to the model; nil when the pictures are done.
    public var nextCall: ModelCall? {
        evaluation.map { ModelCall(latents: latents * $0.level.inputScale, timestep: $0.level.timestep) }
    }

    /// Moves on with the model's answer to `nextCall`, after guidance.
    /// - Precondition: the run is not done, and `output` has the shape of `latents`.
    public mutating func accept(_ output: NDArray) {
        guard let evaluation else { preconditionFailure("all \(stepCount) steps are done") }
        var estimate = evaluation.level.denoised(latents, output: output, as: prediction)
        if let mask { estimate = mask.blended(into: estimate) }
        latents = method.advance(latents, denoised: estimate, step: evaluation.step, noise: &noise)
        denoised = estimate
        completedCallCount += 1
        if let mask, completedCallCount == callCount { latents = mask.blended(into: latents) }
    }

    /// Where the model is to be asked next.
    private var evaluation: Evaluation? {
        completedCallCount < callCount ? method.evaluations[completedCallCount] : nil
    }
}

extension Sampler {
    /// - Throws: `.stepCount` when it cannot take that many steps.
    public func validate(steps: Int, objective: Objective) throws(SamplingError) {
        let limit = stepLimit(for: objective)
        guard steps >= 1, steps <= limit else { throw .stepCount(steps, sampler: self, limit: limit) }
    }

    /// The most steps that it can take.
    fileprivate func stepLimit(for objective: Objective) -> Int {
        switch self {
        case .euler, .eulerAncestral, .heun, .dpmpp2M: 1000
        case .ddim: objective.noiseSchedule.stepCount
        case .lcm: LCMMethod.stepLimit(of: objective)
        }
    }

    fileprivate func method(schedule: Schedule, steps: Int, objective: Objective) -> any SamplingMethod {
        let noiseSchedule = objective.noiseSchedule
        var sigmas: [Float] { noiseSchedule.sigmas(schedule, steps: steps) }
        return switch self {
        case .euler: EulerMethod(sigmas: sigmas, in: noiseSchedule)
        case .eulerAncestral: EulerAncestralMethod(sigmas: sigmas, in: noiseSchedule)
        case .heun: HeunMethod(sigmas: sigmas, in: noiseSchedule)
        case .dpmpp2M: DPMSolverMethod(sigmas: sigmas, in: noiseSchedule)
        case .ddim: DDIMMethod(steps: steps, objective: objective)
        case .lcm: LCMMethod(steps: steps, objective: objective)
        }
    }
}
