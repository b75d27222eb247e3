import Compilation
import Fidelity
public import Generation

extension GenerationResult {
    /// Everything that the user should know of the pictures.
    /// - Parameter asked: the places where the stages were to run.
    public func allWarnings(asked: PerStage<Placement>) -> [Notice] {
        let suspicions = images.enumerated().compactMap { index, image in
            Suspicion(picture: image).map {
                Notice(
                    .flatPicture, ["picture": .init(index + 1)],
                    "Something may be wrong with picture \(index + 1): \($0). `easel verify` compares the devices with the reference.")
            }
        }
        // Moves have been told already.
        let precisions = Stage.allCases.compactMap { stage in
            moves.isEmpty ? asked[stage].precisionNotice(stage, device: places[stage].device, precision: places[stage].precision) : nil
        }
        return warnings + suspicions + precisions
    }
}

extension Placement {
    /// Tells that a stage ran in another precision than this place asks for; nil when it ran as asked.
    /// - Parameters:
    ///   - stage: the one that ran.
    ///   - device: where it ran.
    ///   - precision: as read back after compiling.
    public func precisionNotice(_ stage: Stage, device: String, precision: String) -> Notice? {
        guard case .exactly(let asked) = arithmetic, asked.rawValue != precision else { return nil }
        let values: [String: ErrorReason.Value] = [
            "device": .text(device), "component": .text(stage.rawValue), "wanted": .text(asked.rawValue),
        ]
        return precision == "mixed"
            ? Notice(
                .untoldPrecision, values, "\(device) does not say what it computes the \(stage.label) in; \(asked) was asked for.")
            : Notice(
                .otherPrecision, values.merging(["actual": .text(precision)]) { $1 },
                "\(device) does not compute in \(asked): the \(stage.label) ran in \(precision).")
    }
}
