import Foundation
import Sampling
import Tensors
import TestSupport
import Testing

@Suite("Sampling runs")
struct SamplingRunTests {
    let objective: Objective

    init() throws {
        objective = Objective(noiseSchedule: try .stableDiffusion(), prediction: .epsilon)
    }

    /// DPM adaptive takes its steps by all pictures of a run, as the original does.
    @Test(
        "an image does not depend on its neighbours in the batch", arguments: Sampler.all.filter { $0 != .dpmAdaptive },
            NoiseSource.allCases)
    func batches(sampler: Sampler, source: NoiseSource) async throws {
        let batch = try await makeRun(sampler, steps: 4, noise: BatchNoise(source: source, seed: 77, count: 3)).finished()
        for image in 0..<3 {
            let single = try await makeRun(sampler, steps: 4, noise: BatchNoise(source: source, seed: 77 + UInt64(image),
                count: 1)).finished()
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

    @Test("what the model predicts does not change the picture", arguments: Sampler.all)
    func predictions(sampler: Sampler) async throws {
        func finalLatents(_ prediction: Objective.Prediction) async throws -> NDArray {
            try await makeRun(sampler, steps: 6, prediction: prediction).finished { call in
                let signal = Double(1 / (1 + call.sigma * call.sigma).squareRoot())
                let noise = Double(call.sigma) * signal
                let epsilon = referenceModel(call)
                let picture = (call.latents - noise * epsilon) / signal
                return switch prediction {
                case .epsilon: epsilon
                case .sample: picture
                case .velocity: signal * epsilon - noise * picture
                }
            }.latents
        }
        let reference = try await finalLatents(.epsilon)
        for prediction in [Objective.Prediction.sample, .velocity] {
            let difference = try await finalLatents(prediction) - reference
            // Latents of up to 60, each conversion rounded to 24 bits.
            #expect(difference.values.allSatisfy { abs($0) < 2e-3 }, "\(prediction)")
        }
    }

    @Test("progress counts calls; Heun calls twice in each step but the last")
    func progress() async throws {
        let run = try makeRun(.heun, steps: 3)
        #expect(run.expectedCallCount == 5)
        let finished = try await run.finished()
        #expect(finished.calls.map(\.index) == [0, 1, 2, 3, 4])
        #expect(finished.progress.map(\.completedCallCount) == [1, 2, 3, 4, 5])
        #expect(finished.progress.allSatisfy { $0.callCount == 5 })
    }

    @Test(
        "a sampler's evaluations are as many as it says beforehand", arguments: Sampler.all.filter { $0 != .dpmAdaptive }, [5, 7, 11, 24,
            40])
    func evaluations(of sampler: Sampler, steps: Int) async throws {
        let run = try SamplingRun(
            SamplingSettings(sampler, steps: steps), objective: objective, noise: BatchNoise(source: .philox, seed: 3, count: 1),
            imageShape: [1, 2, 2])
        let calls = try await run.finished().calls.count
        #expect(calls == run.expectedCallCount)
        #expect(calls == sampler.evaluationCount(steps: steps))
    }

    @Test("latents are corrected once after each step, and the picture is what was corrected last", arguments: Sampler.all, [5, 8])
    func corrections(sampler: Sampler, steps: Int) async throws {
        final class Log: @unchecked Sendable { var steps: [Int] = [] }
        let log = Log()
        let run = try SamplingRun(
            SamplingSettings(sampler, steps: steps), objective: objective, noise: BatchNoise(source: .torch, seed: 3, count: 1),
            imageShape: [1, 2, 2],
            correction: { step in
                log.steps.append(step.step)
                return step.step == steps - 1 ? NDArray(repeating: 0.25, shape: step.latents.shape) : step.latents
            })
        let latents = try await run.finished().latents
        guard sampler.countsSteps else {
            #expect(log.steps == [])
            return
        }
        #expect(log.steps == Array(0..<steps))
        // Solvers that end at some noise leave it mixed as in training.
        #expect(latents.values.allSatisfy { abs($0 - 0.25) < 1e-3 })
    }

    @Test("the document lists every sampler and schedule")
    func documented() throws {
        let document = try String(contentsOf: Fixture.checkout.appending(path: "Documentation/Samplers.md"), encoding: .utf8)
        for sampler in Sampler.all { #expect(document.contains("| \(sampler.name) | \(sampler.summary) |"), "\(sampler.name)") }
        for schedule in Schedule.all { #expect(document.contains("`\(schedule.name)`"), "\(schedule.name)") }
    }

    @Test("DPM adaptive tells how far it is, and asks as often as it needs")
    func adaptive() async throws {
        let run = try await makeRun(.dpmAdaptive, steps: 10).finished()
        #expect(run.calls.count > 20)
        #expect(run.progress.allSatisfy { $0.completedCallCount <= $0.callCount })
        let middle = run.progress[run.progress.count / 2]
        #expect(middle.callCount > middle.completedCallCount)
        #expect(run.progress.last.map { $0.callCount < $0.completedCallCount * 2 } == true)
    }

    @Test("any number of steps gives a finite picture", arguments: Sampler.all, Schedule.all)
    func stepCounts(sampler: Sampler, schedule: Schedule) async throws {
        for steps in [1, 2, 3, 4, 15] + (schedule == .linspace ? [1000] : []) where sampler.minimumSteps...sampler.maximumSteps ~= steps {
            let run = try SamplingRun(
                SamplingSettings(sampler, schedule: schedule, steps: steps), objective: objective,
                noise: BatchNoise(source: .philox, seed: 3, count: 1), imageShape: [1, 2, 2])
            #expect(try await run.finished().latents.isFinite, "\(steps) steps")
        }
    }

    @Test("options at their ends give finite pictures", arguments: Sampler.all)
    func optionEnds(sampler: Sampler) async throws {
        for change: (inout SamplerOptions) -> Void in [
            { $0.eta = 0 }, { $0.eta = 1 }, { $0.churn = 100 }, { $0.noiseScale = 0 }, { $0.order = 1 }, { $0.order = 4 },
                { $0.variant = .bh1 },
            { $0.variant = .bh2 }, { $0.lowersFinalOrder = false }, { ($0.churn, $0.churnMinimum, $0.churnMaximum) = (5, 1, 3) },
        ] {
            var settings = SamplingSettings(sampler, steps: 6)
            change(&settings.options)
            let run = try SamplingRun(
                settings, objective: objective, noise: BatchNoise(source: .torch, seed: 3, count: 1), imageShape: [1, 2, 2])
            #expect(try await run.finished().latents.isFinite, "\(settings.options)")
        }
    }

    @Test("each option changes the pictures of the samplers that list it, and of no other", arguments: Sampler.all)
    func optionsCount(sampler: Sampler) async throws {
        let changes: [(SamplerOption, (inout SamplerOptions) -> Void)] = [
            (.eta, { $0.eta = 0.5 }), (.churn, { $0.churn = 3 }), (.noiseScale, { $0.noiseScale = 0.9 }), (.order, { $0.order = 1 }),
            (.variant, { $0.variant = sampler == .uniPC ? .bh2 : .bh1 }), (.lowerOrderFinal, { $0.lowersFinalOrder = false }),
        ]
        func latents(_ change: (inout SamplerOptions) -> Void) async throws -> NDArray {
            // 20 steps, so that Restart goes back; 8 for those that lower their order at the end of few steps.
            var settings = SamplingSettings(sampler, steps: sampler == .restart ? 20 : 8)
            change(&settings.options)
            return try await SamplingRun(
                settings, objective: objective, noise: BatchNoise(source: .torch, seed: 3, count: 1), imageShape: [4, 2, 2]
            ).finished().latents
        }
        let plain = try await latents { _ in }
        for (option, change) in changes {
            #expect((try await latents(change) != plain) == sampler.options.contains(option), "\(option)")
        }
    }

    @Test("the schedule matters where the sampler says so", arguments: Sampler.all)
    func schedules(sampler: Sampler) async throws {
        func latents(_ schedule: Schedule) async throws -> NDArray {
            try await SamplingRun(
                SamplingSettings(sampler, schedule: schedule, steps: 7), objective: objective,
                noise: BatchNoise(source: .torch, seed: 3, count: 1), imageShape: [1, 2, 2]
            ).finished().latents
        }
        let automatic = try await latents(.automatic)
        for schedule in [Schedule.turbo, .beta, .alignYourSteps] {
            // DPM fast and adaptive look at the ends alone.
            if [.dpmFast, .dpmAdaptive].contains(sampler), schedule == .beta { continue }
            #expect((try await latents(schedule) != automatic) == sampler.takes(schedule), "\(schedule.name)")
        }
    }

    @Test("steps that a sampler cannot take are refused, with its range", arguments: [
        (Sampler.euler, 0, "0 steps make no picture. Use at least 1."),
        (.ddim, -3, "-3 steps make no picture. Use at least 1."),
        (.ddim, 1, "1 steps are fewer than the 2 that sampler DDIM needs. Use 2 to 1000."),
        (.pndm, 3, "3 steps are fewer than the 4 that sampler PNDM needs. Use 4 to 1000."),
        (.dpmpp2M, 1001, "1001 steps are more than the 1000 that sampler DPM++ 2M can take with this model. Use 1 to 1000."),
        (.ddimDiffusers, 1001, "1001 steps are more than the 1000 that sampler DDIM (diffusers) can take with this model. Use 1 to 1000."),
        (.tcd, 60, "60 steps are more than the 50 that sampler TCD can take with this model. Use 1 to 50."),
    ])
    func refusal(sampler: Sampler, steps: Int, text: String) throws {
        let error = #expect(throws: SamplingError.self) { try makeRun(sampler, steps: steps) }
        #expect(error?.description == text)
    }

    @Test("ends of a schedule that are out of order are refused, with what they would be")
    func sigmaEnds() throws {
        var settings = SamplingSettings(.euler, schedule: .karras, steps: 5)
        settings.scheduleOptions.sigmaMinimum = 20
        let error = #expect(throws: SamplingError.self) { try settings.validate(for: objective) }
        #expect(error?.description.hasPrefix("The least noise level of the schedule, 20.0, is not below the greatest, 14.6146") == true)
    }

    @Test("an absurd offset of DDIM's timesteps stays within training's", arguments: [Int.min, -1, 5000, .max])
    func absurdOffset(offset: Int) async throws {
        var objective = objective
        objective.stepsOffset = offset
        let run = try await SamplingRun(
            SamplingSettings(.ddimDiffusers, steps: 10), objective: objective, noise: BatchNoise(source: .torch, seed: 3, count: 1),
            imageShape: [1, 2, 2]
        ).finished()
        #expect(run.timesteps.allSatisfy { (0...999).contains($0) })
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

    @Test("guidance ends where it should, and leaves the negative prompt out of the calls that options name")
    func skippedCalls() {
        func skipped(sigma: Float = 5, _ change: (inout GuidanceOptions) -> Void) -> [Int] {
            var guidance = Guidance(scale: 7)
            change(&guidance.options)
            return (0..<10).filter {
                guidance.skips(.init(latents: NDArray(repeating: 0, shape: [1]), timestep: 0, index: $0, of: 10, sigma: sigma))
            }
        }
        #expect(skipped { _ in } == [])
        #expect(skipped { ($0.start, $0.end) = (0.2, 0.7) } == [0, 1, 7, 8, 9])
        #expect(skipped { $0.skipEarly = 0.3 } == [0, 1, 2, 3])
        #expect(skipped { $0.minimumSigma = 6 } == [1, 3, 5, 7, 9])
        #expect(skipped { ($0.minimumSigma, $0.minimumSigmaAllSteps) = (6, true) } == Array(0..<10))
        #expect(skipped(sigma: 6) { ($0.minimumSigma, $0.minimumSigmaAllSteps) = (6, true) } == [])
    }

    @Test("a call without the negative prompt follows the prompt alone")
    func unguided() {
        let answer = NDArray(shape: [1, 2], values: [3, 2])
        #expect(Guidance(scale: 7).combine(unconditional: nil, conditionals: [(1, answer)]) == answer)
    }

    /// diffusers 0.42.1, `rescale_noise_cfg(guided, positive, guidance_rescale=0.7)` on these numbers.
    @Test("rescaling gives the guided answer the contrast of the prompt's own")
    func rescale() {
        let negative = NDArray(shape: [1, 4], values: [1, -1, 0.5, 2])
        let positive = NDArray(shape: [1, 4], values: [2, 0, -1, 1])
        var guidance = Guidance(scale: 5)
        guidance.options.rescale = 0.7
        let rescaled = guidance.combine(unconditional: negative, conditionals: [(1, positive)])
        let expected: [Float] = [2.695443, 1.796962, -3.144684, -1.347722]
        #expect(zip(rescaled.values, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(rescaled.values)")
    }

    private func makeRun(
        _ sampler: Sampler, steps: Int, prediction: Objective.Prediction = .epsilon,
        noise: BatchNoise = BatchNoise(source: .torch, seed: 77, count: 1)
    ) throws(SamplingError) -> SamplingRun {
        var objective = objective
        objective.prediction = prediction
        return try SamplingRun(
            SamplingSettings(sampler, schedule: .uniform, steps: steps), objective: objective, noise: noise, imageShape: [4, 3, 5])
    }
}
