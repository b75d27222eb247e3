public import FoundationEssentials
internal import GRDB
internal import Generation
internal import Jobs

extension Archive {
    /// How long a deleted picture can be brought back at least, in seconds.
    public static let undoSeconds = 600.0
    /// How long an ended job is kept that has no pictures, in seconds: 30 days.
    public static let jobSeconds = 30 * 86_400.0

    /// Removes what is not to be kept any more: deleted pictures after `undoSeconds`, pictures beyond a number or an age, ended jobs
    /// without pictures after `jobSeconds`, pictures that no job begins with. To be called now and then.
    ///
    /// Favourites go only when the user deletes them, and do not count among those that are kept.
    /// - Parameters:
    ///   - keepCount: pictures that are kept beside the favourites, the newest; 0 for all.
    ///   - keepDays: days that pictures are kept that are no favourites; 0 for ever.
    /// - Returns: how many pictures were removed.
    @discardableResult
    public func applyRetention(keepCount: Int, keepDays: Double, now: Date = .now) async throws(StoreError) -> Int {
        let time = now.timeIntervalSinceReferenceDate
        var conditions: [SQL] = ["deleted_at < \(time - Self.undoSeconds)"]
        if keepDays > 0 { conditions.append("is_favourite = 0 AND created_at < \(time - keepDays * 86_400)") }
        if keepCount > 0 {
            conditions.append("""
                is_favourite = 0 AND number <= (
                    SELECT number FROM picture WHERE is_favourite = 0 AND \(PictureRecord.isShown)
                    ORDER BY number DESC LIMIT 1 OFFSET \(keepCount)
                )
                """)
        }
        var count = 0
        for condition in conditions { count += try await removePictures(where: condition) }
        while try await removeOldJobs(endedBefore: time - Self.jobSeconds) {}
        try await removeUnusedInputs(at: now)
        return count
    }

    /// A crash between the rows and the files leaves files that are noted, which the next start removes. Some at a time, so that nobody
    /// waits long.
    private func removePictures(where condition: SQL) async throws(StoreError) -> Int {
        var count = 0
        while true {
            let removed = try await database.write { db in
                let request: SQLRequest<PictureRecord> =
                    "DELETE FROM picture WHERE number IN (SELECT number FROM picture WHERE \(condition) LIMIT 200) RETURNING *"
                return try request.fetchAll(db).compactMap { row in
                    guard let id = row.id, let path = row.path else { return nil }
                    try db.execute(literal: "INSERT OR IGNORE INTO loose_file (file) VALUES (\(path))")
                    return (id: id, file: path)
                } as [(id: PictureID, file: String)]
            }
            if removed.isEmpty { return count }
            try await pngFiles.remove(removed.map { folder.picture($0.file) })
            try await thumbnailFiles.remove(removed.map { thumbnailFiles.url($0.id) })
            try await forgetFiles(removed.map(\.file))
            count += removed.count
        }
    }

    /// Removes the pictures that no job begins with any more.
    private func removeUnusedInputs(at now: Date) async throws(StoreError) {
        let old = try await inputPictures.old(at: now)
        for start in stride(from: 0, to: old.count, by: 500) {
            let some = Array(old[start..<min(start + 500, old.count)])
            let used = try await database.read { db in
                let request: SQLRequest<String> = "SELECT DISTINCT sha256 FROM input_use WHERE sha256 IN \(some.map(\.sha256))"
                return Set(try request.fetchAll(db))
            }
            _ = try await inputPictures.remove(some.filter { !used.contains($0.sha256) }, at: now)
        }
    }

    /// - Returns: whether there may be more.
    private func removeOldJobs(endedBefore time: Double) async throws(StoreError) -> Bool {
        try await database.write { db in
            try db.execute(literal: """
                DELETE FROM job WHERE id IN (
                    SELECT id FROM job WHERE ended_at < \(time) AND NOT EXISTS (SELECT 1 FROM picture WHERE picture.job = job.id) LIMIT 500
                )
                """)
            return db.changesCount == 500
        }
    }
}
