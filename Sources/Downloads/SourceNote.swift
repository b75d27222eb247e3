import Files
import FoundationEssentials

/// The note beside a model about where it comes from: `anime.source.json` beside `anime.safetensors`, `demo.source.json` beside the folder
/// `demo`. `anime.json` belongs to A1111 and to the model's defaults.
public struct SourceNote: Codable, Sendable, Equatable {
    /// The source as it was named.
    public let source: String
    /// `Hugging Face`, `ModelScope`, `CivitAI`, or a server's name.
    public let hub: String
    /// The page for people.
    public let page: String
    /// A commit, or the number of a version.
    public let revision: String?
    /// The kind of model, in words: `checkpoint`.
    public let kind: String
    /// The license in the hub's words; nil when it states none.
    public let license: String?
    /// Models that it was made from or for.
    public let baseModels: [String]
    /// Words that a prompt needs for it.
    public let triggerWords: [String]
    /// Sentences about what was left out, and what was not as wished.
    public let notes: [String]
    /// The files that were fetched.
    public let files: [File]
    /// Time at which it was fetched, as ISO 8601 has it.
    public let fetched: String

    /// A file that was fetched.
    public struct File: Codable, Sendable, Equatable {
        /// The place below the folder, or the name of the only file.
        public let path: String
        /// Size of the file; nil when it is not known.
        public let bytes: Int?
        /// The SHA-256 in lower-case hexadecimal.
        public let sha256: String?
        /// Whether the hub states the same hash.
        public let isChecked: Bool

        private enum CodingKeys: String, CodingKey { case path, bytes, sha256, isChecked = "checked" }
    }

    private enum CodingKeys: String, CodingKey {
        case source, hub, page, revision, kind, license, notes, files, fetched
        case baseModels = "base_models"
        case triggerWords = "trigger_words"
    }

    /// A larger file is no note.
    private static let largestFile = 4 << 20

    /// The place of the note.
    /// - Parameter path: of the model's file or folder.
    public static func path(beside path: String) -> String { stem(of: path) + ".source.json" }

    /// The places of all files that may be read as a note, the first one first.
    public static func paths(beside path: String) -> [String] { [Self.path(beside: path), stem(of: path) + ".civitai.info"] }

    /// The path without the ending of a model's file, which may be in any case. Folders keep their dots.
    private static func stem(of path: String) -> String {
        let isFile = (path.pathExtension == "safetensors" || path.hasPickleExtension) && PathKind(path) != .folder
        return isFile ? String(path.dropLast(path.pathExtension.count + 1)) : path
    }

    init(_ fetched: FetchedModel) {
        let plan = fetched.plan
        files = plan.files.map { file in
            let arrived = fetched.arrived[file.path]
            return File(path: file.path, bytes: arrived?.byteCount, sha256: arrived?.sha256, isChecked: file.sha256 != nil)
        }
        (source, hub, page, revision) = (plan.source, plan.hub, plan.page, plan.revision)
        (kind, license, notes) = (plan.kind.description, plan.license, plan.notes)
        (baseModels, triggerWords) = (plan.baseModels, plan.triggerWords)
        self.fetched = Date().ISO8601Format()
    }

    /// Reads the note beside a model, or `NAME.civitai.info`, which helpers of A1111 write.
    /// - Parameter path: of the model's file or folder.
    /// - Returns: nil when there is none that can be read.
    public init?(beside path: String) {
        if let bytes = try? OpenFile.contents(of: Self.path(beside: path), atMost: Self.largestFile),
            let note = try? JSONDecoder().decode(SourceNote.self, from: Data(bytes)) {
            self = note
            return
        }
        guard let bytes = try? OpenFile.contents(of: Self.paths(beside: path)[1], atMost: Self.largestFile),
            let version = try? JSONValue(parsing: bytes), let model = version["modelId"]?.count, let number = version["id"]?.count
        else { return nil }
        source = "civitai:\(model)@\(number)"
        hub = "CivitAI"
        page = "https://civitai.com/models/\(model)?modelVersionId=\(number)"
        revision = "\(number)"
        kind = ModelKind(civitAI: version["model"]?["type"]?.string ?? "unknown").description
        license = nil
        baseModels = version["baseModel"]?.strings ?? []
        triggerWords = version["trainedWords"]?.strings ?? []
        (notes, files, fetched) = ([], [], "")
    }

    func write(beside path: String) throws(DownloadError) {
        let file = Self.path(beside: path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(self).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw .disk(path: file, reason: "the note about the model's source cannot be kept")
        }
    }
}
