public import Generation

/// Keeps jobs and their pictures beyond the life of the process: a database and a folder of files, or a fake in tests.
///
/// Nothing is lost by a crash or a power cut once a method has returned.
public protocol JobArchive: Sendable {
    /// Writes a new job down.
    /// - Parameter idempotencyKey: with one that its `request.client` has used before, nothing is written.
    /// - Returns: the job, or the one that the key was first used for.
    /// - Throws: `IdempotencyKeyReused` when that was for something else.
    func add(_ job: Job, idempotencyKey: IdempotencyKey?) async throws -> Job

    /// Writes down what has become of a job, but for its pictures and its finished runs.
    func update(_ job: Job) async throws

    /// Writes the files of pictures, and then in one transaction that they are there and how far the job is. It goes on.
    /// - Parameters:
    ///   - job: with the names of its pictures so far, and the runs that are finished.
    ///   - pictures: the last of those that the job names; those before them are stored.
    /// - Precondition: no more pictures than `job.pictures` names.
    func storeRun(_ job: Job, with pictures: [Picture<RGBImage>]) async throws

    /// Writes the files of pictures, and then in one transaction that they are there and that the job is over.
    /// - Parameters:
    ///   - job: with its final state, times and picture names.
    ///   - pictures: the last of those that the job names; those before them are stored.
    /// - Precondition: no more pictures than `job.pictures` names.
    func finish(_ job: Job, with pictures: [Picture<RGBImage>]) async throws

    /// Jobs that were queued or running, in the order in which they were added.
    func unfinishedJobs() async throws -> [Job]

    /// - Returns: nil when there is none of that name.
    func job(_ id: JobID) async throws -> Job?

    /// - Parameters:
    ///   - state: nil for all.
    ///   - before: only jobs that were added before this one; nil for the newest.
    /// - Returns: `limit` jobs at most, those added last first, whatever the clock said.
    func jobs(in state: JobState?, before: JobID?, limit: Int) async throws -> [Job]

    /// - Returns: the jobs of a grid by cell, as far as they are there; empty when there is none of that name.
    func jobs(ofGrid id: JobID) async throws -> [Job]
}
