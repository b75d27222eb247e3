public import Generation

/// A worker that draws jobs, as `GET /api/v1/workers` lists them: all devices of the server, or one of them.
public struct WorkerSummary: Sendable, Equatable, Codable {
    /// Name of the worker; no two have the same.
    public var name: String
    /// Ids of the jobs that it draws together now; none while it is idle.
    public var jobs: [String]
    /// The devices that it may draw with, in words: `CPU`, `Intel Arc A770 (GPU)`.
    public var devices: [String]
    /// The place of each stage of the model that it has drawn with last; empty before it has opened one, and where that is not known.
    public var assignments: [DeviceSummaries.Assignment]
    /// Names of the models that it has open, the one that was used last first.
    public var models: [String]

    /// Makes the summary of one worker.
    public init(name: String, jobs: [String], devices: [String] = [], assignments: [DeviceSummaries.Assignment], models: [String]) {
        self.name = name
        self.jobs = jobs
        self.devices = devices
        self.assignments = assignments
        self.models = models
    }
}

/// Answer to `GET /api/v1/workers`.
public struct WorkersAnswer: Sendable, Equatable, Codable {
    /// In the order in which they came.
    public var workers: [WorkerSummary]
    /// Whether they are other programs, such as on other machines. They come and go, and this one has no devices then.
    public var areRemote: Bool

    /// Makes the answer from the workers that there are.
    public init(_ workers: [WorkerSummary], areRemote: Bool) { (self.workers, self.areRemote) = (workers, areRemote) }

    private enum CodingKeys: String, CodingKey { case workers, areRemote = "are_remote" }
}
