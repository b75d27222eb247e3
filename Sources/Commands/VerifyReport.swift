import Compilation
import Fidelity
import Generation
import Hosting

/// The output of `easel verify`.
struct VerifyReport: Encodable {
    let fidelity: FidelityReport
    let model: String
    let request: GenerationRequest
    /// The places that the stages were asked to run on.
    let placements: PerStage<Placement>
    /// The factor by which the drawn difference is amplified.
    let amplification: Int
    /// Path of the pictures side by side.
    let comparison: String

    var text: String {
        var table = Table(header: FidelityReport.tableHeader)
        for row in fidelity.tableRows { table.append(row) }
        var text = table.text + notes.map { $0 + "\n" }.joined() + "\n"
        text += "\(model), \(request.width)×\(request.height), \(request.steps) steps, seed \(request.seed), \"\(request.prompt)\"\n"
        if let picture = fidelity.picture { text += "Pictures: \(picture.text)\n" }
        return text + """
            \(fidelity.verdict)
            Reference | candidate | difference × \(amplification): \(comparison)

            """
    }

    /// Tells which stages ran in another precision than was asked for, and what a table of noughts means.
    private var notes: [String] {
        if fidelity.stages.allSatisfy({ $0.assignment.isReference && $0.distance.maximumError == 0 }) {
            return ["All networks run as the reference does, so that there is nothing to compare. Name a --device or a --precision."]
        }
        return fidelity.stages.compactMap { row in
            placements[row.stage].precisionNotice(
                row.stage, device: row.assignment.device, precision: row.assignment.precision)?.description
        }
    }

    private enum CodingKeys: String, CodingKey {
        case model, prompt, seed, width, height, steps, amplification, comparison
    }

    /// The report's keys stand beside those of the pictures.
    func encode(to encoder: any Encoder) throws {
        try fidelity.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(request.prompt, forKey: .prompt)
        try container.encode(request.seed, forKey: .seed)
        try container.encode(request.width, forKey: .width)
        try container.encode(request.height, forKey: .height)
        try container.encode(request.steps, forKey: .steps)
        try container.encode(amplification, forKey: .amplification)
        try container.encode(comparison, forKey: .comparison)
    }

    /// Figures that are not finite are written as null.
    var json: String { jsonLine(self) }
}
