import Tensors

extension Sampler {
    /// DDIM as diffusers has it: as many calls as steps, on training steps counted from the first; on those counted from the last with
    /// the schedule Turbo.
    ///
    /// Source: diffusers `DDIMScheduler` without clipping.
    public static let ddimDiffusers = Sampler(
        "DDIM (diffusers)", addedNoise: .fresh, options: [.eta], defaultEta: 0, origin: .diffusers,
        grid: .timesteps { settings, objective in
            let steps = settings.steps
            if settings.schedule == .turbo { return objective.noiseSchedule.trailingTimesteps(steps) }
            let (count, spacing) = (objective.noiseSchedule.stepCount, objective.noiseSchedule.stepCount / steps)
            let offset = min(max(objective.stepsOffset, 0), count - 1)
            // With the offset, T steps would start beyond the last training step, which diffusers does not survive.
            return (0..<steps).reversed().map { Double(min($0 * spacing + offset, count - 1)) }
        },
        "even steps as SD.Next counts them; one call a step"
    ) { x, walk in
        var x = x
        for timestep in walk.timesteps {
            let from = walk.level(timestep)
            let estimates = try await walk.estimates(x, at: from)
            x = walk.ddimStep(x, estimates, from, walk.levelBelow(timestep), direction: { $0.denoised })
            x = walk.corrected(x)
        }
        return x
    }
}
