@testable import Sampling
import Testing

@Suite("Noise schedules")
struct NoiseScheduleTests {
    @Test("training's signal shares are diffusers' bit for bit")
    func signalShares() throws {
        for reference in try ScheduleReference.load() {
            let schedule = try reference.noiseSchedule
            let checksum = schedule.signalShares.enumerated().reduce(UInt32(0)) { $0 &+ $1.element.bitPattern &* UInt32($1.offset + 1) }
            #expect(schedule.stepCount == reference.trainStepCount)
            #expect(checksum == reference.alphasChecksum, "\(reference.betaSchedule)")
            // torch's vectorised square root may be off by one in the last of 24 bits.
            #expect(isClose(schedule.sigmas[0], reference.leastSigma, 1.2e-7))
            #expect(isClose(schedule.sigmas[schedule.stepCount - 1], reference.greatestSigma, 1.2e-7))
        }
    }

    /// k-diffusion takes logarithms and powers in single precision. It rounds log σ, |log σ| < 5, to within 2.4e-7 and so σ to about
    /// as much; Karras's seventh power multiplies the rounding of its base, 6e-8 and more, by 7.
    @Test("each schedule gives k-diffusion's noise levels, then 0")
    func sigmas() throws {
        for reference in try ScheduleReference.load() {
            let schedule = try reference.noiseSchedule
            for list in reference.lists {
                let sigmas = schedule.sigmas(list.schedule, steps: list.steps)
                #expect(sigmas.count == list.sigmas.count)
                #expect(zip(sigmas, list.sigmas).allSatisfy { isClose(Float($0), $1, 2e-6) }, "\(list.schedule.name), \(list.steps) steps")
                #expect(sigmas.last == 0)
            }
        }
    }

