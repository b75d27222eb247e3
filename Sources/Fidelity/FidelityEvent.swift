public import FoundationEssentials
public import Generation

/// A finding about a stage and the response to it: for the log, the status and the picture's metadata.
public struct FidelityEvent: Sendable, Hashable {
    /// The result of a probe, or of a failure.
    public enum Finding: Sendable, Hashable {
        /// The first probe of a compiled network, within bounds: later ones are compared with it.
        case baseline
        case withinBounds
        /// The first probe after a rung was climbed, within bounds.
        case recovered
        case drift(Drift)
    }

    /// The measures that follow a finding.
    public enum Response: Sendable, Hashable {
        case none
        /// The stage is compiled again or moves; then it is probed again.
        case mend(Remedy)
        /// Nothing is left to try, or nothing is allowed. Somebody has to know.
        case giveUp
    }

    /// The stage that the finding is about.
    public let stage: Stage
    /// Where the stage ran when this was found.
    public let assignment: Place
    /// The result of the probe, or of the failure.
    public let finding: Finding
    /// The figures; nil when there was no probe.
    public let distance: Distance?
    /// The measures that are taken.
    public let response: Response

    init(_ stage: Stage, _ assignment: Place, _ finding: Finding, _ distance: Distance? = nil, response: Response = .none) {
        self.stage = stage
        self.assignment = assignment
        self.finding = finding
        self.distance = distance
        self.response = response
    }
}

/// A finding and its time.
public struct FidelityRecord: Sendable, Hashable {
    /// The finding and the response to it.
    public let event: FidelityEvent
    /// The time at which it was found.
    public let time: Date
}

extension FidelityEvent: CustomStringConvertible {
    public var description: String {
        let finding = "The \(stage.label) on \(assignment): \(finding.text(error: distance?.relativeError))."
        return [finding, response.text(for: assignment)].compactMap(\.self).joined(separator: " ")
    }
}

extension FidelityEvent {
    /// The event as a notice for the user.
    public var notice: Notice {
        let values = assignment.values(of: stage).merging(["response": .text(responseName)]) { $1 }
        return Notice(finding.noticeName, values.merging(finding.values(error: distance?.relativeError)) { $1 }, description)
    }
}

extension Place {
    /// The values of a notice that tell of a stage here.
    func values(of stage: Stage) -> [String: ErrorReason.Value] {
        ["component": .text(stage.rawValue), "device": .text(device), "precision": .text(precision)]
    }
}

extension FidelityEvent.Finding {
    /// - Parameter error: relative error of the probe; nil when there was none.
    func values(error: Double?) -> [String: ErrorReason.Value] {
        var values: [String: ErrorReason.Value] = [:]
        switch self {
        case .drift(.nonFinite(let count)): return ["count": .init(count)]
        case .drift(.failed(let reason)): return ["detail": .text(reason)]
        case .drift(.overBound(let bound)): values["bound"] = .init(bound)
        case .drift(.overBaseline(let baseline)): values["baseline"] = .init(baseline)
        case .baseline, .withinBounds, .recovered: break
        }
        values["error"] = error.map { .init($0) }
        return values
    }

    var noticeName: Notice.Name {
        switch self {
        case .baseline: .probeBaseline
        case .withinBounds: .probeWithinBounds
        case .recovered: .probeRecovered
        case .drift(.nonFinite): .probeNotFinite
        case .drift(.overBound): .probeOverBound
        case .drift(.overBaseline): .probeOverBaseline
        case .drift(.failed): .probeFailed
        }
    }

    fileprivate func text(error: Double?) -> String {
        let error = "relative error \(error?.percent ?? "unknown")"
        return switch self {
        case .baseline: "\(error), its baseline from now on"
        case .withinBounds: "\(error), within bounds"
        case .recovered: "\(error), within bounds again"
        case .drift(.nonFinite(let count)): "\(count) of its numbers \(count == 1 ? "is" : "are") not finite"
        case .drift(.overBound(let bound)): "\(error), over the bound of \(bound.percent)"
        case .drift(.overBaseline(let baseline)): "\(error), more than three times its baseline of \(baseline.percent)"
        case .drift(.failed(let reason)): "it failed (\(reason.trimmedSentence))"
        }
    }

    /// One word, as in JSON.
    public var name: String {
        switch self {
        case .baseline: "baseline"
        case .withinBounds: "within_bounds"
        case .recovered: "recovered"
        case .drift(.nonFinite): "non_finite"
        case .drift(.overBound): "over_bound"
        case .drift(.overBaseline): "over_baseline"
        case .drift(.failed): "failed"
        }
    }
}

extension FidelityEvent.Response {
    fileprivate func text(for assignment: Place) -> String? {
        switch self {
        case .none: nil
        case .mend(.recompile): "It is compiled again from scratch."
        case .mend(.move(let placement)):
            switch Rung(move: placement, from: assignment) {
            case .accuracy: "It moves to accuracy, f32 on \(assignment.device)."
            case .cpu: "It moves to the CPU, in f32."
            default: "It moves to \(placement)."
            }
        case .giveUp where assignment.isReference:
            "There is nothing more exact than this: download the checkpoint again, and test the machine's memory if that does not help."
        case .giveUp: "No rung is left that the settings allow: use it with accuracy or on the CPU, or allow more rungs."
        }
    }
}

extension FidelityEvent {
    /// The response in one word, as in JSON: `none`, `recompile`, `accuracy`, `cpu`, `move`, `give_up`.
    public var responseName: String {
        switch response {
        case .none: "none"
        case .mend(.recompile): Rung.recompile.rawValue
        case .mend(.move(let placement)): Rung(move: placement, from: assignment)?.rawValue ?? "move"
        case .giveUp: "give_up"
        }
    }
}

extension Rung {
    /// The rung that a move amounts to; nil for a move to another device of the user's.
    fileprivate init?(move placement: Placement, from place: Place) {
        if placement.device == place.device {
            self = .accuracy
        } else if placement == .reference {
            self = .cpu
        } else {
            return nil
        }
    }
}

extension String {
    /// Without the full stop at its end, to stand within another sentence.
    fileprivate var trimmedSentence: Substring { hasSuffix(".") ? dropLast() : self[...] }
}
