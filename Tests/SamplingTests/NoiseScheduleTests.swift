import Generation
import Sampling
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
                #expect(zip(sigmas, list.sigmas).allSatisfy { isClose($0, $1, 2e-6) }, "\(list.schedule.rawValue), \(list.steps) steps")
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
                let timesteps = list.sigmas.dropLast().map { schedule.timestep(atSigma: $0) }
                #expect(timesteps.count == list.timesteps.count)
                #expect(zip(timesteps, list.timesteps).allSatisfy { abs($0 - $1) < 2e-4 }, "\(list.schedule.rawValue), \(list.steps) steps")
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
        // σ is rounded to 24 bits: 6e-8 of log σ, where a training step is at least 0.004.
        #expect(abs(Double(schedule.timestep(atSigma: schedule.sigma(atTimestep: timestep))) - timestep) < 5e-5)
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
        #expect(zip(sigmas, expected).allSatisfy { isClose($0, $1, 1e-5) }, "\(sigmas)")
    }

    @Test("every number of steps falls from level to level", arguments: Schedule.allCases)
    func manySteps(schedule: Schedule) throws {
        let noise = try NoiseSchedule.stableDiffusion()
        for steps in [1, 2, 3, 7, 100, 999, 1000] {
            let sigmas = noise.sigmas(schedule, steps: steps)
            #expect(sigmas.count == steps + 1)
            #expect(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 > $1 })
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