    /// The same rounding of log σ, divided by the least distance of two training steps in log σ, 0.004, gives 6e-5 of a training
    /// step; the timestep, up to 999, is itself rounded to 6e-5 there.
    @Test("a noise level's timestep is k-diffusion's")
    func timesteps() throws {
        for reference in try ScheduleReference.load() {
            let schedule = try reference.noiseSchedule
            for list in reference.lists {
                let timesteps = list.sigmas.dropLast().map { schedule.timestep(atSigma: Double($0)) }
                #expect(timesteps.count == list.timesteps.count)
                #expect(zip(timesteps, list.timesteps).allSatisfy { abs($0 - Double($1)) < 2e-4 },
                    "\(list.schedule.name), \(list.steps) steps")
            }
        }
    }

    /// Whether `value` differs from `reference` by at most `tolerance` of it.
    private func isClose(_ value: Float, _ reference: Float, _ tolerance: Float) -> Bool {
        abs(value - reference) <= tolerance * abs(reference)
    }

    @Test("noise level and timestep turn into each other", arguments: [0, 0.25, 1, 17.5, 500, 998.75, 999])
    func roundTrip(timestep: Double) throws {
        let schedule = try NoiseSchedule.stableDiffusion()
        #expect(abs(schedule.timestep(atSigma: schedule.sigma(atTimestep: timestep)) - timestep) < 1e-9)
    }

    @Test("noise beyond training's is taken for the nearest that was trained")
    func clamping() throws {
        let schedule = try NoiseSchedule.stableDiffusion()
        #expect(schedule.timestep(atSigma: 1e9) == 999)
        #expect(schedule.timestep(atSigma: 1e-9) == 0)
        #expect(schedule.sigma(atTimestep: -3) == schedule.sigma(atTimestep: 0))
        #expect(schedule.sigma(atTimestep: 2000) == schedule.sigma(atTimestep: 999))
    }

    /// The levels are A1111's with `sd_noise_schedule` = Zero Terminal SNR, in single precision throughout.
    @Test("a schedule without signal at its end has A1111's levels", arguments: [
        (Schedule.normal, [4518.7637, 11.628353, 4.4366164, 2.3235075, 1.3737618, 0.83282334, 0.45776743, 0.029167537, 0]),
        (.sgmUniform, [4518.7637, 13.783707, 5.4066243, 2.9009063, 1.7713168, 1.1408452, 0.7291442, 0.41577935, 0]),
    ] as [(Schedule, [Float])])
    func zeroTerminalSNR(schedule: Schedule, expected: [Float]) throws {
        let noise = try NoiseSchedule(
            trainStepCount: 1000, betaStart: 0.00085, betaEnd: 0.012, scaled: true, rescalesToZeroTerminalSNR: true)
        #expect(noise.signalShares[999] == 4.8973451890853435e-08)
        #expect(noise.signalShares[0] == (try NoiseSchedule.stableDiffusion().signalShares[0]))
        let sigmas = noise.sigmas(schedule, steps: 8)
        #expect(sigmas.count == expected.count)
        #expect(zip(sigmas, expected).allSatisfy { isClose(Float($0), $1, 1e-5) }, "\(sigmas)")
    }

    /// A1111 computes in single precision. Where σ is 4518, its tangent is worse than ours: an angle near π/2 in 24 bits.
    @Test("each schedule gives A1111's and Forge's noise levels, for models of each kind")
    func programs() throws {
        for reference in try ProgramSchedules.load() {
            let noise = try reference.noiseSchedule
            for list in reference.lists {
                let schedule = try #require(Schedule(name: list.schedule))
                let sigmas = noise.sigmas(schedule, steps: list.steps, alignedSteps: reference.family == "sd1" ? .sd1 : .sdxl)
                let tolerance = schedule == .klOptimal && reference.family.hasSuffix("zero snr") ? 2e-4 : 1e-5
                #expect(sigmas.count == list.sigmas.count, "\(list.schedule), \(list.steps) steps")
                #expect(
                    zip(sigmas, list.sigmas).allSatisfy { abs($0 - $1) <= tolerance * $1 },
                    "\(reference.family), \(list.schedule), \(list.steps) steps")
            }
        }
    }

    @Test("the schedules that need no reference agree with others: Polyexponential of 1, Turbo of 4 steps, GITS of 10")
    func otherSchedules() throws {
        let noise = try NoiseSchedule.stableDiffusion()
        #expect(noise.sigmas(.polyexponential, steps: 9) == noise.sigmas(.exponential, steps: 9))
        #expect(noise.sigmas(.turbo, steps: 4).dropLast().map { noise.timestep(atSigma: $0).rounded() } == [999, 749, 499, 249])
        #expect(noise.sigmas(.alignYourStepsGITS, steps: 11, alignedSteps: .sdxl).prefix(3).map { Float($0) } == [14.615, 4.734, 2.567])
        #expect(noise.sigmas(.linspace, steps: 8).dropLast().map { noise.timestep(atSigma: $0).rounded() } == [
            999, 874, 749, 624, 500, 375, 250, 125,
        ])
    }

    @Test("zero terminal SNR can be asked for, and changes nothing where the model has it")
    func askedZeroTerminalSNR() throws {
        let rescaled = try NoiseSchedule(
            trainStepCount: 1000, betaStart: 0.00085, betaEnd: 0.012, scaled: true, rescalesToZeroTerminalSNR: true)
        #expect(try NoiseSchedule.stableDiffusion().withZeroTerminalSNR() == rescaled)
        #expect(rescaled.withZeroTerminalSNR() == rescaled)
        var settings = SamplingSettings(.euler, steps: 5)
        settings.scheduleOptions.zeroTerminalSNR = true
        let objective = Objective(noiseSchedule: try .stableDiffusion(), prediction: .velocity)
        let noise = BatchNoise(source: .torch, seed: 1, count: 1)
        let run = try SamplingRun(settings, objective: objective, noise: noise, imageShape: [1, 2, 2])
        #expect(abs(run.sigmas[0] - 4518.76) < 0.01)
    }

    @Test("options move the ends and the curve, and leave out the level before the last")
    func options() throws {
        let noise = try NoiseSchedule.stableDiffusion()
        var options = ScheduleOptions()
        (options.sigmaMinimum, options.sigmaMaximum) = (0.1, 10)
        for schedule in [Schedule.karras, .exponential, .polyexponential, .beta, .normal] {
            let sigmas = noise.sigmas(schedule, steps: 6, options: options)
            #expect(abs(sigmas[0] - 10) < 1e-4 && abs(sigmas[5] - 0.1) < 1e-5, "\(schedule.name) \(sigmas)")
        }
        options = ScheduleOptions()
        options.rho = 1
        // Even steps of σ.
        let even = noise.sigmas(.karras, steps: 3, options: options)
        #expect(abs(even[1] - (even[0] + even[2]) / 2) < 1e-5)
        let plain = noise.sigmas(.karras, steps: 8)
        let discarded = noise.sigmas(.karras, steps: 7, discardsPenultimate: true)
        #expect(discarded == Array(plain.prefix(7)) + [0])
        options.rho = 0
        options.discardsPenultimate = true
        #expect(noise.sigmas(.karras, steps: 7, options: options) == discarded)
        options = ScheduleOptions()
        (options.betaAlpha, options.betaBeta) = (1, 1)
        // The uniform distribution.
        let uniform = noise.sigmas(.beta, steps: 3, options: options)
        #expect(abs(uniform[1] - (uniform[0] + uniform[2]) / 2) < 1e-5)
    }

    /// Numbers of scipy, `scipy.stats.beta.ppf`.
    @Test("quantiles of the beta distribution are scipy's", arguments: [
        (0.6, 0.6, 0.1, 0.039584405588780846), (0.6, 0.6, 0.5, 0.5), (0.6, 0.6, 0.999, 0.9999814412614826),
        (2, 5, 0.25, 0.16116291679032652), (0.05, 3, 0.9, 0.029573276515247743),
    ])
    func quantiles(alpha: Double, beta: Double, share: Double, expected: Double) {
        #expect(abs(BetaDistribution(alpha, beta).quantile(share) - expected) < 1e-12)
    }

    @Test("every number of steps falls from level to level", arguments: Schedule.all)
    func manySteps(schedule: Schedule) throws {
        let noise = try NoiseSchedule.stableDiffusion()
        for steps in [1, 2, 3, 7, 100, 999, 1000] {
            let sigmas = noise.sigmas(schedule, steps: steps)
            // DDIM may have more, and whole training steps run out.
            #expect(steps > 100 || (schedule == .ddim ? sigmas.count > steps : sigmas.count == steps + 1), "\(steps): \(sigmas.count)")
            #expect(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 > $1 }, "\(steps)")
        }
    }

    @Test(
        "an absurd scheduler configuration is refused",
        arguments: [
            (0, 0.1, 0.2), (1, 0.1, 0.2), (Int.max, 0.1, 0.2), (-5, 0.1, 0.2), (10, 0, 0.2), (10, 0.1, 1), (10, .nan, 0.2),
            (10, 0.1, .infinity), (50_000, 0.1, 0.9)
        ])
    func refusal(trainStepCount: Int, betaStart: Double, betaEnd: Double) {
        #expect(throws: SamplingError.self) {
            try NoiseSchedule(trainStepCount: trainStepCount, betaStart: betaStart, betaEnd: betaEnd, scaled: false)
        }
    }

    @Test("the refusal names what the configuration says")
    func refusalText() {
        let error = SamplingError.noiseSchedule(trainStepCount: 0, betaStart: 0.00085, betaEnd: 0.012)
        #expect(error.description == """
            The scheduler configuration asks for 0 training steps with beta from 0.00085 to 0.012. There must be 2 to 100000 steps, \
            beta must lie between 0 and 1, and some signal must be left at the end. Correct scheduler_config.json.
            """)
    }
}
