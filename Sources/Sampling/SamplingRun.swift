public import Tensors

/// A batch of pictures on its way out of the noise.
///
/// The run does not know the model; its owner answers the calls, and so decides about devices, and when to stop:
///
///     let run = try SamplingRun(SamplingSettings(.euler, steps: 20), objective: objective, noise: noise, imageShape: [4, 64, 64])
///     let latents = try await run.latents { call in .init(try await predict(call.latents, call.timestep)) }
public struct SamplingRun: Sendable {
    /// A question to the model.
    public struct ModelCall: Sendable, Equatable {
        /// `[images, channels, height, width]`, brought to unit variance: ready for the UNet.
        public let latents: NDArray
        /// Training step, 0 ... T − 1; fractional with samplers that work on σ.
        public let timestep: Float
        /// The number of calls before it.
        public let index: Int
        /// The number of calls in all, as far as is known.
        public let count: Int
        /// The noise relative to the pictures.
        public let sigma: Float

        /// Makes a question with latents of unit variance and the training step that has their noise.
        public init(latents: NDArray, timestep: Float, index: Int = 0, of count: Int = 1, sigma: Float = 0) {
            (self.latents, self.timestep, self.index, self.count, self.sigma) = (latents, timestep, index, count, sigma)
        }
    }

    /// The model's answer.
    public struct ModelAnswer: Sendable {
        /// The output after guidance, of the shape of the call's latents.
        public let output: NDArray
        /// The output for the negative prompt alone; nil where the model was not asked about it.
        public let unconditional: NDArray?

        public init(_ output: NDArray, unconditional: NDArray? = nil) { (self.output, self.unconditional) = (output, unconditional) }
    }

    /// The state of a run after a call.
    public struct Progress: Sendable {
        /// The number of calls done.
        public let completedCallCount: Int
        /// The number of calls in all, as far as is known.
        public let callCount: Int
        /// The latest estimate of the pictures, for previews: `[images, channels, height, width]`.
        public let denoised: NDArray
    }

    /// Latents between two steps.
    public struct Step {
        /// `[images, channels, height, width]`, as the step has left them.
        public let latents: NDArray
        /// The step, counted from 0 among those that are done.
        public let step: Int
        /// How many are done in all.
        public let stepCount: Int
        /// Brings the latents to the scale in which diffusers keeps those of the sampler.
        public let scale: Double
    }

    /// Changes the latents between two steps.
    public typealias Correction = @Sendable (Step) -> NDArray
    /// Answers a call.
    public typealias Model = (ModelCall) async throws -> ModelAnswer
    /// Is told of each call that was answered.
    public typealias Observer = (Progress) async -> Void

    /// The way that is taken.
    public let settings: SamplingSettings
    /// How often the model is asked in all, as far as is known; DPM adaptive finds out on the way.
    public let expectedCallCount: Int
    let objective: Objective
    /// Falling, from where the run begins.
    let sigmas: [Double]
    /// Falling, from where the run begins.
    let timesteps: [Double]
    /// The whole schedule's ends, 0 left out.
    let sigmaRange: (least: Double, greatest: Double)?
    let distilled: (schedule: NoiseSchedule, spacing: Int)?
    let imageShape: [Int]
    let mask: SamplingMask?
    let correction: Correction?
    let skippedStepCount: Int
    /// The noise after the first.
    let noise: BatchNoise
    private let start: NDArray

    /// - Parameters:
    ///   - noise: the source of the noise to start from, then of what samplers add.
    ///   - imageShape: of one image's latents: `[channels, height, width]`.
    ///   - start: noise, or pictures under noise.
    ///   - mask: what stays as it was.
    ///   - correction: changes the latents after each step, with samplers that count their steps; nil for none.
    /// - Throws: `.stepCount` when the sampler cannot take that many steps; `.sigmas` when the schedule's ends are out of order.
    /// - Precondition: latents of `start` and `mask` have the shape of the batch.
    public init(
        _ settings: SamplingSettings, objective: Objective, noise: BatchNoise, imageShape: [Int], start: SamplingStart = .noise,
        mask: SamplingMask? = nil, correction: Correction? = nil
    ) throws(SamplingError) {
        try settings.validate(for: objective)
        let objective = settings.adapted(objective)
        let grid = settings.grid(for: objective)
        self.settings = settings
        self.objective = objective
        self.imageShape = imageShape
        self.mask = mask
        self.correction = settings.sampler.countsSteps ? correction : nil
        distilled = grid.distilled
        sigmaRange = grid.range
        var noise = noise
        let fresh = noise.start(imageShape)
        self.noise = noise
        var (sigmas, timesteps) = (grid.sigmas, grid.timesteps)
        switch start {
        case .noise:
            (expectedCallCount, skippedStepCount) = (settings.callCount(of: grid, skippingSteps: 0), 0)
            self.start = grid.startScale * fresh
        case .latents(let pictures, let skipped, let noise):
            precondition(pictures.shape == fresh.shape, "latents of the shape \(pictures.shape) are no batch of \(fresh.shape)")
            sigmas = Array(sigmas.dropFirst(skipped))
            timesteps = Array(timesteps.dropFirst(skipped))
            skippedStepCount = min(skipped, settings.steps)
            expectedCallCount = settings.callCount(of: grid, skippingSteps: skipped)
            let first = sigmas.first.map { NoiseLevel(sigma: $0, in: objective.noiseSchedule) }
                ?? timesteps.first.map { NoiseLevel(timestep: $0, in: objective.noiseSchedule) }
            let isOver = skipped >= settings.steps || first == nil || first?.noise == 0
            if isOver { (sigmas, timesteps) = ([], []) }
            self.start = first.flatMap { level in
                let share = Double(noise.factor) * (level.noise + Double(noise.extra) * level.signal)
                return isOver ? nil : level.signal * pictures + share * fresh
            } ?? pictures
        }
        self.sigmas = sigmas
        self.timesteps = timesteps
    }

    /// Walks to the pictures.
    /// - Parameters:
    ///   - onCall: is told of each call that was answered.
    ///   - model: answers the calls, one after another.
    /// - Returns: `[images, channels, height, width]`.
    /// - Throws: what `model` throws.
    public func latents(onCall: @escaping Observer = { _ in }, _ model: @escaping Model) async throws -> NDArray {
        // With every step skipped the pictures stay.
        if sigmas.isEmpty, timesteps.isEmpty { return mask?.finished(start) ?? start }
        let walk = SamplingWalk(self, model: model, onCall: onCall)
        var latents = walk.finished(try await settings.sampler.algorithm(start, walk))
        // Solvers that end at some noise leave it mixed as in training.
        if case .solver = settings.sampler.grid, let last = sigmas.last, last > 0 {
            latents = (1 / (last * last + 1).squareRoot()) * latents
        }
        return mask?.finished(latents) ?? latents
    }
}
