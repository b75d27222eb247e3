public import FoundationEssentials
import Generation
public import Jobs

/// Fetches models for clients of a server.
public protocol ModelGetting: Sendable {
    /// Whether a client may fetch models.
    /// - Parameter client: the name of a user or a key, or else an address.
    func isAllowed(_ client: String) async -> Bool
    /// Asks the hub what a source is. Nothing is fetched.
    /// - Throws: `APIError`.
    func look(_ wanted: DownloadSubmission) async throws -> ModelDownload
    /// Begins to fetch a model, or puts it behind those that are fetched.
    /// - Throws: `APIError`.
    func begin(_ wanted: DownloadSubmission, for client: String) async throws -> ModelDownload
    /// Downloads since the start, the newest first.
    var downloads: [ModelDownload] { get async }
    /// Ends a download, and deletes what has come of it. One that is over leaves the list.
    /// - Returns: the download as it was left; nil when there is none.
    func cancel(_ id: String) async -> ModelDownload?
}

/// `POST /api/v1/models/get` and `/look`, read.
public struct DownloadSubmission: Sendable, Equatable {
    /// The model as people name it.
    public var source: String
    /// One file of the repository or version; nil for what a model needs.
    public var file: String?
    /// A branch, a tag or a commit; nil for the main branch.
    public var revision: String?
    /// A variant of the files; nil for fp16 where there is one.
    public var variant: String?

    /// Most characters of a text.
    static let longestText = 2000

    /// Makes a wish for a source.
    public init(source: String, file: String? = nil, revision: String? = nil, variant: String? = nil) {
        (self.source, self.file, self.revision, self.variant) = (source, file, revision, variant)
    }

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        func text(_ name: String) throws(APIError) -> String? {
            guard let text = try fields.text(name), text.contains(where: { !$0.isWhitespace }) else { return nil }
            try fields.refuseNUL(in: text, of: name)
            guard text.unicodeScalars.count <= Self.longestText else {
                throw fields.invalid(
                    name, ErrorReason(.tooLong, ["value": .init(text.unicodeScalars.count), "max": .init(Self.longestText)]),
                    "\(name) has \(text.unicodeScalars.count) characters; the limit is \(Self.longestText).")
            }
            return text
        }
        guard let source = try text("source") else {
            throw fields.missing("source", "There is no source. Send one: {\"source\": \"stabilityai/sdxl-turbo\"}.")
        }
        self.init(source: source, file: try text("file"), revision: try text("revision"), variant: try text("variant"))
    }

    static let fields = [
        RequestField(
            "source", .text,
            "`org/name` of Hugging Face, `modelscope:org/name`, `civitai:123`, `civitai:123@456`, a hash of CivitAI, a URN, or an address",
            isRequired: true),
        RequestField(
            "file", .text, "one file of the repository or version, by its path or name; all that a model needs, if it is not said"),
        RequestField("revision", .text, "a branch, a tag or a commit; the main branch, if it is not said"),
        RequestField(
            "variant", .text, "`fp16`, `bf16`, `fp32` or another variant of the files; fp16 where there is one, if it is not said"),
    ]
}

/// The answer to `GET /api/v1/downloads`.
public struct DownloadsAnswer: Codable, Sendable {
    /// Whether the sender may fetch models.
    public var isAllowed: Bool
    /// The downloads since the start, the newest first.
    public var downloads: [ModelDownload]

    /// Makes the answer for a client.
    public init(isAllowed: Bool, downloads: [ModelDownload]) {
        self.isAllowed = isAllowed
        self.downloads = downloads
    }

    private enum CodingKeys: String, CodingKey { case downloads, isAllowed = "is_allowed" }
}
