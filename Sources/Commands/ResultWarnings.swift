import Compilation
import Fidelity
import Generation

extension GenerationResult {
    /// All that the user should know of the pictures, in whole sentences.
    /// - Parameter asked: where and how the components were to run.
    func allWarnings(asked: PerComponent<Placement>) -> [String] {
        let suspicions = images.enumerated().compactMap { index, image in
            Suspicion(picture: image).map {
                "Something may be wrong with picture \(index + 1): \($0). `easel verify` compares the devices with the reference."
            }
        }
        // Moves have been told already.
        let notes = Component.allCases.compactMap { component in
            moves.isEmpty ? precisionNote(component, asked: asked[component], device: devices[component], precision: precisions[component]) : nil
        }
        return warnings + suspicions + notes
    }
}
