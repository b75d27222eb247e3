internal import FoundationEssentials
internal import GRDB
internal import Jobs

/// The differences between files and rows.
public struct SweepReport: Sendable, Hashable {
    /// Files that no row knows; removed.
    public internal(set) var removedFiles = 0
    /// Pictures that were hidden, because their files are gone or are not what was written.
    public internal(set) var hiddenPictures = 0
    /// Pictures that are shown again, because their files are back.
    public internal(set) var shownPictures = 0
}

extension Archive {
    /// Compares all files with the database: hides pictures whose file is gone or changed until it is back; removes thumbnails that no row
    /// knows, and pictures whose names are ids, as earlier versions named them. All other files may be the user's and are left alone: those
    /// that a crash has left are noted, and were removed by the start.
    ///
    /// It looks at every file, so it is for the background, once after the start. Jobs can be drawn meanwhile.
    public func sweep() async throws(StoreError) -> SweepReport {
        var report = SweepReport()
        for files in [pngFiles, thumbnailFiles] {
            for place in files.folders {
                // First the files, then who owns them: what is written meanwhile belongs to an unfinished job, or has its row by then.
                let (pictures, removedCount) = try await files.contents(of: place)
                let owned = try await database.read { db in try Self.owned(pictures, in: db) }
                let orphans = pictures.filter { !owned.contains($0) }
                try await files.remove(orphans.map(files.url))
                report.removedFiles += removedCount + orphans.count
            }
        }
        try await comparePicturesWithFiles(&report)
        return report
    }

    /// Which of the pictures are in the database, or may come to be.
    private static func owned(_ pictures: [PictureID], in db: Database) throws -> Set<PictureID> {
        let jobs = Set(pictures.map(\.job.description))
        let rows: SQLRequest<PictureRecord> = "SELECT * FROM picture WHERE job IN \(jobs)"
        let unfinished: SQLRequest<String> = "SELECT id FROM job WHERE id IN \(jobs) AND \(JobRecord.isUnfinished)"
        let known = Set(try rows.fetchAll(db).compactMap(\.id))
        let open = Set(try unfinished.fetchAll(db))
        // A pattern of the user's may make the same names.
        let names: SQLRequest<String> = "SELECT file FROM picture WHERE file IN \(pictures.map(DataFolder.earlierName))"
        let named = Set(try names.fetchAll(db))
        return Set(pictures.filter {
            known.contains($0) || open.contains($0.job.description) || named.contains(DataFolder.earlierName($0))
        })
    }

    private func comparePicturesWithFiles(_ report: inout SweepReport) async throws(StoreError) {
        var last: Int64 = 0
        while true {
            let pictures = try await database.read { [last] db in
                let rows: SQLRequest<Row> = """
                    SELECT number, job, place, is_missing, byte_count, file FROM picture WHERE number > \(last) ORDER BY number LIMIT 1000
                    """
                return try rows.fetchAll(db).map { row in
                    (
                        number: row["number"] as Int64, id: PictureID("\(row["job"] as String)-\(row["place"] as Int)"),
                        isHidden: row["is_missing"] as Bool, byteCount: row["byte_count"] as Int, file: row["file"] as String?
                    )
                }
            }
            guard let end = pictures.last else { return }
            last = end.number
            let changes = pictures.compactMap { picture -> (id: PictureID, isMissing: Bool)? in
                guard let id = picture.id else { return nil }
                let file = folder.picture(picture.file ?? DataFolder.earlierName(id))
                let isMissing = !pngFiles.isWhole(file, byteCount: picture.byteCount)
                return isMissing == picture.isHidden ? nil : (id, isMissing)
            }
            if changes.isEmpty { continue }
            try await database.write { db in
                for change in changes {
                    try db.execute(literal: "UPDATE picture SET is_missing = \(change.isMissing) WHERE \(change.id.condition)")
                }
            }
            report.hiddenPictures += changes.count(where: \.isMissing)
            report.shownPictures += changes.count { !$0.isMissing }
        }
    }
}
