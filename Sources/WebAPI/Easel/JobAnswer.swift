public import Files
public import FoundationEssentials
public import Generation
public import ImageCodecs
public import Jobs
public import Settings

/// A job, as `GET /api/v1/jobs/{id}` tells of it.
public struct JobAnswer: Codable, Sendable {
    /// The state of a job that is being drawn.
    public struct Progress: Codable, Sendable {
        /// Steps that are done, over all runs.
        public var step: Int
        /// Over all runs.
        public var steps: Int
        /// The run that is drawn, from 1.
        public var run: Int
        /// Number of runs.
        public var runs: Int
        /// Steps of the run that are done.
        public var runStep: Int
        /// Steps of the run.
        public var runSteps: Int
        /// The present work, such as a compile, in words.
        @OrNull public var text: String?
        /// Seconds until the job is finished, by estimate; null while nobody knows.
        @OrNull public var remainingSeconds: Double?

        /// Makes the progress of a job; `step` and `steps` count over all of its runs.
        public init(step: Int, steps: Int, _ run: RunProgress = RunProgress(), text: String? = nil, remainingSeconds: Double? = nil) {
            self.step = step
            self.steps = steps
            (self.run, runs, runStep, runSteps) = (run.run + 1, run.runCount, run.step, run.stepCount)
            self.text = text
            self.remainingSeconds = remainingSeconds
        }

        private enum CodingKeys: String, CodingKey {
            case step, steps, run, runs, text
            case runStep = "run_step"
            case runSteps = "run_steps"
            case remainingSeconds = "remaining_seconds"
        }
    }

    /// A finished picture and its addresses.
    public struct Picture: Codable, Sendable {
        public var id: String
        /// The address of the PNG file, beginning with `/`.
        public var url: String
        /// The address of the small picture, beginning with `/`.
        public var thumbnailURL: String

        init(_ picture: PictureID) {
            id = picture.description
            url = PictureAddress.file(picture)
            thumbnailURL = PictureAddress.thumbnail(picture)
        }

        private enum CodingKeys: String, CodingKey { case id, url, thumbnailURL = "thumbnail_url" }
    }

    public var id: String
    /// The state of the job: `queued`, `running`, `done`, `failed` or `cancelled`.
    public var state: JobState
    /// How many jobs come before it; null when it does not wait.
    @OrNull public var position: Int?
    /// Null unless it is being drawn.
    @OrNull public var progress: Progress?
    /// Number of times that it was begun.
    public var attempts: Int
    /// The time at which the job was accepted.
    public var submittedAt: Date
    /// The time at which it was last begun; null before, and when it waits again.
    @OrNull public var startedAt: Date?
    /// The time at which it was over; null before.
    @OrNull public var endedAt: Date?
    /// Why it failed or was cancelled.
    @OrNull public var failure: String?
    /// The same as data: the name of the reason; null when it did not fail.
    @OrNull public var failureReason: ErrorReason.Name?
    /// The values of the reason; null as before.
    @OrNull public var failureValues: [String: JSONValue]?
    /// Stored pictures: all when it is done, else those of the runs that are finished.
    public var pictures: [Picture]
    /// Warnings about the pictures, in sentences.
    public var warnings: [String]
    /// The same as data, in the same order.
    public var notices: [Notice]
    /// The grid that the job is a cell of; null for a job of its own.
    @OrNull public var grid: String?
    /// The body of `POST /api/v1/jobs`, with every default filled in.
    public var request: [String: JSONValue]

    /// Tells of a job; its place in the queue and its progress come from the caller, as they are not kept with it.
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
        failureReason = job.failureReason?.name
        failureValues = job.failureReason?.values.mapValues(JSONValue.init)
        pictures = job.pictures.map(Picture.init)
        warnings = job.warnings.map(\.description)
        notices = job.warnings
        grid = job.request.grid?.id.description
        request = Self.fields(of: job.request)
    }

    private static func fields(of request: JobRequest) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for field in GenerationField.all { fields[field.key] = field.value(in: request.generation).map(JSONValue.init) }
        fields[RequestField.sourcePictures.name] = .array(request.generation.sourcePictures.map { .string($0.sha256) })
        fields[RequestField.mask.name] = request.generation.mask.map { .string($0.sha256) }
        fields["preview_interval"] = .integer(request.previewInterval)
        fields["model"] = .string(request.model)
        fields["runs"] = .integer(request.runs)
        fields["priority"] = .integer(request.priority)
        return fields
    }

    private enum CodingKeys: String, CodingKey {
        case id, state, position, progress, attempts, failure, pictures, warnings, notices, grid, request
        case failureReason = "failure_reason"
        case failureValues = "failure_values"
        case submittedAt = "submitted_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
    }
}

/// The answer to `POST /api/v1/jobs`, with 202.
public struct AcceptedAnswer: Codable, Sendable {
    public var id: String
    /// The state of the job at the time of the answer.
    public var state: JobState
    /// Where the job is told of.
    public var url: String
    /// The address of the job's events, a stream of server-sent events.
    public var eventsURL: String
    /// Keys of fields that the request left out and that have the model's own defaults.
    public var modelDefaults: [String]

    /// Makes the answer for a job that was just accepted.
    /// - Parameter modelDefaults: see `JobSubmission`.
    public init(_ job: Job, modelDefaults: [String] = []) {
        self.modelDefaults = modelDefaults
        id = job.id.description
        state = job.state
        url = "/api/v1/jobs/\(job.id)"
        eventsURL = "/api/v1/jobs/\(job.id)/events"
    }

    private enum CodingKeys: String, CodingKey { case id, state, url, eventsURL = "events_url", modelDefaults = "model_defaults" }
}

/// Where pictures are fetched from, beginning with `/`.
public enum PictureAddress {
    /// - Parameters:
    ///   - format: that the picture is sent in; it is kept as PNG.
    ///   - quality: of JPEG and WebP; nil: the usual.
    public static func file(_ picture: PictureID, format: ImageFormat = .png, quality: Int? = nil) -> String {
        "/api/v1/images/\(picture).\(format.fileExtension)" + (quality.map { "?quality=\($0)" } ?? "")
    }

    /// The address of a picture's thumbnail, which the server keeps as WebP.
    public static func thumbnail(_ picture: PictureID) -> String { "/api/v1/images/\(picture)/thumb" }
}
