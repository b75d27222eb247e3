public import FoundationEssentials
public import Generation

/// What a client wants drawn.
public struct JobRequest: Sendable, Hashable, Codable {
    /// As `Painting.models` names it.
    public var model: String
    /// Its `batchSize` pictures are drawn together.
    public var generation: GenerationRequest
    /// How often, one after another: A1111's `n_iter`.
    public var runs: Int
    /// Higher ones come first.
    public var priority: Int
    /// Whose job it is, for turns to be shared out fairly: the name of a key or an account, or an address.
    public var client: String
    /// Steps between two previews that the client wants to see; 0 for none.
    public var previewInterval: Int

    public init(
        model: String, generation: GenerationRequest, runs: Int = 1, priority: Int = 0, client: String = "", previewInterval: Int = 0
    ) {
        self.model = model
        self.generation = generation
        self.runs = runs
        self.priority = priority
        self.client = client
        self.previewInterval = previewInterval
    }

    /// The steps after which the client wants to see the pictures.
    public var previews: PreviewSchedule { PreviewSchedule(everySteps: previewInterval) }

    public var pictureCount: Int { generation.batchSize * runs }

    /// Request of a run, from 0: seeds count up over all pictures.
    func generation(ofRun run: Int) -> GenerationRequest {
        var request = generation
        request.seed &+= UInt64(run * generation.batchSize)
        return request
    }
}

public enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    case queued, running, done, failed, cancelled

    /// Whether nothing will happen to it any more.
    public var isFinal: Bool { self != .queued && self != .running }
}

/// A request, and what has become of it.
public struct Job: Sendable, Hashable, Codable, Identifiable {
    public let id: JobID
    public internal(set) var request: JobRequest
    public var state = JobState.queued
    /// How often it was begun.
    public var attempts = 0
    public let submittedAt: Date
    /// When it was last begun.
    public var startedAt: Date?
    public var endedAt: Date?
    /// Why it failed or was cancelled, as a sentence for the client.
    public var failure: String?
    /// The pictures: all when it is done, else those that were finished before it failed or was cancelled.
    public var pictures: [PictureID] = []
    /// Warnings about the pictures, in whole sentences: parts of the request without effect, and anything that looks wrong.
    public var warnings: [String] = []

    public init(id: JobID = JobID(), _ request: JobRequest, submittedAt: Date = .now) {
        self.id = id
        self.request = request
        self.submittedAt = submittedAt
    }
}
