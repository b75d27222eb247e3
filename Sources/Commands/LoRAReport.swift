import Checkpoints
import Generation

/// The output of `easel models info` for a LoRA.
struct LoRAReport {
    let text: String
    private let document: Document

    /// One line, keys in alphabetical order.
    var json: String { jsonLine(document) }

    private struct Document: Encodable {
        let lora, file: String
        let title, alias, family, algorithm: String?
        let rank: Int?
        let hash: String
        let triggerWords: [String]
        let preferredWeight: Double?
        let activationText, preview: String?

        private enum CodingKeys: String, CodingKey {
            case lora, file, title, alias, family, algorithm, rank, hash, preview
            case triggerWords = "trigger_words"
            case preferredWeight = "preferred_weight"
            case activationText = "activation_text"
        }
    }

    /// - Throws: `CheckpointError` when the file changes meanwhile.
    init(_ file: LoRAFile) throws(CheckpointError) {
        let (metadata, notes) = (file.metadata, LoRANotes(beside: file.path))
        let words = metadata.words(with: notes)
        document = Document(
            lora: file.name, file: file.path, title: metadata.title, alias: metadata.outputName,
            family: metadata.family, algorithm: metadata.networkModule, rank: metadata.dim, hash: try file.shortHash(), triggerWords: words, preferredWeight: notes.preferredWeight,
            activationText: notes.activationText, preview: notes.previewPath)
        var table = Table(header: ["LoRA", file.name])
        let family = switch metadata.baseModel {
        case .sd1: "Stable Diffusion 1"
        case .sd2: "Stable Diffusion 2"
        case .sdxl: "Stable Diffusion XL"
        case .unknown: "not told by the file"
        }
        table.append(["Made for", family])
        let rows: [(String, String?)] = [
            ("Title", metadata.title), ("Also called", metadata.outputName), ("Trained with", metadata.networkModule),
            ("Rank", metadata.dim.map { "\($0)" }), ("Hash", document.hash),
            ("Trigger words", words.isEmpty ? nil : words.prefix(12).joined(separator: ", ")),
            ("Recommended strength", notes.preferredWeight.map { "\($0)" }), ("Activation text", notes.activationText),
            ("Notes", notes.notes), ("Hint", metadata.usageHint), ("Preview", notes.previewPath), ("File", file.path),
        ]
        for case (let name, let value?) in rows { table.append([name, value.onOneLine]) }
        text = table.text + "Use it in a prompt: <lora:\(file.name):\(notes.preferredWeight ?? 1)>\n"
    }
}
