import Compilation
import Generation

/// What ran otherwise than it was asked to; nil when all is as asked.
/// - Parameter precision: as read back after compiling.
func precisionNote(_ stage: Stage, asked placement: Placement, device: String, precision: String) -> String? {
    guard case .exactly(let asked) = placement.arithmetic, asked.rawValue != precision else { return nil }
    return precision == "mixed"
        ? "\(device) does not say what it computes the \(stage.label) in; \(asked) was asked for."
        : "\(device) does not compute in \(asked): the \(stage.label) ran in \(precision)."
}
