public import Generation

extension Rung {
    /// The rungs that change anything for a stage, lowest first.
    /// - Parameter last: the highest that is allowed.
    public static func ladder(for assignment: Place, upTo last: Rung) -> [Rung] {
        allCases.filter { rung in
            guard rung <= last else { return false }
            return switch rung {
            case .nothing: false
            case .recompile: true
            case .accuracy: !assignment.isFullPrecision
            // On the CPU itself, accuracy is this already.
            case .cpu: assignment.device != Place.reference.device
            }
        }
    }

    /// The place of a stage once it has climbed this rung.
    /// - Parameter device: the one where it ran.
    /// - Returns: nil when it stays as it was.
    public func placement(on device: String) -> Placement? {
        switch self {
        case .nothing, .recompile: nil
        case .accuracy: Placement(device: device, precision: .f32)
        case .cpu: .reference
        }
    }
}
