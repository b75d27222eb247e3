import Generation
import Sampling
import Tensors
import Testing

@Suite("Sampling runs")
struct SamplingRunTests {
    let objective: Objective

    init() throws {
        objective = Objective(noiseSchedule: try .stableDiffusion(), prediction: .epsilon)
    }

    @Test("an image does not depend on its neighbours in the batch", arguments: Sampler.allCases, NoiseSource.allCases)
    func batches(sampler: Sampler, source: NoiseSource) throws {
        var batch = try makeRun(sampler, steps: 4, noise: BatchNoise(source: source, seed: 77, count: 3))
        batch.finish()
        for image in 0..<3 {
            var single = try makeRun(sampler, steps: 4, noise: BatchNoise(source: source, seed: 77 + UInt64(image), count: 1))
            single.finish()
            #expect(single.latents == batch.latents.slice(image..<image + 1))
        }
    }

    @Test("seeds count up, and each image draws all of its noise at once")
    func seeds() {
        var noise = BatchNoise(source: .philox, seed: UInt64(UInt32.max), count: 2)
        var first = PhiloxGenerator(seed: UInt64(UInt32.max))
        var second = PhiloxGenerator(seed: UInt64(UInt32.max) + 1)
        for _ in 0..<2 {
            let drawn = noise.draw([2, 3, 4])
            #expect(drawn == NDArray(shape: [2, 2, 3, 4], values: first.normal(24) + second.normal(24)))
        }
    }

    @Test("what the model predicts does not change the picture", arguments: Sampler.allCases)
    func predictions(sampler: Sampler) throws {
        func finalLatents(_ prediction: Objective.Prediction) throws -> NDArray {
            var run = try makeRun(sampler, steps: 6, prediction: prediction)
            while let call = run.nextCall {
                let sigma = objective.noiseSchedule.sigma(atTimestep: Double(call.timestep))
                let signal = 1 / (1 + sigma * sigma).squareRoot()
                let epsilon = referenceModel(call)
                let picture = (call.latents - (sigma * signal) * epsilon) / signal
                switch prediction {
                case .epsilon: run.accept(epsilon)
                case .sample: run.accept(picture)
                case .velocity: run.accept(signal * epsilon - (sigma * signal) * picture)
                }
            }
            return run.latents
        }
        let reference = try finalLatents(.epsilon)
        for prediction in [Objective.Prediction.sample, .velocity] {
            let difference = try finalLatents(prediction) - reference
            // Latents of up to 60, each conversion rounded to 24 bits, and the timestep rounded to 6e-5.
            #expect(difference.values.allSatisfy { abs($0) < 2e-3 })
        }
    }

    @Test("progress counts calls and steps; Heun calls twice in each step but the last")
    func progress() throws {
        var run = try makeRun(.heun, steps: 3)
        #expect(run.stepCount == 3)
        #expect(run.callCount == 5)
        #expect(run.completedStepCount == 0)
        #expect(run.denoised == nil)
        var steps: [Int] = []
        run.finish { _, run in steps.append(run.completedStepCount) }
        #expect(steps == [0, 1, 1, 2, 3])
        #expect(run.completedCallCount == 5)
        #expect(run.nextCall == nil)
    }

    @Test("a sampler's evaluations are as many as it says beforehand", arguments: Sampler.allCases, [1, 2, 7])
    func evaluations(of sampler: Sampler, steps: Int) throws {
        #expect(try makeRun(sampler, steps: steps).callCount == sampler.evaluationCount(steps: steps))
    }

    @Test("any number of steps gives a finite picture", arguments: Sampler.allCases, Schedule.allCases)
    func stepCounts(sampler: Sampler, schedule: Schedule) throws {
        for steps in [1, 2, 3, 50, 1000] where sampler != .lcm || steps <= 50 {
            var run = try SamplingRun(
                sampler, schedule: schedule, steps: steps, objective: objective, noise: BatchNoise(source: .torch, seed: 3, count: 1),
                imageShape: [1, 2, 2])
            run.finish()
            #expect(run.latents.isFinite)
            #expect(run.completedStepCount == steps)
        }
    }

    @Test("steps that a sampler cannot take are refused, with its limit", arguments: [
        (Sampler.euler, 0, "0 steps make no picture. Use at least 1."),
        (.ddim, -3, "-3 steps make no picture. Use at least 1."),
        (.dpmpp2M, 1001, "1001 steps are more than the 1000 that sampler DPM++ 2M can take with this model. Use 1 to 1000."),
        (.ddim, 1001, "1001 steps are more than the 1000 that sampler DDIM can take with this model. Use 1 to 1000."),
        (.lcm, 60, "60 steps are more than the 50 that sampler LCM can take with this model. Use 1 to 50."),
    ])
    func refusal(sampler: Sampler, steps: Int, text: String) throws {
        let error = #expect(throws: SamplingError.self) { try makeRun(sampler, steps: steps) }
        #expect(error?.description == text)
    }

    @Test("an absurd offset of DDIM's timesteps stays within training's", arguments: [Int.min, -1, 5000, .max])
    func absurdOffset(offset: Int) throws {
        var objective = objective
        objective.stepsOffset = offset
        var run = try SamplingRun(
            .ddim, schedule: .normal, steps: 10, objective: objective, noise: BatchNoise(source: .torch, seed: 3, count: 1),
            imageShape: [1, 2, 2])
        run.finish { call, _ in #expect((0...999).contains(call.timestep)) }
    }

    @Test("guidance goes from the negative prompt's prediction through the prompt's")
    func guidance() {
        let (negative, positive) = (NDArray(repeating: 1, shape: [1, 2]), NDArray(repeating: 3, shape: [1, 2]))
        for (scale, expected) in [(0, 1), (1, 3), (7.5, 16)] as [(Float, Float)] {
            let guided = Guidance(scale: scale).combine(unconditional: negative, conditionals: [(1, positive)])
            #expect(guided == NDArray(repeating: expected, shape: [1, 2]))
        }
        #expect(!Guidance(scale: 1).needsUnconditional())
    }

    @Test("each part of a prompt adds its way from the negative prompt's prediction, by its weight")
    func weightedGuidance() {
        let negative = NDArray(shape: [1, 2], values: [1, 2])
        let parts: [(Float, NDArray)] = [(1, NDArray(shape: [1, 2], values: [3, 2])), (-0.5, NDArray(shape: [1, 2], values: [1, 6]))]
        // 1 + 4·(3 − 1) − 0.5·4·(1 − 1) and 2 + 4·(2 − 2) − 0.5·4·(6 − 2)
        #expect(Guidance(scale: 4).combine(unconditional: negative, conditionals: parts) == NDArray(shape: [1, 2], values: [9, -6]))
    }

    @Test("the negative prompt matters unless a single part is followed at 1", arguments: [
        (1, [1], false), (2, [0.5], false), (1, [0.5], true), (7, [1], true), (1, [0.5, 0.5], true), (0, [1], true),
    ] as [(Float, [Float], Bool)])
    func needsUnconditional(scale: Float, weights: [Float], needs: Bool) {
        #expect(Guidance(scale: scale).needsUnconditional(weights: weights) == needs)
    }

    private func makeRun(
        _ sampler: Sampler, steps: Int, prediction: Objective.Prediction = .epsilon,
        noise: BatchNoise = BatchNoise(source: .torch, seed: 77, count: 1)
    ) throws(SamplingError) -> SamplingRun {
        var objective = objective
        objective.prediction = prediction
        return try SamplingRun(sampler, schedule: .normal, steps: steps, objective: objective, noise: noise, imageShape: [4, 3, 5])
    }
}
