import Tensors

extension Sampler {
    /// Restart: Heun's method, which goes back up to more noise near the end, once or twice, and down again.
    ///
    /// Fewer than 20 steps are Heun's alone; the levels of more are Karras's between the schedule's greatest and least.
    /// Source: Xu and others, "Restart sampling for improving generative processes", 2023; A1111 1.10 `restart_sampler`.
    public static let restart = Sampler(
        "Restart", automatic: .karras, evaluationsPerStep: 2, addedNoise: .fresh, options: [.noiseScale],
        "Heun that goes back up near the end, for 20 steps and more; two calls a step"
    ) { x, walk in
        var x = x
        var reached: Double?
        for (from, to) in moves(walk.sigmas) {
            if let reached, reached < from {
                x = x + ((from * from - reached * reached).squareRoot() * walk.noiseScale) * walk.freshNoise()
            }
            x = try await walk.heunStep(x, from: from, to: to)
            reached = to
            x = walk.corrected(x, at: to)
        }
        return x
    }

    /// Each step's two levels; where one begins above the end of the last, noise is added first.
    private static func moves(_ schedule: [Double]) -> [(Double, Double)] {
        let steps = schedule.count - 1
        guard steps >= 20 else { return Array(zip(schedule, schedule.dropFirst())) }
        let (again, times) = steps < 36 ? (9, 1) : (steps / 4, 2)
        let (least, greatest) = (schedule[steps - 1], schedule[0])
        let sigmas = Schedule.karrasLevels(steps - again * times, least: least, greatest: greatest) + [0]
        func nearest(_ sigma: Double) -> Int {
            sigmas.indices.min { abs(sigmas[$0] - sigma) < abs(sigmas[$1] - sigma) } ?? 0
        }
        let (low, high) = (nearest(0.1), nearest(2))
        return sigmas.indices.dropLast().flatMap { index in
            let step = [(sigmas[index], sigmas[index + 1])]
            guard index + 1 == low, high < low else { return step }
            let loop = Schedule.karrasLevels(again + 1, least: sigmas[low], greatest: sigmas[high])
            return step + Array(repeatElement(Array(zip(loop, loop.dropFirst())), count: times).joined())
        }
    }
}
