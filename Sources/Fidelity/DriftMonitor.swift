public import Generation

/// Watches the compiled networks of one stage: says when to probe which, judges what a probe measured, and says what to do.
///
/// A state machine without clock, device or file: its owner tells it what happens and does what it answers.
///
///     compiled ─→ dueProbe ─→ probed ─┬─ within limits ─→ … ─→ dueProbe
///                                     └─ drift: response .mend(rung) ─→ the owner compiles anew ─→ compiled
///
/// `Model` identifies a compiled network among those of the stage, by what it was compiled for.
public struct DriftMonitor<Model: Hashable & Sendable>: Sendable {
    public let stage: Stage
    /// Where the stage runs, or is to run once the owner has done what the last event asked for.
    public private(set) var assignment: Place
    private let bound: Double
    private let settings: MonitorSettings
    /// In the order of their compiles.
    private var watches: [Watch<Model>] = []
    /// The rung climbed last, until a later probe has shown that it helped for more than a moment:
    /// a compile that drifts again at once is not just compiled again, forever.
    private var trial: Rung?

    public init(_ stage: Stage, on assignment: Place, bounds: FidelityBounds = .init(), settings: MonitorSettings = .init()) {
        self.stage = stage
        self.assignment = assignment
        self.bound = bounds.relativeError[stage]
        self.settings = settings
    }

    // What happens

    /// A network was compiled, for the first time or again. A probe is due. Compiles that began before the last `.mend` are
    /// out of date: they are let go of and not reported.
    /// - Parameter assignment: where it runs in fact.
    public mutating func compiled(_ model: Model, on assignment: Place) {
        self.assignment = assignment
        released(model)
        watches.append(Watch(model: model))
    }

    /// A compiled network was let go of, and needs no probe any more.
    public mutating func released(_ model: Model) { watches.removeAll { $0.model == model } }

    /// A compiled network took part in a picture.
    public mutating func finishedPicture(with model: Model, suspicion: Suspicion? = nil) {
        guard let index = watches.firstIndex(where: { $0.model == model }) else { return }
        watches[index].pictures += 1
        if let suspicion, suspicion.culprit == nil || suspicion.culprit == stage { watches[index].suspect(suspicion) }
    }

    // What is due

    /// The most urgent probe: of a suspect first, then of what was never probed, then of what was not for longest.
    public func dueProbe(at now: ContinuousClock.Instant) -> (model: Model, reason: ProbeReason)? {
        let due = watches.compactMap { watch in watch.probeReason(at: now, settings).map { (watch: watch, reason: $0) } }
        let first = due.first { $0.watch.suspicion != nil } ?? due.first { $0.watch.lastProbe == nil }
            ?? due.min { ($0.watch.lastProbe ?? now) < ($1.watch.lastProbe ?? now) }
        return first.map { ($0.watch.model, $0.reason) }
    }

    // What comes out

    /// Judges a probe. When the response is to mend, all compiled networks that the rung concerns are forgotten: only the one
    /// probed for `recompile`, all of the stage otherwise. The first probe after their compile is a new baseline.
    /// - Returns: nil when the network is not watched any more.
    public mutating func probed(_ model: Model, _ distance: Distance, at now: ContinuousClock.Instant) -> FidelityEvent? {
        guard let index = watches.firstIndex(where: { $0.model == model }) else { return nil }
        let baseline = watches[index].baseline
        let drift = Drift(distance, bound: bound, baseline: baseline)
        watches[index].probed(at: now, isGood: drift == nil)
        if let drift { return climb(.drift(drift), distance, from: model) }

        let finding: FidelityEvent.Finding
        if baseline != nil {
            finding = .withinBounds
            trial = nil
        } else {
            finding = trial == nil ? .baseline : .recovered
            watches[index].baseline = distance.relativeError
        }
        return FidelityEvent(stage, assignment, finding, distance)
    }

    /// The device refused to compile or to run a network. Asking it once more for the same is no rung then.
    public mutating func failed(_ model: Model, _ reason: String) -> FidelityEvent {
        trial = trial ?? .recompile
        return climb(.drift(.failed(reason)), nil, from: model)
    }

    private mutating func climb(_ finding: FidelityEvent.Finding, _ distance: Distance?, from model: Model) -> FidelityEvent {
        let found = assignment
        let next = Rung.ladder(for: assignment, upTo: settings.lastRung).first { rung in trial.map { rung > $0 } ?? true }
        guard let next else { return FidelityEvent(stage, found, finding, distance, response: .giveUp) }
        trial = next
        if let placement = next.placement(on: assignment.device) { assignment = Place(asked: placement) }
        if next == .recompile { released(model) } else { watches = [] }
        return FidelityEvent(stage, found, finding, distance, response: .mend(next))
    }
}

/// Why a probe is due.
public enum ProbeReason: Sendable, Hashable {
    case compiled
    case suspicion(Suspicion)
    /// So many pictures since the last probe.
    case pictures(Int)
    /// So long since the last probe.
    case time(Duration)
}
