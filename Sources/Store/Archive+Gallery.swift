public import FoundationEssentials
internal import Generation
internal import GRDB
public import Jobs

extension Archive {
    /// Pictures that can be seen, those finished last first.
    /// - Parameters:
    ///   - before: only pictures that come after this one in the list; nil for the beginning. When it has been removed meanwhile, the
    ///     list goes on near where it was.
    ///   - limit: how many at most.
    ///   - query: any text; see `GallerySearch`. One without letters and digits finds everything.
    public func pictures(before: PictureID? = nil, limit: Int, matching query: String? = nil) async throws(StoreError) -> [GalleryPicture] {
        let search = GallerySearch(query ?? "")
        return try await database.read { db in
            var conditions = search.conditions + [PictureRecord.isShown]
            if let before { conditions.append("\(search.number) < \(try Self.number(of: before, in: db))") }
            let request: SQLRequest<PictureRecord> = """
                SELECT picture.* FROM \(search.source) WHERE \(conditions.allHold) ORDER BY \(search.number) DESC LIMIT \(max(0, limit))
                """
            return try request.fetchAll(db).compactMap(\.picture)
        }
    }

    /// Where a picture is in the list, or would about be: after the last of jobs that were added before its own, or else of those with
    /// smaller names.
    private static func number(of id: PictureID, in db: Database) throws -> Int64 {
        let known: SQLRequest<Int64> = "SELECT number FROM picture WHERE \(id.condition)"
        if let number = try known.fetchOne(db) { return number }
        let earlier: SQLRequest<Int64> = """
            SELECT max(picture.number) FROM picture JOIN job ON job.id = picture.job
            WHERE (job.number, picture.place) < ((SELECT number FROM job WHERE id = \(id.job.description)), \(id.index))
            """
        if let number = try earlier.fetchOne(db) { return number + 1 }
        let below: SQLRequest<Int64> = "SELECT max(number) FROM picture WHERE (job, place) < (\(id.job.description), \(id.index))"
        return (try below.fetchOne(db) ?? 0) + 1
    }

    /// - Returns: nil when there is none, or it is deleted.
    public func picture(_ id: PictureID) async throws(StoreError) -> GalleryPicture? {
        try await database.read { db in
            let request: SQLRequest<PictureRecord> = "SELECT * FROM picture WHERE \(id.condition) AND \(PictureRecord.isShown)"
            return try request.fetchOne(db)?.picture
        }
    }

    /// The picture's file.
    /// - Returns: nil when there is no such picture, or its file is gone.
    /// - Throws: `.changedPicture` when the file is not what was written.
    public func pngFile(_ id: PictureID) async throws(StoreError) -> URL? {
        guard let picture = try await picture(id), DurableFile.size(of: pngFiles.url(id)) != nil else { return nil }
        guard pngFiles.isWhole(id, byteCount: picture.details.content.byteCount) else { throw .changedPicture(id) }
        return pngFiles.url(id)
    }

    /// A WebP file of the picture with at most 256 pixels a side; made when it is first asked for.
    /// - Returns: nil when there is no such picture.
    /// - Throws: `.changedPicture` as `pngFile` does, and when the file cannot be decoded any more.
    public func thumbnail(_ id: PictureID) async throws(StoreError) -> URL? {
        guard let png = try await pngFile(id) else { return nil }
        return try await thumbnailFiles.thumbnail(of: id, png: png)
    }

    /// Takes a picture out of the gallery. It can be brought back until `applyRetention` removes it, ten minutes later or more.
    /// - Returns: false when there is none.
    public func delete(_ id: PictureID, at time: Date = .now) async throws(StoreError) -> Bool {
        try await database.write { db in
            try db.execute(literal: """
                UPDATE picture SET deleted_at = \(time.timeIntervalSinceReferenceDate) WHERE \(id.condition) AND deleted_at IS NULL
                """)
            return db.changesCount > 0
        }
    }

    /// Brings a deleted picture back.
    /// - Returns: false when it is not deleted, or gone for good.
    public func restore(_ id: PictureID) async throws(StoreError) -> Bool {
        try await database.write { db in
            try db.execute(literal: "UPDATE picture SET deleted_at = NULL WHERE \(id.condition) AND deleted_at IS NOT NULL")
            return db.changesCount > 0
        }
    }

    public func usage() async throws(StoreError) -> ArchiveUsage {
        try await database.read { db in
            let pictures: SQLRequest<Row> =
                "SELECT count(*) AS pictures, ifnull(sum(byte_count), 0) AS bytes FROM picture WHERE \(PictureRecord.isShown)"
            let row = try pictures.fetchOne(db)
            let states = try Row.fetchAll(db, sql: "SELECT state, count(*) AS jobs FROM job GROUP BY state")
            return ArchiveUsage(
                pictureCount: row?["pictures"] ?? 0, pictureBytes: row?["bytes"] ?? 0,
                jobs: states.reduce(into: [:]) { jobs, row in
                    if let state = JobState(rawValue: row["state"]) { jobs[state] = row["jobs"] }
                })
        }
    }
}
