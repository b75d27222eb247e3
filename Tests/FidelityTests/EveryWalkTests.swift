import Fidelity
import Generation
import Testing

/// Every course that an episode can take, not just those that somebody thought of.
@Suite("Every walk of the monitor")
struct EveryWalkTests {
    /// What a step of a walk brings: a probe with this relative error, or a device that fails.
    private enum Outcome { case error(Double), failure }

    /// Within the bound of 0.01; within, but over three times the other; over the bound; as of numbers that are not finite.
    private static let outcomes: [Outcome] = [.error(0.001), .error(0.004), .error(0.02), .error(.infinity), .failure]
    private static let starts = [("GPU", "f16"), ("GPU", "f32"), ("CPU", "bf16"), ("CPU", "f32")].map(Place.init)
    private static let lastRungs = Rung.allCases

    @Test("none repeats a rung within an episode, climbs too high, stops too early or forgets a baseline", arguments: starts, lastRungs)
    func everyWalk(start: Place, last: Rung) {
        var digits = Array(repeating: 0, count: 5)
        repeat { walk(from: start, upTo: last, digits.map { Self.outcomes[$0] }) } while digits.increment(base: Self.outcomes.count)
    }

    private func walk(from start: Place, upTo last: Rung, _ outcomes: [Outcome]) {
        let asked = Placement(device: start.device, precision: Precision(rawValue: start.precision) ?? .f32)
        var others: [Placement] = []
        if last >= .accuracy { others.append(Placement(device: start.device, precision: .f32)) }
        if last >= .cpu { others.append(.reference) }
        let fallbacks = Fallbacks(asked, then: others, lastRung: last)
        var monitor = DriftMonitor<Int>(.denoise, fallbacks)
        monitor.compiled(0, on: start)
        var baseline: Double?
        // A failure stands for having compiled in vain.
        var hasRecompiled = false
        // Placements that are left, from where the stage runs.
        var left = fallbacks.placements[...]

        for outcome in outcomes {
            let before = monitor.assignment
            let event: FidelityEvent?
            let isGood: Bool
            switch outcome {
            case .error(let error):
                event = monitor.probed(0, .error(error), at: .now)
                isGood = error <= 0.01 && baseline.map { error <= 3 * $0 } ?? true
                if isGood, baseline != nil { hasRecompiled = false }
                if isGood { baseline = baseline ?? error }
            case .failure:
                event = monitor.failed(0, "gone")
                isGood = false
                hasRecompiled = true
            }

            #expect(event?.assignment == before)
            #expect((event?.response == FidelityEvent.Response.none) == isGood, "\(outcomes)")
            let next: Remedy? =
                if last == .nothing {
                    nil
                } else if !hasRecompiled {
                    .recompile
                } else {
                    last == .recompile ? nil : left.dropFirst().first.map(Remedy.move)
                }
            if !isGood { #expect(event?.response == next.map { .mend($0) } ?? .giveUp, "\(outcomes)") }
            guard case .mend(let remedy) = event?.response else {
                #expect(monitor.assignment == before)
                continue
            }
            hasRecompiled = true
            baseline = nil
            if case .move(let placement) = remedy {
                left = left.dropFirst()
                #expect(monitor.assignment == Place(asked: placement))
            } else {
                #expect(monitor.assignment == before)
            }
            #expect(monitor.dueProbe(at: .now) == nil)
            monitor.compiled(0, on: monitor.assignment)
        }
    }
}

extension [Int] {
    /// Counts up, least digit first; false after the last number.
    fileprivate mutating func increment(base: Int) -> Bool {
        for index in indices {
            self[index] += 1
            if self[index] < base { return true }
            self[index] = 0
        }
        return false
    }
}
