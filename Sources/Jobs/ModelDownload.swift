public import FoundationEssentials
public import Generation

/// A model that a client had the server fetch, or asked about, and how far that is.
public struct ModelDownload: Codable, Sendable, Equatable, Identifiable {
    /// The states of a download. Raw values stand in answers.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Nothing is fetched; somebody only asked what it is.
        case planned
        /// Others are fetched first.
        case waiting
        case fetching, done, failed, cancelled

        /// Whether nothing more happens.
        public var isFinal: Bool { self == .done || self == .failed || self == .cancelled }
    }

    /// A file of the model.
    public struct File: Codable, Sendable, Equatable {
        /// The place below the model's folder, or the name of the only file.
        public var path: String
        /// Size as the hub states it, or about; nil when it does not.
        public var bytes: Int?
        /// SHA-256 as the hub states it, in lower-case hexadecimal; nil when it does not.
        public var sha256: String?

        /// Makes the entry of a file.
        public init(path: String, bytes: Int?, sha256: String?) {
            self.path = path
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// Names it in `DELETE /api/v1/downloads/{id}`.
    public var id: String
    /// The source as it was asked for; the page where that was an address.
    public var source: String
    public var state: State
    /// Name of the file with its ending, or of the folder.
    public var name: String
    /// The kind of model in words: `checkpoint`, `LoRA`.
    public var kind: String
    /// `Hugging Face`, `ModelScope`, `CivitAI`, or a server's name.
    public var hub: String
    /// The page for people.
    public var page: String
    /// A commit, or the number of a version; nil where there is none.
    public var revision: String?
    /// The license in the hub's words; nil when it states none.
    public var license: String?
    /// Models that it was made from or for.
    public var baseModels: [String]
    /// Words that a prompt needs for it.
    public var triggerWords: [String]
    /// Sentences about what is left out, and what is not as wished.
    public var notes: [String]
    /// The files that are fetched.
    public var files: [File]
    /// Bytes of all files; nil when a size is not known.
    public var bytes: Int?
    /// Bytes that are there.
    public var bytesDone = 0
    /// Bytes that come in a second; nil while nobody knows.
    public var bytesPerSecond: Double?
    /// A sentence about something that is done again; nil when all goes well.
    public var notice: String?
    /// The reason of a failure, as sentences; nil in other states.
    public var error: String?
    /// The same as data.
    public var failureReason: ErrorReason.Name?
    /// Values of the reason.
    public var failureValues: [String: ErrorReason.Value]?
    /// Time at which it was asked for.
    public var addedAt: Date
    /// Time at which it was over; nil before.
    public var endedAt: Date?

    /// Makes the entry of a plan.
    public init(
        id: String, source: String, state: State, name: String, kind: String, hub: String, page: String, revision: String?,
        license: String?, baseModels: [String], triggerWords: [String], notes: [String], files: [File], bytes: Int?, addedAt: Date
    ) {
        (self.id, self.source, self.state, self.name, self.kind) = (id, source, state, name, kind)
        (self.hub, self.page, self.revision, self.license) = (hub, page, revision, license)
        (self.baseModels, self.triggerWords, self.notes, self.files) = (baseModels, triggerWords, notes, files)
        (self.bytes, self.addedAt) = (bytes, addedAt)
    }

    /// Notes that it failed.
    public mutating func fail(_ reason: PublicReason) {
        state = .failed
        (error, failureReason, failureValues) = (reason.description, reason.reason.name, reason.reason.values)
    }

    private enum CodingKeys: String, CodingKey {
        case id, source, state, name, kind, hub, page, revision, license, notes, files, bytes, notice, error
        case baseModels = "base_models"
        case triggerWords = "trigger_words"
        case bytesDone = "bytes_done"
        case bytesPerSecond = "bytes_per_second"
        case failureReason = "failure_reason"
        case failureValues = "failure_values"
        case addedAt = "added_at"
        case endedAt = "ended_at"
    }
}
