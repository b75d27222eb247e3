import Fidelity
import Generation

extension PrecisionTable {
    /// The measurements as rows, with the choice marked.
    func text(errorBound: Double) -> String {
        let choice = choice(errorBound: errorBound)
        var table = Table(header: ["", "PRECISION", "s/STEP", "ERROR", ""])
        for row in rows {
            table.append([
                row.asked == choice ? "→" : "", row.precision ?? row.asked.rawValue,
                row.seconds.map { "\($0.rounded(decimals: 3))" } ?? "–",
                row.relativeError.map { "\(($0 * 100).rounded(decimals: 4)) %" } ?? "–", row.refusal ?? "",
            ])
        }
        return table.text
    }
}
