import Tensors

/// The way from noise to picture: sampler, schedule and their options.
public struct SamplingSettings: Sendable, Hashable {
    public var sampler: Sampler
    /// The schedule that was asked for; samplers on training steps have their own.
    public var schedule: Schedule
    public var steps: Int
    public var options: SamplerOptions
    public var scheduleOptions: ScheduleOptions

    public init(
        _ sampler: Sampler, schedule: Schedule = .automatic, steps: Int, options: SamplerOptions = SamplerOptions(),
        scheduleOptions: ScheduleOptions = ScheduleOptions()
    ) {
        (self.sampler, self.schedule, self.steps) = (sampler, schedule, steps)
        (self.options, self.scheduleOptions) = (options, scheduleOptions)
    }

    /// Checks the settings for a model.
    /// - Throws: `SamplingError`.
    public func validate(for objective: Objective) throws(SamplingError) {
        let range = sampler.stepRange(for: objective)
        guard range.contains(steps) else { throw .stepCount(steps, sampler: sampler, range: range) }
        let training = adapted(objective).noiseSchedule
        let least = scheduleOptions.sigmaMinimum > 0 ? scheduleOptions.sigmaMinimum : training.sigmas[0]
        let greatest = scheduleOptions.sigmaMaximum > 0 ? scheduleOptions.sigmaMaximum : training.sigmas[training.stepCount - 1]
        guard least < greatest else { throw .sigmas(least: least, greatest: greatest) }
    }

    /// The objective of a model with the noise that the options ask for.
    func adapted(_ objective: Objective) -> Objective {
        guard scheduleOptions.zeroTerminalSNR else { return objective }
        var objective = objective
        objective.noiseSchedule = objective.noiseSchedule.withZeroTerminalSNR()
        return objective
    }

    /// The levels of the whole way.
    struct Grid {
        var sigmas: [Double] = []
        var timesteps: [Double] = []
        /// The standard deviation of the noise to start from.
        var startScale = 1.0
        var distilled: (schedule: NoiseSchedule, spacing: Int)?

        /// The least and the greatest σ above 0.
        var range: (least: Double, greatest: Double)? {
            let positive = sigmas.filter { $0 > 0 }
            guard let least = positive.min(), let greatest = positive.max() else { return nil }
            return (least, greatest)
        }
    }

    func grid(for objective: Objective) -> Grid {
        func levels(_ training: NoiseSchedule) -> [Double] {
            training.sigmas(
                sampler.followed(schedule), steps: steps, options: scheduleOptions,
                discardsPenultimate: sampler.discardsPenultimate, alignedSteps: objective.alignedSteps)
        }
        var grid = Grid()
        switch sampler.grid {
        case .sigmas:
            grid.sigmas = levels(objective.noiseSchedule)
            grid.startScale = grid.sigmas[0]
        case .solver(let endsAtLeastSigma):
            grid.sigmas = levels(objective.noiseSchedule)
            if endsAtLeastSigma, grid.sigmas.last == 0 { grid.sigmas[grid.sigmas.count - 1] = Double(objective.noiseSchedule.sigmas[0]) }
            // Schedules that end at the least σ themselves would stand still there.
            while grid.sigmas.count > 2, grid.sigmas[grid.sigmas.count - 2] <= grid.sigmas[grid.sigmas.count - 1] {
                grid.sigmas.remove(at: grid.sigmas.count - 2)
            }
            grid.startScale = (grid.sigmas[0] * grid.sigmas[0] + 1).squareRoot()
        case .distilled:
            let distilled = objective.noiseSchedule.distilled(count: Sampler.distilledStepCount)
            grid.distilled = distilled
            grid.sigmas = levels(distilled.schedule)
            grid.startScale = grid.sigmas[0]
        case .timesteps(let list):
            grid.timesteps = list(self, objective)
        }
        return grid
    }

    /// How often a model is asked, as far as is known.
    /// - Parameter skipped: steps that are left out at first.
    public func callCount(for objective: Objective, skippingSteps skipped: Int = 0) -> Int {
        callCount(of: grid(for: adapted(objective)), skippingSteps: skipped)
    }

    /// How often a model is asked on a grid of this sampler's.
    func callCount(of grid: Grid, skippingSteps skipped: Int) -> Int {
        var calls = sampler.evaluationCount(steps: steps)
        if !grid.sigmas.isEmpty {
            calls = sampler.evaluationCount(steps: grid.sigmas.count - 1)
            // A last step to 0 needs one call only.
            if grid.sigmas.last != 0 { calls += sampler.evaluationsPerStep - 1 }
        }
        return max(calls - skipped * sampler.evaluationsPerStep, 0)
    }
}

extension Sampler {
    /// The numbers of steps that it can take with a model.
    func stepRange(for objective: Objective) -> ClosedRange<Int> { minimumSteps...max(minimumSteps, maximumSteps(for: objective)) }

    private func maximumSteps(for objective: Objective) -> Int {
        switch grid {
        case .timesteps: min(maximumSteps, objective.noiseSchedule.stepCount)
        case .distilled, .sigmas, .solver: maximumSteps
        }
    }
}
