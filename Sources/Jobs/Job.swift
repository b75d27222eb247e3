public import FoundationEssentials
public import Generation

/// Pictures that a client wants drawn.
public struct JobRequest: Sendable, Hashable, Codable {
    /// Name of the model, as in the models folder or the settings.
    public var model: String
    /// Its `batchSize` pictures are drawn together.
    public var generation: GenerationRequest
    /// Number of times that the request is drawn, one after another, 1 to 1000: A1111's `n_iter`.
    public var runs: Int
    /// Higher ones come first.
    public var priority: Int
    /// Name of the owner, for turns to be shared out fairly: the name of a key or an account, or an address.
    public var client: String
    /// Steps between two previews that the client wants to see; 0 for none.
    public var previewInterval: Int
    /// The job's place in a grid; nil for a job of its own.
    public var grid: GridCell?

    public init(
        model: String, generation: GenerationRequest, runs: Int = 1, priority: Int = 0, client: String = "", previewInterval: Int = 0,
        grid: GridCell? = nil
    ) {
        self.model = model
        self.generation = generation
        self.runs = runs
        self.priority = priority
        self.client = client
        self.previewInterval = previewInterval
        self.grid = grid
    }

    /// The steps after which the client wants to see the pictures.
    public var previews: PreviewSchedule { PreviewSchedule(everySteps: previewInterval) }

    /// Number of pictures in all.
    public var pictureCount: Int { generation.batchSize * runs }

    /// Places of a run's pictures among those of the job, the run from 0. The picture at place k has the k-th seed.
    func places(ofRun run: Int) -> Range<Int> { run * generation.batchSize..<(run + 1) * generation.batchSize }

    /// Request of a run, from 0: seeds count up over all pictures.
    func generation(ofRun run: Int) -> GenerationRequest {
        var request = generation
        request.seed &+= UInt64(run * generation.batchSize)
        return request
    }
}

/// Stage in the life of a job. Raw values stand in the database and in JSON.
public enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    case queued, running, done, failed, cancelled

    /// True when nothing will happen to the job any more.
    public var isFinal: Bool { self != .queued && self != .running }
}

/// A request of a client, with its state and its pictures.
public struct Job: Sendable, Hashable, Codable, Identifiable {
    /// Name of the job.
    public let id: JobID
    /// Pictures that were asked for; the priority may be changed later.
    public internal(set) var request: JobRequest
    /// Stage that the job is at.
    public var state = JobState.queued
    /// Number of times that it was begun.
    public var attempts = 0
    /// Time at which it was accepted.
    public let submittedAt: Date
    /// Time at which it was last begun; nil before, and when it waits again.
    public var startedAt: Date?
    /// Time at which it was over; nil before.
    public var endedAt: Date?
    /// Reason why it failed or was cancelled, as a sentence for the client; nil otherwise.
    public var failure: String?
    /// The same as data; nil when it did not fail, and for jobs of versions that did not write it down.
    public var failureReason: ErrorReason?
    /// The pictures that are stored: all when it is done, else those of the runs that are finished.
    public var pictures: [PictureID] = []
    /// Runs that need not be drawn any more, the first ones: their pictures are stored, or they were skipped. 0 to `request.runs`.
    public var finishedRuns = 0
    /// Warnings about the pictures: parts of the request without effect, and anything that looks wrong.
    public var warnings: [Notice] = []

    public init(id: JobID = JobID(), _ request: JobRequest, submittedAt: Date = .now) {
        self.id = id
        self.request = request
        self.submittedAt = submittedAt
    }
}
