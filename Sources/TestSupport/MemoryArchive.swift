import FoundationEssentials
public import Generation
public import Jobs

/// Keeps jobs as a database would, for as long as it lives: a service that takes over one finds what another has left.
public actor MemoryArchive: JobArchive {
    /// Something that an archive does and that can fail.
    public enum Operation: Sendable { case add, update, storeRun, finish, read }

    private struct Key: Hashable {
        let client: String
        let key: String
    }

    private var known: [JobID: Job] = [:]
    private var keys: [Key: (job: JobID, fingerprint: String)] = [:]
    /// The number of jobs that were added before each job.
    private var numbers: [JobID: Int] = [:]
    private var failures: [Operation: any Error] = [:]
    /// Stored pictures, by job.
    public private(set) var pictures: [JobID: [Picture<RGBImage>]] = [:]
    /// States that were written down, in order.
    public private(set) var history: [JobID: [JobState]] = [:]
    /// Jobs that were finished more than once: none, if all is well.
    public private(set) var finishedTwice: Set<JobID> = []
    /// Each write comes by here, before it does anything.
    public nonisolated let writes = Gate()

    public init() {}

    /// Lets an operation fail from now on; nil: no more.
    public func fail(_ operation: Operation, with error: (any Error)?) { failures[operation] = error }

    public var jobCount: Int { known.count }

    public func add(_ job: Job, idempotencyKey: IdempotencyKey?) async throws -> Job {
        try await writes.pass()
        try check(.add)
        if let idempotencyKey {
            let key = Key(client: job.request.client, key: idempotencyKey.text)
            if let used = keys[key], let first = known[used.job] {
                guard used.fingerprint == idempotencyKey.fingerprint else { throw IdempotencyKeyReused(idempotencyKey, job: first.id) }
                return first
            }
            keys[key] = (job.id, idempotencyKey.fingerprint)
        }
        set(job)
        return job
    }

    public func update(_ job: Job) async throws {
        try await writes.pass()
        try check(.update)
        var job = job
        if let known = known[job.id] { (job.pictures, job.finishedRuns) = (known.pictures, known.finishedRuns) }
        set(job)
    }

    public func storeRun(_ job: Job, with pictures: [Picture<RGBImage>]) async throws {
        precondition(pictures.count <= job.pictures.count, "\(job.pictures.count) pictures are named, and \(pictures.count) given")
        try await writes.pass()
        try check(.storeRun)
        self.pictures[job.id, default: []] += pictures
        set(job)
    }

    public func finish(_ job: Job, with pictures: [Picture<RGBImage>]) async throws {
        precondition(pictures.count <= job.pictures.count, "\(job.pictures.count) pictures are named, and \(pictures.count) given")
        try await writes.pass()
        try check(.finish)
        if known[job.id]?.state.isFinal == true { finishedTwice.insert(job.id) }
        self.pictures[job.id, default: []] += pictures
        set(job)
    }

    public func unfinishedJobs() async throws -> [Job] {
        try check(.read)
        return known.values.filter { !$0.state.isFinal }.sorted { number($0.id) < number($1.id) }
    }

    public func job(_ id: JobID) async throws -> Job? {
        try check(.read)
        return known[id]
    }

    public func jobs(in state: JobState?, before: JobID?, limit: Int) async throws -> [Job] {
        try check(.read)
        let wanted = known.values.filter { job in
            (state == nil || job.state == state) && (before.map { number(job.id) < number($0) } ?? true)
        }
        return Array(wanted.sorted { number($0.id) > number($1.id) }.prefix(limit))
    }

    public func jobs(ofGrid id: JobID) async throws -> [Job] {
        try check(.read)
        return known.values.filter { $0.request.grid?.id == id }.sorted { ($0.request.grid?.cell ?? 0) < ($1.request.grid?.cell ?? 0) }
    }

    private func check(_ operation: Operation) throws {
        // As a database does for a task that is cancelled.
        try Task.checkCancellation()
        if let failure = failures[operation] { throw failure }
    }

    private func number(_ id: JobID) -> Int { numbers[id] ?? .max }

    private func set(_ job: Job) {
        if known[job.id] == nil { numbers[job.id] = known.count }
        known[job.id] = job
        history[job.id, default: []].append(job.state)
    }
}
