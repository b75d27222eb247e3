import Compilation
import Fidelity
public import Generation

extension GenerationResult {
    /// Everything that the user should know of the pictures, in whole sentences.
    /// - Parameter asked: the places where the stages were to run.
    public func allWarnings(asked: PerStage<Placement>) -> [String] {
        let suspicions = images.enumerated().compactMap { index, image in
            Suspicion(picture: image).map {
                "Something may be wrong with picture \(index + 1): \($0). `easel verify` compares the devices with the reference."
            }
        }
        // Moves have been told already.
        let notes = Stage.allCases.compactMap { stage in
            moves.isEmpty ? asked[stage].precisionNote(stage, device: places[stage].device, precision: places[stage].precision) : nil
        }
        return warnings + suspicions + notes
    }
}

extension Placement {
    /// Tells in a sentence that a stage ran in another precision than this place asks for; nil when it ran as asked.
    /// - Parameters:
    ///   - stage: the one that ran.
    ///   - device: where it ran.
    ///   - precision: as read back after compiling.
    public func precisionNote(_ stage: Stage, device: String, precision: String) -> String? {
        guard case .exactly(let asked) = arithmetic, asked.rawValue != precision else { return nil }
        return precision == "mixed"
            ? "\(device) does not say what it computes the \(stage.label) in; \(asked) was asked for."
            : "\(device) does not compute in \(asked): the \(stage.label) ran in \(precision)."
    }
}
