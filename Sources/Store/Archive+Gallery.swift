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
    ///   - filter: what the pictures have in common beside.
    public func pictures(
        before: PictureID? = nil, limit: Int, matching query: String? = nil, filter: GalleryFilter = GalleryFilter()
    ) async throws(StoreError) -> [GalleryPicture] {
        let search = GallerySearch(query ?? "")
        return try await database.read { db in
            var conditions = search.conditions + filter.conditions + [PictureRecord.isShown]
            if let before { conditions.append("\(search.number) < \(try Self.number(of: before, in: db))") }
            return try Self.pictures(
                "FROM \(search.source) WHERE \(conditions.allHold) ORDER BY \(search.number) DESC LIMIT \(max(0, limit))", in: db)
        }
    }

    /// How many pictures `pictures` would find without a limit.
    public func pictureCount(matching query: String? = nil, filter: GalleryFilter = GalleryFilter()) async throws(StoreError) -> Int {
        let search = GallerySearch(query ?? "")
        let conditions = search.conditions + filter.conditions + [PictureRecord.isShown]
        return try await database.read { db in
            let request: SQLRequest<Int> = "SELECT count(*) FROM \(search.source) WHERE \(conditions.allHold)"
            return try request.fetchOne(db) ?? 0
        }
    }

    /// - Parameter source: rows of `picture`: `FROM …`.
    private static func pictures(_ source: SQL, in db: Database) throws -> [GalleryPicture] {
        let request: SQLRequest<Row> = """
            SELECT picture.*, (SELECT json_group_array(album) FROM album_picture WHERE album_picture.picture = picture.number) AS albums
            \(source)
            """
        return try request.fetchAll(db).compactMap { row in
            let albums = try JSONDecoder().decode([String].self, from: Data((row["albums"] as String? ?? "[]").utf8))
            return try PictureRecord(row: row).picture(albums: albums.sorted())
        }
    }

    /// What the pictures can be narrowed down by, and how many there are of each.
    public func facets() async throws(StoreError) -> GalleryFacets {
        try await database.read { db in
            func counts(_ request: SQLRequest<Row>) throws -> [GalleryFacets.Count] {
                try request.fetchAll(db).map { GalleryFacets.Count(name: $0["name"], count: $0["count"]) }
            }
            var facets = GalleryFacets()
            facets.models = try counts("""
                SELECT model AS name, count(*) AS count FROM picture WHERE \(PictureRecord.isShown) GROUP BY model ORDER BY count DESC, name
                """)
            facets.samplers = try counts("""
                SELECT sampler AS name, count(*) AS count FROM picture WHERE \(PictureRecord.isShown) AND sampler IS NOT NULL
                GROUP BY sampler ORDER BY count DESC, name
                """)
            facets.albums = try counts("""
                SELECT album AS name, count(*) AS count FROM album_picture JOIN picture ON picture.number = album_picture.picture
                WHERE \(PictureRecord.isShown) GROUP BY album ORDER BY album
                """)
            facets.days = try counts("""
                SELECT day AS name, count(*) AS count FROM picture WHERE \(PictureRecord.isShown) GROUP BY day ORDER BY day DESC
                """)
            let favourites: SQLRequest<Int> = "SELECT count(*) FROM picture WHERE is_favourite = 1 AND \(PictureRecord.isShown)"
            facets.favourites = try favourites.fetchOne(db) ?? 0
            facets.total = facets.models.reduce(0) { $0 + $1.count }
            return facets
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
            try Self.pictures("FROM picture WHERE \(id.condition) AND \(PictureRecord.isShown)", in: db).first
        }
    }

    /// The picture's file.
    /// - Returns: nil when there is no such picture, or its file is gone.
    /// - Throws: `.changedPicture` when the file is not what was written.
    public func pngFile(_ id: PictureID) async throws(StoreError) -> URL? {
        guard let picture = try await picture(id) else { return nil }
        return try pngFile(of: picture)
    }

    /// The file of a picture that was just found.
    /// - Returns: nil when it is gone.
    /// - Throws: `.changedPicture` when the file is not what was written.
    public func pngFile(of picture: GalleryPicture) throws(StoreError) -> URL? {
        let file = folder.picture(picture.file)
        guard DurableFile.size(of: file) != nil else { return nil }
        guard pngFiles.isWhole(file, byteCount: picture.details.content.byteCount) else { throw .changedPicture(picture.id) }
        return file
    }

    /// A WebP file of the picture with at most 256 pixels a side; made when it is first asked for.
    /// - Returns: nil when there is no such picture.
    /// - Throws: `.changedPicture` as `pngFile` does, and when the file cannot be decoded any more.
    public func thumbnail(_ id: PictureID) async throws(StoreError) -> URL? {
        guard let png = try await pngFile(id) else { return nil }
        return try await thumbnailFiles.thumbnail(of: id, png: png)
    }

    /// Changes what the gallery keeps about pictures; all of them at once.
    /// - Returns: those that there are. The others are left out.
    public func change(_ ids: [PictureID], _ change: GalleryChange) async throws(StoreError) -> Set<PictureID> {
        try await database.write { db in
            var changed: Set<PictureID> = []
            for id in ids {
                let known: SQLRequest<Int64> = "SELECT number FROM picture WHERE \(id.condition) AND \(PictureRecord.isShown)"
                guard let number = try known.fetchOne(db) else { continue }
                changed.insert(id)
                if let isFavourite = change.isFavourite {
                    try db.execute(literal: "UPDATE picture SET is_favourite = \(isFavourite) WHERE number = \(number)")
                }
                if change.albums != nil { try db.execute(literal: "DELETE FROM album_picture WHERE picture = \(number)") }
                for album in (change.albums ?? []).union(change.addedAlbum.map { [$0] } ?? []) {
                    try db.execute(literal: "INSERT OR IGNORE INTO album_picture (album, picture) VALUES (\(album), \(number))")
                }
                if let album = change.removedAlbum {
                    try db.execute(literal: "DELETE FROM album_picture WHERE album = \(album) AND picture = \(number)")
                }
            }
            return changed
        }
    }

    /// Gives an album another name. Deleted pictures that can be brought back have it, too.
    public func renameAlbum(_ name: String, to newName: String) async throws(StoreError) -> AlbumRenaming {
        try await database.write { db in
            let count = try Self.pictureCount(ofAlbum: name, in: db)
            guard count > 0 else { return .unknown }
            guard newName != name else { return .renamed(pictureCount: count) }
            guard try Self.pictureCount(ofAlbum: newName, in: db) == 0 else { return .taken }
            // A deleted picture may be in both.
            try db.execute(literal: "UPDATE OR REPLACE album_picture SET album = \(newName) WHERE album = \(name)")
            return .renamed(pictureCount: count)
        }
    }

    /// Takes all pictures out of an album, which is no more then. The pictures stay.
    /// - Returns: how many were in it; 0 when there is no such album.
    public func removeAlbum(_ name: String) async throws(StoreError) -> Int {
        try await database.write { db in
            let count = try Self.pictureCount(ofAlbum: name, in: db)
            // One whose pictures are all deleted is none, and stays for those that are brought back.
            if count > 0 { try db.execute(literal: "DELETE FROM album_picture WHERE album = \(name)") }
            return count
        }
    }

    private static func pictureCount(ofAlbum name: String, in db: Database) throws -> Int {
        let request: SQLRequest<Int> = """
            SELECT count(*) FROM album_picture JOIN picture ON picture.number = album_picture.picture
            WHERE album = \(name) AND \(PictureRecord.isShown)
            """
        return try request.fetchOne(db) ?? 0
    }

    /// Takes a picture out of the gallery. It can be brought back until `applyRetention` removes it, ten minutes later or more.
    /// - Returns: false when there is none.
    public func delete(_ id: PictureID, at time: Date = .now) async throws(StoreError) -> Bool {
        try await !delete([id], at: time).isEmpty
    }

    /// Takes pictures out of the gallery, all of them at once.
    /// - Returns: those that were there. The others are left out.
    public func delete(_ ids: [PictureID], at time: Date = .now) async throws(StoreError) -> Set<PictureID> {
        try await database.write { db in
            var deleted: Set<PictureID> = []
            for id in ids {
                try db.execute(literal: """
                    UPDATE picture SET deleted_at = \(time.timeIntervalSinceReferenceDate) WHERE \(id.condition) AND deleted_at IS NULL
                    """)
                if db.changesCount > 0 { deleted.insert(id) }
            }
            return deleted
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
