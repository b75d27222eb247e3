import Files

/// The files beside a file of changes that say how it is used, as A1111 and its extensions write them.
public struct LoRANotes: Sendable, Hashable {
    /// The strength that the user prefers; nil when none is noted.
    public private(set) var preferredWeight: Double?
    /// The text that goes into the prompt with it.
    public private(set) var activationText: String?
    /// The same for the negative prompt.
    public private(set) var negativeText: String?
    /// The user's own words about it.
    public private(set) var notes: String?
    /// The line of models that the user says it is for: "SD1", "SDXL".
    public private(set) var sdVersion: String?
    /// The model's name on CivitAI.
    public private(set) var modelName: String?
    /// The line of models that CivitAI says it is for: "SD 1.5".
    public private(set) var baseModel: String?
    /// Words that CivitAI's page names.
    public private(set) var trainedWords: [String] = []
    /// A picture of what it does: `NAME.preview.png` or `NAME.png`, also as JPEG, WebP or GIF.
    public private(set) var previewPath: String?

    /// A larger file is no note.
    private static let largestFile = 4 << 20

    /// Reads `NAME.json` and `NAME.civitai.info`. Files that are not there or cannot be read say nothing.
    /// - Parameter path: of the file of changes.
    public init(beside path: String) {
        let stem = path.deletingPathExtension
        if let own = Self.json(stem + ".json") {
            preferredWeight = own["preferred weight"]?.weight
            activationText = own["activation text"]?.line
            negativeText = own["negative text"]?.line
            notes = own["notes"]?.line
            sdVersion = own["sd version"]?.line
        }
        if let site = Self.json(stem + ".civitai.info") {
            modelName = site["model"]?["name"]?.line
            baseModel = site["baseModel"]?.line
            if case .array(let words) = site["trainedWords"] { trainedWords = words.compactMap(\.line) }
        }
        previewPath = [".preview", ""].lazy.flatMap { middle in
            ["png", "jpg", "jpeg", "webp", "gif"].lazy.map { "\(stem)\(middle).\($0)" }
        }.first { PathKind($0) == .file }
    }

    private static func json(_ path: String) -> JSONValue? {
        (try? OpenFile.contents(of: path, atMost: largestFile)).flatMap { try? JSONValue(parsing: $0) }
    }
}

extension JSONValue {
    /// A text that is not blank.
    fileprivate var line: String? {
        guard case .string(let text) = self, !text.trimmed.isEmpty else { return nil }
        return text.trimmed
    }

    /// A strength, as a number or as text. A1111 writes 0 for none.
    fileprivate var weight: Double? {
        let value = number ?? line.flatMap { Double($0) }
        return value.flatMap { $0.isFinite && $0 != 0 ? $0 : nil }
    }
}
