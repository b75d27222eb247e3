import Tensors

extension Sampler {
    /// PLMS: DDIM's steps with the noise of up to four calls, as Adams and Bashforth weigh them. The first step asks twice.
    ///
    /// Source: Liu and others, "Pseudo numerical methods for diffusion models on manifolds", 2022; A1111 1.10
    /// `sd_samplers_timesteps_impl.plms`.
    public static let plms = Sampler(
        "PLMS", ["plms"], steps: 2...1000, grid: .timesteps { settings, _ in a1111Timesteps(settings.steps) },
        evaluations: { a1111Timesteps($0).count },
        "DDIM with four slopes; one call a step"
    ) { x, walk in
        var x = x
        // The latest first.
        var past: [NDArray] = []
        for (t, s) in zip(walk.timesteps, walk.timesteps.dropFirst()) {
            let (from, to) = (walk.level(t), walk.level(s))
            let epsilon = try await walk.epsilon(x, at: from)
            if past.isEmpty {
                let other = try await walk.epsilon(from.moved(x, epsilon: epsilon, to: to), at: to)
                x = from.moved(x, epsilon: (epsilon + other) / 2, to: to)
            } else {
                x = from.moved(x, epsilon: adamsBashforth([epsilon] + past), to: to)
            }
            past = [epsilon] + past.prefix(2)
            x = walk.corrected(x)
        }
        return x
    }

    /// PNDM: three Runge–Kutta steps of four calls each, then PLMS.
    ///
    /// A step of the second part goes down by an even part of training, which is not where the next call is: so does the original.
    /// Source: Liu and others, 2022; diffusers `PNDMScheduler` with `skip_prk_steps=False`, `timestep_spacing="linspace"`.
    public static let pndm = Sampler(
        "PNDM", steps: 4...1000, origin: .diffusers, grid: .timesteps(linspaceTimesteps),
        evaluations: { $0 + 9 }, "PLMS that begins with Runge–Kutta steps; nine calls more than steps"
    ) { x, walk in
        var x = x
        let times = walk.timesteps
        let spacing = walk.timestepSpacing
        var past: [NDArray] = []
        for (t, end) in zip(times, times.dropFirst()).prefix(3) {
            let (from, to, middle) = (walk.level(t), walk.level(end), walk.level(end + Double(spacing / 2)))
            let first = try await walk.epsilon(x, at: from)
            let a = from.moved(x, epsilon: first, to: walk.level(t - Double(spacing / 2)))
            let second = try await walk.epsilon(a, at: middle)
            let third = try await walk.epsilon(from.moved(x, epsilon: second, to: middle), at: middle)
            let fourth = try await walk.epsilon(from.moved(x, epsilon: third, to: to), at: to)
            x = from.moved(x, epsilon: (first + 2 * second + 2 * third + fourth) / 6, to: to)
            past = [first] + past
            x = walk.corrected(x)
        }
        for t in times.dropFirst(3) {
            let from = walk.level(t)
            let epsilon = try await walk.epsilon(x, at: from)
            x = from.moved(x, epsilon: adamsBashforth([epsilon] + past), to: walk.levelBelow(t))
            past = [epsilon] + past.prefix(2)
            x = walk.corrected(x)
        }
        return x
    }

    /// The weighted sum of two to four values, the latest first.
    private static func adamsBashforth(_ values: [NDArray]) -> NDArray {
        switch values.count {
        case 2: (3 * values[0] - values[1]) / 2
        case 3: (23 * values[0] - 16 * values[1] + 5 * values[2]) / 12
        default: (55 * values[0] - 59 * values[1] + 37 * values[2] - 9 * values[3]) / 24
        }
    }

    /// diffusers' evenly spaced training steps, rounded, with both ends; a single one is the last.
    static let linspaceTimesteps: @Sendable (SamplingSettings, Objective) -> [Double] = { settings, objective in
        let steps = settings.steps
        let last = Double(objective.noiseSchedule.stepCount - 1)
        return (0..<steps).map { ((1 - Double($0) / Double(max(steps - 1, 1))) * last).rounded(.toNearestOrEven) }
    }
}
