import Downloads
import Files

/// The output of `easel models get`.
struct DownloadReport: Encodable {
    private let source, hub, page: String
    private let revision: String?
    private let kind: String
    private let license: String?
    private let baseModels, triggerWords: [String]
    /// The place of the file or folder, once it is there.
    private let path: String
    /// The side file; nil when nothing was fetched.
    private let note: String?
    private let files: [File]
    private let bytes: Int
    private let notes: [String]
    private let alreadyThere: Int

    private struct File: Encodable {
        let path: String
        let bytes: Int?
        let sha256: String?
    }

    private enum CodingKeys: String, CodingKey {
        case source, hub, page, revision, kind, license, path, note, files, bytes, notes
        case baseModels = "base_models"
        case triggerWords = "trigger_words"
    }

    /// Tells what would be fetched.
    init(_ plan: DownloadPlan, folder: String) { self.init(plan, folder: folder, fetched: nil) }

    /// Tells what was fetched.
    init(_ fetched: FetchedModel, folder: String) { self.init(fetched.plan, folder: folder, fetched: fetched) }

    private init(_ plan: DownloadPlan, folder: String, fetched: FetchedModel?) {
        source = plan.source
        hub = plan.hub
        page = plan.page
        revision = plan.revision
        kind = plan.kind.description
        license = plan.license
        baseModels = plan.baseModels
        triggerWords = plan.triggerWords
        path = fetched?.path ?? folder + "/" + plan.name
        note = fetched?.notePath
        files = plan.files.map { file in
            File(path: file.path, bytes: file.byteCount ?? file.estimatedByteCount, sha256: fetched?.sha256(of: file) ?? file.sha256)
        }
        bytes = plan.byteCount
        notes = plan.notes
        alreadyThere = fetched?.alreadyThere ?? 0
    }

    /// One line, keys in alphabetical order.
    var json: String { jsonLine(self) }

    /// A table of what would be fetched.
    var text: String {
        var table = Table(header: ["Model", path.lastPathComponent])
        table.append(["From", "\(hub), \(page)" + (revision.map { ", \($0)" } ?? "")])
        table.append(["Kind", kind])
        table.append(["License", license ?? "none is stated"])
        if !baseModels.isEmpty { table.append(["Base model", baseModels.joined(separator: ", ")]) }
        if !triggerWords.isEmpty { table.append(["Trigger words", triggerWords.joined(separator: ", ")]) }
        table.append(["Goes to", path])
        var list = Table(header: ["FILE", "SIZE", "SHA-256"])
        for file in files {
            list.append([file.path, file.bytes?.inBytes ?? "unknown", file.sha256.map { $0.prefix(12) + "…" } ?? "not stated"])
        }
        return table.text + "\n" + list.text + "\n\(bytes.inBytes) in all.\n" + notes.map { $0 + "\n" }.joined()
    }

    /// One line before the first byte comes.
    var summary: String {
        let size = bytes > 0 ? ", \(bytes.inBytes)" : ""
        return "\(path.lastPathComponent): \(kind) from \(hub), \(files.count == 1 ? "1 file" : "\(files.count) files")\(size), "
            + (license.map { "license: \($0)" } ?? "no license is stated")
    }

    /// The last lines, once everything is there.
    var result: String {
        let first = alreadyThere == files.count ? "\(path) was there already." : path
        let words = triggerWords.isEmpty ? "" : "Trigger words: \(triggerWords.joined(separator: ", "))\n"
        return first + "\n" + words
    }
}
