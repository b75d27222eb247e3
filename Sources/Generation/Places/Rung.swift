/// A step that is taken against a stage whose answers drift from the CPU's in f32, from least to most. Raw values are those of the setting
/// `fidelity_last_rung`.
public enum Rung: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Only tells of the drift.
    case nothing = "none"
    /// Compiles once more from scratch, and drops what the disk cache holds of it: cures a damaged or stale compile.
    case recompile
    /// Stays on the device, in f32 throughout: cures a precision that is too low for this checkpoint.
    case accuracy
    /// Moves to the CPU in f32, the reference itself: cures a faulty device.
    case cpu

    public static func < (lower: Rung, higher: Rung) -> Bool { lower.height < higher.height }

    private var height: Int {
        switch self {
        case .nothing: 0
        case .recompile: 1
        case .accuracy: 2
        case .cpu: 3
        }
    }
}
