import FoundationEssentials
import GRDB
import Generation
import Jobs

/// A job's row.
struct JobRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "job"

    private(set) var id: String
    private(set) var client: String
    private(set) var idempotencyKey: String?
    /// nil in rows of versions that did not keep it.
    private(set) var idempotencyFingerprint: String?
    /// A `JobRequest` in JSON.
    private(set) var request: String
    private(set) var state: String
    private(set) var attempts: Int
    private(set) var submittedAt: Double
    private(set) var startedAt: Double?
    private(set) var endedAt: Double?
    private(set) var failure: String?
    /// An `ErrorReason` in JSON; nil where there is none, and in rows of versions that did not keep it.
    private(set) var failureReason: String?
    /// Runs whose pictures are stored or that were skipped.
    private(set) var finishedRuns: Int
    /// A list of `Notice`s in JSON; nil for none.
    private(set) var warnings: String?
    /// Rises with each that was added; nil where that is not looked at.
    private(set) var number: Int64?
    /// Name of the grid that the job is a cell of; nil for a job of its own.
    private(set) var grid: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, client, request, state, attempts, failure, warnings, number, grid
        case failureReason = "failure_reason"
        case finishedRuns = "finished_runs"
        case idempotencyKey = "idempotency_key"
        case idempotencyFingerprint = "idempotency_fingerprint"
        case submittedAt = "submitted_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
    }

    init(_ job: Job, idempotencyKey: IdempotencyKey? = nil, number: Int64? = nil) throws {
        id = job.id.description
        client = job.request.client
        self.idempotencyKey = idempotencyKey?.text
        idempotencyFingerprint = idempotencyKey?.fingerprint
        request = String(decoding: try JSONEncoder().encode(job.request), as: UTF8.self)
        state = job.state.rawValue
        attempts = job.attempts
        submittedAt = job.submittedAt.timeIntervalSinceReferenceDate
        startedAt = job.startedAt?.timeIntervalSinceReferenceDate
        endedAt = job.endedAt?.timeIntervalSinceReferenceDate
        failure = job.failure
        failureReason = try job.failureReason.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        finishedRuns = job.finishedRuns
        warnings = job.warnings.isEmpty ? nil : String(decoding: try JSONEncoder().encode(job.warnings), as: UTF8.self)
        self.number = number
        grid = job.request.grid?.id.description
    }

    /// The number of the next job that is added.
    static func nextNumber(in db: Database) throws -> Int64 { try (Int64.fetchOne(db, sql: "SELECT max(number) FROM job") ?? 0) + 1 }

    /// Writes down what has become of the job.
    /// - Parameter storesRuns: whether its finished runs are written as well.
    /// - Throws: `StoreError.noSuchJob`
    func updateOutcome(_ id: JobID, storesRuns: Bool, in db: Database) throws {
        let columns: [CodingKeys] =
            [.state, .attempts, .startedAt, .endedAt, .failure, .failureReason, .warnings] + (storesRuns ? [.finishedRuns] : [])
        do {
            try update(db, columns: columns.map(\.rawValue))
        } catch RecordError.recordNotFound {
            throw StoreError.noSuchJob(id)
        }
    }

    /// - Throws: `StoreError.unreadableJob` for what another version has written.
    func job(pictures: [PictureID]) throws -> Job {
        guard let id = JobID(id), let state = JobState(rawValue: state) else {
            throw StoreError.unreadableJob(self.id, reason: "its state is \"\(state)\"")
        }
        let request: JobRequest
        do {
            request = try JSONDecoder().decode(JobRequest.self, from: Data(self.request.utf8))
        } catch {
            throw StoreError.unreadableJob(self.id, reason: "\(error)")
        }
        var job = Job(id: id, request, submittedAt: Date(timeIntervalSinceReferenceDate: submittedAt))
        job.state = state
        job.attempts = attempts
        job.startedAt = startedAt.map(Date.init(timeIntervalSinceReferenceDate:))
        job.endedAt = endedAt.map(Date.init(timeIntervalSinceReferenceDate:))
        job.failure = failure
        // The sentence is there still when another version has written the data.
        job.failureReason = failureReason.flatMap { try? JSONDecoder().decode(ErrorReason.self, from: Data($0.utf8)) }
        job.finishedRuns = finishedRuns
        // Nobody misses a job for its warnings.
        job.warnings = warnings.flatMap { try? JSONDecoder().decode([Notice].self, from: Data($0.utf8)) } ?? []
        job.pictures = pictures
        return job
    }
}

extension JobRecord {
    /// A request's fields as they are where a stored request does not have them: it is laid over these before it is read. The model and the
    /// prompt have no default.
    private static let defaults: String = {
        let request = JobRequest(model: "", generation: GenerationRequest(prompt: ""))
        return (try? JSONEncoder().encode(request)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }()

    /// Rows and the pictures of theirs that are shown.
    static func fetch(
        _ db: Database, where condition: SQL, order: SQL, limit: Int? = nil
    ) throws -> [(row: JobRecord, pictures: [PictureID])] {
        let request: SQLRequest<Row> = """
            SELECT job.*, CASE WHEN json_valid(request) THEN json_patch(json_remove(\(defaults), '$.model', \
            '$.generation.prompt'), request) ELSE request END AS whole_request, (
                SELECT group_concat(place) FROM picture WHERE picture.job = job.id AND deleted_at IS NULL AND is_missing = 0
            ) AS places
            FROM job WHERE \(condition) ORDER BY \(order) LIMIT \(limit ?? -1)
            """
        return try request.fetchAll(db).map { row in
            var record = try JobRecord(row: row)
            record.request = row["whole_request"]
            let places = (row["places"] as String? ?? "").split(separator: ",").compactMap { Int($0) }.sorted()
            return (record, JobID(record.id).map { id in places.map { PictureID(id, $0) } } ?? [])
        }
    }
}
