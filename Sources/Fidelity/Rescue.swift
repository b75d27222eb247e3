public import Generation

/// The way out for one picture that came out with numbers that are not finite: the component at fault does its part again, one
/// rung up, until the numbers are finite or no rung is left. The picture never becomes a black file.
///
/// Concerns this picture only. Whether the component stays on the rung is the monitor's decision, after a probe: one strange
/// request shall not slow down all others.
public struct Rescue: Sendable {
    public let component: Component
    /// Where to do the part again.
    public private(set) var assignment: Assignment
    private let lastRung: Rung?

    public init(_ component: Component, on assignment: Assignment, settings: MonitorSettings = .init()) {
        self.component = component
        self.assignment = assignment
        lastRung = settings.lastRung
    }

    /// Takes the next rung. Compiling the same again is none here: the picture would wait for what a probe can find out later.
    /// - Returns: `.redo` with the rung that `assignment` now stands on, or `.giveUp`.
    public mutating func next(after suspicion: Suspicion) -> FidelityEvent {
        let found = assignment
        guard let rung = Rung.ladder(for: assignment, upTo: lastRung).first(where: { $0 > .recompile }) else {
            return FidelityEvent(component, found, .suspicious(suspicion), response: .giveUp)
        }
        assignment = rung.applied(to: assignment)
        return FidelityEvent(component, found, .suspicious(suspicion), response: .redo(rung))
    }
}
