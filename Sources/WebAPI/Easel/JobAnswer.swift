public import Files
public import FoundationEssentials
public import Generation
public import ImageCodecs
public import Jobs
public import Settings

/// A job, as `GET /api/v1/jobs/{id}` tells of it.
public struct JobAnswer: Codable, Sendable {
    public struct Progress: Codable, Sendable {
        public var step: Int
        /// Over all runs.
        public var steps: Int
        /// The present work, such as a compile, in words.
        @OrNull public var text: String?
        @OrNull public var remainingSeconds: Double?

        public init(step: Int, steps: Int, text: String? = nil, remainingSeconds: Double? = nil) {
            self.step = step
            self.steps = steps
            self.text = text
            self.remainingSeconds = remainingSeconds
        }

        private enum CodingKeys: String, CodingKey { case step, steps, text, remainingSeconds = "remaining_seconds" }
    }

    public struct Picture: Codable, Sendable {
        public var id: String
        public var url: String
        public var thumbnailURL: String

        init(_ picture: PictureID) {
            id = picture.description
            url = PictureAddress.file(picture)
            thumbnailURL = PictureAddress.thumbnail(picture)
        }

        private enum CodingKeys: String, CodingKey { case id, url, thumbnailURL = "thumbnail_url" }
    }

    public var id: String
    public var state: JobState
    /// How many jobs come before it; null when it does not wait.
    @OrNull public var position: Int?
    /// Null unless it is being drawn.
    @OrNull public var progress: Progress?
    public var attempts: Int
    public var submittedAt: Date
    @OrNull public var startedAt: Date?
    @OrNull public var endedAt: Date?
    /// Why it failed or was cancelled.
    @OrNull public var failure: String?
    /// All when it is done; those that were finished before it failed or was cancelled.
    public var pictures: [Picture]
    /// Warnings about the pictures, in sentences.
    public var warnings: [String]
    /// The body of `POST /api/v1/jobs`, with every default filled in.
    public var request: [String: JSONValue]

    public init(_ job: Job, position: Int? = nil, progress: Progress? = nil) {
        id = job.id.description
        state = job.state
        self.position = position
        self.progress = progress
        attempts = job.attempts
        submittedAt = job.submittedAt
        startedAt = job.startedAt
        endedAt = job.endedAt
        failure = job.failure
        pictures = job.pictures.map(Picture.init)
        warnings = job.warnings
        request = Self.fields(of: job.request)
    }

    private static func fields(of request: JobRequest) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for field in GenerationField.all { fields[field.key] = field.value(in: request.generation).map(JSONValue.init) }
        fields["preview_interval"] = .integer(request.previewInterval)
        fields["model"] = .string(request.model)
        fields["runs"] = .integer(request.runs)
        fields["priority"] = .integer(request.priority)
        return fields
    }

    private enum CodingKeys: String, CodingKey {
        case id, state, position, progress, attempts, failure, pictures, warnings, request
        case submittedAt = "submitted_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
    }
}

/// The answer to `POST /api/v1/jobs`, with 202.
public struct AcceptedAnswer: Codable, Sendable {
    public var id: String
    public var state: JobState
    /// Where the job is told of.
    public var url: String
    public var eventsURL: String

    public init(_ job: Job) {
        id = job.id.description
        state = job.state
        url = "/api/v1/jobs/\(job.id)"
        eventsURL = "/api/v1/jobs/\(job.id)/events"
    }

    private enum CodingKeys: String, CodingKey { case id, state, url, eventsURL = "events_url" }
}

/// Where pictures are fetched from, beginning with `/`.
public enum PictureAddress {
    /// - Parameters:
    ///   - format: that the picture is sent in; it is kept as PNG.
    ///   - quality: of JPEG and WebP; nil: the usual.
    public static func file(_ picture: PictureID, format: ImageFormat = .png, quality: Int? = nil) -> String {
        "/api/v1/images/\(picture).\(format.fileExtension)" + (quality.map { "?quality=\($0)" } ?? "")
    }

    public static func thumbnail(_ picture: PictureID) -> String { "/api/v1/images/\(picture)/thumb" }
}
