import Compilation
import Fidelity
import Generation

extension GenerationResult {
    /// All that the user should know of the pictures, in whole sentences.
    /// - Parameter asked: where and how the stages were to run.
    func allWarnings(asked: PerStage<Placement>) -> [String] {
        let suspicions = images.enumerated().compactMap { index, image in
            Suspicion(picture: image).map {
                "Something may be wrong with picture \(index + 1): \($0). `easel verify` compares the devices with the reference."
            }
        }
        // Moves have been told already.
        let notes = Stage.allCases.compactMap { stage in
            moves.isEmpty ? precisionNote(stage, asked: asked[stage], device: places[stage].device, precision: places[stage].precision) : nil
        }
        return warnings + suspicions + notes
    }
}
