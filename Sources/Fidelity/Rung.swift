public import Generation

/// The ladder that a stage climbs, one rung at a time, until its numbers are right again.
public enum Rung: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Compile once more from scratch, with what the disk cache holds of it dropped: cures a damaged or stale compile.
    case recompile
    /// Stay on the device, in f32 throughout: cures a precision that is too low for this checkpoint.
    case accuracy
    /// The CPU in f32, the reference itself: cures what is wrong with the device.
    case cpu

    public static func < (lower: Rung, higher: Rung) -> Bool { lower.height < higher.height }

    private var height: Int {
        switch self {
        case .recompile: 0
        case .accuracy: 1
        case .cpu: 2
        }
    }

    /// The rungs that change anything for a stage, lowest first.
    /// - Parameter last: the highest that is allowed; with nil there is no ladder.
    public static func ladder(for assignment: Place, upTo last: Rung?) -> [Rung] {
        guard let last else { return [] }
        return allCases.filter { rung in
            switch rung {
            case .recompile: true
            case .accuracy: rung <= last && !assignment.isFullPrecision
            // On the CPU itself, accuracy is this already.
            case .cpu: rung <= last && assignment.device != Place.reference.device
            }
        }
    }

    /// What is asked of OpenVINO for a stage once it has climbed this rung.
    /// - Parameter device: where it ran.
    /// - Returns: nil when it stays as it was.
    public func placement(on device: String) -> Placement? {
        switch self {
        case .recompile: nil
        case .accuracy: Placement(device: device, precision: .f32)
        case .cpu: .reference
        }
    }
}
