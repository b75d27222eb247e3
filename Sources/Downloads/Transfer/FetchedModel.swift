import Files
import FoundationEssentials

/// A model that is whole and has its name.
public struct FetchedModel: Sendable {
    /// The plan it was fetched by.
    public let plan: DownloadPlan
    /// The place of the file or folder.
    public let path: String
    /// Files of the plan that were there from before.
    public let alreadyThere: Int
    let arrived: [String: FileTransfer.Arrived]

    /// The SHA-256 of a file of the plan, in lower-case hexadecimal.
    public func sha256(of file: PlannedFile) -> String? { arrived[file.path]?.sha256 }

    /// The place of the note about the model's source: `anime.source.json` beside `anime.safetensors`, `demo.source.json` beside the folder
    /// `demo`. `anime.json` belongs to A1111 and to the model's defaults.
    public var notePath: String {
        let isFile = !plan.isFolder && (path.pathExtension == "safetensors" || path.hasPickleExtension)
        // The ending may be in any case.
        return (isFile ? String(path.dropLast(path.pathExtension.count + 1)) : path) + ".source.json"
    }

    private struct Note: Encodable {
        let source, hub, page: String
        let revision: String?
        let kind: String
        let license: String?
        let baseModels, triggerWords, notes: [String]
        let files: [File]
        let fetched: String

        struct File: Encodable {
            let path: String
            let bytes: Int?
            let sha256: String?
            /// Whether the hub states the same hash.
            let isChecked: Bool

            enum CodingKeys: String, CodingKey {
                case path, bytes, sha256
                case isChecked = "checked"
            }
        }

        enum CodingKeys: String, CodingKey {
            case source, hub, page, revision, kind, license, notes, files, fetched
            case baseModels = "base_models"
            case triggerWords = "trigger_words"
        }
    }

    /// Writes the note.
    func writeNote() throws(DownloadError) {
        let files = plan.files.map { file in
            Note.File(
                path: file.path, bytes: arrived[file.path]?.byteCount, sha256: arrived[file.path]?.sha256, isChecked: file.sha256 != nil)
        }
        let note = Note(
            source: plan.source, hub: plan.hub, page: plan.page, revision: plan.revision, kind: plan.kind.description,
            license: plan.license,
            baseModels: plan.baseModels, triggerWords: plan.triggerWords, notes: plan.notes, files: files, fetched: Date().ISO8601Format())
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(note).write(to: URL(filePath: notePath), options: .atomic)
        } catch {
            throw .disk(path: notePath, reason: "the note about the model's source cannot be kept")
        }
    }
}
