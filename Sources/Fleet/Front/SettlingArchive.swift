public import Generation
public import Jobs

/// An archive that tells a `FleetPainter` what it has: only then the broker is told to forget the pictures.
public struct SettlingArchive: JobArchive {
    private let archive: any JobArchive
    private let painter: FleetPainter

    public init(_ archive: any JobArchive, for painter: FleetPainter) { (self.archive, self.painter) = (archive, painter) }

    public func add(_ job: Job, idempotencyKey: IdempotencyKey?) async throws -> Job {
        try await archive.add(job, idempotencyKey: idempotencyKey)
    }

    public func update(_ job: Job) async throws {
        try await archive.update(job)
        if job.state.isFinal { await painter.settled(job.id, runs: nil) }
    }

    public func storeRun(_ job: Job, with pictures: [Picture<RGBImage>]) async throws {
        try await archive.storeRun(job, with: pictures)
        await painter.settled(job.id, runs: job.finishedRuns)
    }

    public func finish(_ job: Job, with pictures: [Picture<RGBImage>]) async throws {
        try await archive.finish(job, with: pictures)
        await painter.settled(job.id, runs: nil)
    }

    public func unfinishedJobs() async throws -> [Job] { try await archive.unfinishedJobs() }

    public func job(_ id: JobID) async throws -> Job? { try await archive.job(id) }

    public func jobs(in state: JobState?, before: JobID?, limit: Int) async throws -> [Job] {
        try await archive.jobs(in: state, before: before, limit: limit)
    }

    public func jobs(ofGrid id: JobID) async throws -> [Job] { try await archive.jobs(ofGrid: id) }
}
