/// A monitor's knowledge of one compiled network.
struct Watch<Model: Hashable & Sendable>: Sendable {
    let model: Model
    /// The relative error of the first probe, if that was within bounds.
    var baseline: Double?
    var lastProbe: ContinuousClock.Instant?
    /// Since the last probe.
    var pictures = 0
    /// The fault of a picture, until the next probe.
    private(set) var suspicion: Suspicion?
    /// A flat picture was looked into, and the network was not to blame.
    private var excusesFlatPictures = false

    init(model: Model) { self.model = model }

    mutating func suspect(_ newSuspicion: Suspicion) {
        // Whoever wants plain pictures shall not pay for a probe with each: the next one by number or time looks again.
        if case .flat = newSuspicion, excusesFlatPictures || suspicion != nil { return }
        suspicion = newSuspicion
    }

    mutating func probed(at now: ContinuousClock.Instant, isGood: Bool) {
        excusesFlatPictures = isGood && suspicion != nil
        suspicion = nil
        lastProbe = now
        pictures = 0
    }

    func probeReason(at now: ContinuousClock.Instant, _ settings: MonitorSettings) -> ProbeReason? {
        if let suspicion { return .suspicion(suspicion) }
        guard let lastProbe else { return .compiled }
        if let limit = settings.picturesBetweenProbes, pictures >= limit, pictures > 0 { return .pictures(pictures) }
        if let limit = settings.timeBetweenProbes, now - lastProbe >= limit { return .time(now - lastProbe) }
        return nil
    }
}
