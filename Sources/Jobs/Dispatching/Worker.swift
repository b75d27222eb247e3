public import Generation

/// Something that draws one batch of jobs at a time: a device, a machine, or nothing but numbers in a simulation.
public struct Worker: Sendable, Hashable, Codable, Identifiable {
    /// Name of the worker; no two have the same.
    public let id: String
    /// Compile group of the jobs that it drew last: further ones need no compile there. nil before the first.
    public var group: CompileGroup?
    /// Number of pictures that it draws together in the least time for each, 1 or more.
    public var usefulBatchSize: Int

    public init(_ id: String, group: CompileGroup? = nil, usefulBatchSize: Int = 1) {
        self.id = id
        self.group = group
        self.usefulBatchSize = usefulBatchSize
    }
}

/// Requests that a worker is to draw in one go.
public struct DrawOrder: Sendable, Hashable, Codable {
    /// Name of the worker.
    public let worker: Worker.ID
    /// Number of the batch; no two batches have the same.
    public let batch: UInt64
    /// Run of the job that is drawn, from 0. Jobs that are drawn together have one run.
    public let run: Int
    /// Number of runs in all, 1 or more.
    public let runCount: Int
    /// Jobs that the pictures are for.
    public let jobs: [Job]
    /// One request for each job, in the same order. They differ in nothing but their prompts, styles, seeds and batch sizes.
    public let requests: [GenerationRequest]

    /// The previews that any of the jobs' clients wants to see.
    public var previews: PreviewSchedule { PreviewSchedule(joining: jobs.map(\.request.previews)) }

    /// Name of the model, the same for all jobs.
    public var model: String { jobs.first?.request.model ?? "" }

    /// - Precondition: there is a job; with more than one, each has a single run.
    init(worker: Worker.ID, batch: UInt64, run: Int, jobs: [Job]) {
        self.worker = worker
        self.batch = batch
        self.run = run
        self.jobs = jobs
        runCount = jobs.map(\.request.runs).max() ?? 1
        requests = jobs.map { $0.request.generation(ofRun: run) }
    }
}

/// Report of a worker on one request of an order that it has drawn.
public struct DrawnRequest: Sendable, Hashable, Codable {
    /// Number of pictures.
    public var pictureCount: Int
    /// Warnings for the client, without the places of files.
    public var warnings: [Notice]

    public init(pictureCount: Int, warnings: [Notice] = []) {
        self.pictureCount = pictureCount
        self.warnings = warnings
    }
}
