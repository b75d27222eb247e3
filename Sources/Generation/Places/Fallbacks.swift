/// Where a stage runs, where it goes when that fails, and what may be done when its numbers drift.
public struct Fallbacks: Sendable, Hashable {
    /// The placements in order of preference: at least one, all different.
    public let placements: [Placement]
    /// The most that may be done about drift. A device that fails is left in any case, as far as there is another placement.
    public let lastRung: Rung

    /// Makes fallbacks in order of preference; a placement that is named twice counts once.
    public init(_ first: Placement, then others: [Placement] = [], lastRung: Rung = .cpu) {
        placements = others.reduce(into: [first]) { placements, placement in
            if !placements.contains(placement) { placements.append(placement) }
        }
        self.lastRung = lastRung
    }

    /// The user's choice.
    public var first: Placement { placements[0] }

    /// The next thing to try for a stage that fails.
    /// - Parameters:
    ///   - placement: where it ran.
    ///   - place: where it ran in fact; nil before anything was compiled. A move to f32 is skipped on a device that computed in f32
    ///     already.
    ///   - tried: what was tried last against the same trouble.
    /// - Returns: nil when nothing is left.
    public func remedy(after placement: Placement, at place: Place? = nil, tried: Remedy? = nil, because failure: StageFailure) -> Remedy? {
        if failure == .drift {
            switch lastRung {
            case .nothing: return nil
            case .recompile, .accuracy, .cpu: if tried == nil { return .recompile }
            }
            if lastRung == .recompile { return nil }
        }
        guard let index = placements.firstIndex(of: placement) else { return nil }
        return placements[(index + 1)...].first { next in
            if failure == .device { return next.device != placement.device }
            return place?.isFullPrecision != true || next.device != placement.device
        }.map(Remedy.move)
    }
}

/// Something to try for a stage that fails.
public enum Remedy: Sendable, Hashable {
    /// Compile once more from scratch, and drop what the disk cache holds of it: cures a damaged or stale compile.
    case recompile
    /// Go on elsewhere, for more exact arithmetic or a sound device.
    case move(Placement)
}

/// How a stage failed.
public enum StageFailure: Sendable, Hashable {
    /// The device broke, or refused to compile or run a network.
    case device
    /// A picture's numbers were not finite.
    case numbers
    /// A probe found numbers that are too far from the reference's.
    case drift
}
