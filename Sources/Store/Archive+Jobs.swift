internal import FoundationEssentials
internal import GRDB
public import Generation
public import Jobs

extension Archive: JobArchive {
    public func add(_ job: Job, idempotencyKey: IdempotencyKey?) async throws -> Job {
        let client = job.request.client
        let (added, isReused) = try await database.write { db in
            if let idempotencyKey,
                let (row, pictures) = try JobRecord.fetch(
                    db, where: "client = \(client) AND idempotency_key = \(idempotencyKey.text)", order: "id"
                ).first
            {
                // Rows of older versions have no fingerprint: they are taken for the same.
                let isReused = row.idempotencyFingerprint.map { $0 != idempotencyKey.fingerprint } ?? false
                return (try row.job(pictures: pictures), isReused)
            }
            try JobRecord(job, idempotencyKey: idempotencyKey, number: JobRecord.nextNumber(in: db)).insert(db)
            for picture in job.request.generation.inputPictures {
                try db.execute(literal: "INSERT INTO input_use (sha256, job) VALUES (\(picture.sha256), \(job.id.description))")
            }
            return (job, false)
        }
        if isReused, let idempotencyKey { throw IdempotencyKeyReused(idempotencyKey, job: added.id) }
        return added
    }

    /// `job.pictures` and its finished runs are left as they are: `storeRun` and `finish` write them.
    public func update(_ job: Job) async throws(StoreError) {
        try await database.write { db in try JobRecord(job).updateOutcome(job.id, storesRuns: false, in: db) }
    }

    public func storeRun(_ job: Job, with pictures: [Picture<RGBImage>]) async throws(StoreError) {
        try await store(job, pictures)
    }

    public func finish(_ job: Job, with pictures: [Picture<RGBImage>]) async throws(StoreError) { try await store(job, pictures) }

    private func store(_ job: Job, _ pictures: [Picture<RGBImage>]) async throws(StoreError) {
        precondition(pictures.count <= job.pictures.count, "\(pictures.count) pictures for \(job.pictures.count) names")
        try await refuseEndedJob(job.id)
        let names = job.pictures.suffix(pictures.count)
        let (rows, warning) = try await storeFiles(of: Array(zip(names, pictures)), job.request, at: job.endedAt ?? .now)
        var job = job
        if let warning { job.warnings.append(warning) }
        let files = rows.compactMap(\.file)
        do throws(StoreError) {
            try await database.write { [onStage, job] db in
                for row in rows { try row.insert(db) }
                try Self.forgetFiles(files, in: db)
                try JobRecord(job).updateOutcome(job.id, storesRuns: true, in: db)
                onStage(.rowsWritten)
            }
        } catch {
            try? await pngFiles.remove(files.map(folder.picture))
            try? await forgetFiles(files)
            throw error
        }
        onStage(.committed)
    }

    /// Files of pictures that are in the gallery must not be overwritten.
    private func refuseEndedJob(_ id: JobID) async throws(StoreError) {
        let state = try await database.read { db in
            try SQLRequest<String>("SELECT state FROM job WHERE id = \(id.description)").fetchOne(db)
        }
        guard let state else { throw .noSuchJob(id) }
        if JobState(rawValue: state)?.isFinal == true { throw .jobHasEnded(id) }
    }

    public func unfinishedJobs() async throws(StoreError) -> [Job] {
        try await database.read { db in
            try JobRecord.fetch(db, where: JobRecord.isUnfinished, order: "number").map { try $0.row.job(pictures: $0.pictures) }
        }
    }

    /// Its pictures are those that are still there.
    public func job(_ id: JobID) async throws(StoreError) -> Job? {
        try await database.read { db in
            try JobRecord.fetch(db, where: "id = \(id.description)", order: "id").first.map { try $0.row.job(pictures: $0.pictures) }
        }
    }

    /// Where a job is in the list, or would about be: after the last of those with smaller names.
    private static func number(of id: JobID, in db: Database) throws -> Int64 {
        let known: SQLRequest<Int64> = "SELECT number FROM job WHERE id = \(id.description)"
        if let number = try known.fetchOne(db) { return number }
        let below: SQLRequest<Int64> = "SELECT max(number) FROM job WHERE id < \(id.description)"
        return (try below.fetchOne(db) ?? 0) + 1
    }

    /// Ended jobs that this version cannot read are left out.
    public func jobs(in state: JobState?, before: JobID?, limit: Int) async throws(StoreError) -> [Job] {
        try await database.read { db in
            var conditions: [SQL] = []
            if let state { conditions.append("state = \(state.rawValue)") }
            if let before { conditions.append("number < \(try Self.number(of: before, in: db))") }
            return try JobRecord.fetch(db, where: conditions.allHold, order: "number DESC", limit: max(0, limit))
                .compactMap { try? $0.row.job(pictures: $0.pictures) }
        }
    }
}

extension Archive {
    /// Jobs that this version cannot read are left out.
    public func jobs(ofGrid id: JobID) async throws(StoreError) -> [Job] {
        try await database.read { db in
            try JobRecord.fetch(db, where: "grid = \(id.description)", order: "number")
                .compactMap { try? $0.row.job(pictures: $0.pictures) }
                .sorted { ($0.request.grid?.cell ?? 0) < ($1.request.grid?.cell ?? 0) }
        }
    }
}

extension JobRecord {
    static let isUnfinished: SQL = "state IN (\(JobState.queued.rawValue), \(JobState.running.rawValue))"
}
