public import Generation

/// Watches the compiled networks of one stage: says when to probe which, judges what a probe measured, and says what to do.
///
/// A state machine without clock, device or file: its owner tells it what happens and does what it answers.
///
///     compiled ─→ dueProbe ─→ probed ─┬─ within limits ─→ … ─→ dueProbe
///                                     └─ drift: response .mend(remedy) ─→ the owner compiles anew ─→ compiled
///
/// `Model` identifies a compiled network among those of the stage, by what it was compiled for.
public struct DriftMonitor<Model: Hashable & Sendable>: Sendable {
    /// The stage whose networks are watched.
    public let stage: Stage
    /// Where the stage runs, or is to run once the owner has done what the last event asked for.
    public private(set) var assignment: Place
    private let bound: Double
    private let settings: MonitorSettings
    /// In the order of their compiles.
    private var watches: [Watch<Model>] = []
    /// The remedy tried last, until a later probe has shown that it helped for more than a moment:
    /// a compile that drifts again at once is not just compiled again, forever.
    private var tried: Remedy?
    /// The placement that was asked for.
    private var placement: Placement
    private let fallbacks: Fallbacks

    /// - Parameters:
    ///   - placement: where the stage runs now; nil for the first of its fallbacks.
    public init(
        _ stage: Stage, _ fallbacks: Fallbacks, at placement: Placement? = nil, bounds: FidelityBounds = .init(),
        settings: MonitorSettings = .init()
    ) {
        self.stage = stage
        self.fallbacks = fallbacks
        self.placement = placement ?? fallbacks.first
        assignment = Place(asked: self.placement)
        bound = bounds.relativeError[stage]
        self.settings = settings
    }

    // What happens

    /// A network was compiled, for the first time or again. A probe is due. Compiles that began before the last `.mend` are
    /// out of date: they are let go of and not reported.
    /// - Parameters:
    ///   - placement: what was asked for; nil for where the stage is to run.
    ///   - assignment: where it runs in fact.
    public mutating func compiled(_ model: Model, at placement: Placement? = nil, on assignment: Place) {
        self.placement = placement ?? self.placement
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

    /// Judges a probe. When the response is to mend, all compiled networks that the remedy concerns are forgotten: only the one
    /// probed for `recompile`, all of the stage otherwise. The first probe after their compile is a new baseline.
    /// - Returns: nil when the network is not watched any more.
    public mutating func probed(_ model: Model, _ distance: Distance, at now: ContinuousClock.Instant) -> FidelityEvent? {
        guard let index = watches.firstIndex(where: { $0.model == model }) else { return nil }
        let baseline = watches[index].baseline
        let drift = Drift(distance, bound: bound, baseline: baseline)
        watches[index].probed(at: now, isGood: drift == nil)
        if let drift { return mend(.drift(drift), distance, from: model) }

        let finding: FidelityEvent.Finding
        if baseline != nil {
            finding = .withinBounds
            tried = nil
        } else {
            finding = tried == nil ? .baseline : .recovered
            watches[index].baseline = distance.relativeError
        }
        return FidelityEvent(stage, assignment, finding, distance)
    }

    /// The device refused to compile or to run a network. Asking it once more for the same is no remedy then.
    public mutating func failed(_ model: Model, _ reason: String) -> FidelityEvent {
        tried = tried ?? .recompile
        return mend(.drift(.failed(reason)), nil, from: model)
    }

    private mutating func mend(_ finding: FidelityEvent.Finding, _ distance: Distance?, from model: Model) -> FidelityEvent {
        let found = assignment
        guard let remedy = fallbacks.remedy(after: placement, at: assignment, tried: tried, because: .drift) else {
            return FidelityEvent(stage, found, finding, distance, response: .giveUp)
        }
        tried = remedy
        switch remedy {
        case .recompile:
            released(model)
        case .move(let next):
            placement = next
            assignment = Place(asked: next)
            watches = []
        }
        return FidelityEvent(stage, found, finding, distance, response: .mend(remedy))
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
