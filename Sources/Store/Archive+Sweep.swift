internal import FoundationEssentials
internal import GRDB
internal import Jobs

/// What was found when files and rows were compared.
public struct SweepReport: Sendable, Hashable {
    /// Files that no row knows; removed.
    public internal(set) var removedFiles = 0
    /// Pictures that were hidden, because somebody has taken their files away.
    public internal(set) var hiddenPictures = 0
    /// Pictures whose files are back.
    public internal(set) var shownPictures = 0
}

extension Archive {
    /// Compares all files with the database: removes pictures and thumbnails that no row knows, hides pictures without a file until
    /// it is back. Files that Easel has not named are left alone.
    ///
    /// It looks at every file, so it is for the background, once after the start. Jobs can be drawn meanwhile.
    public func sweep() async throws(StoreError) -> SweepReport {
        var report = SweepReport()
        for kind in DataFolder.Kind.allCases {
            for place in folders(of: kind) {
                // First the files, then who owns them: a file that is written meanwhile belongs to a job that is not done or to a row.
                let names = kind == .thumbnail ? try await thumbnailQueue.run { Self.names(in: place) } : Self.names(in: place)
                let owned = try await database.read { db in try Self.owned(names.compactMap(\.id), in: db) }
                for (name, id) in names where id.map({ !owned.contains($0) }) ?? false {
                    try DurableFile.remove(place.appending(path: name))
                    report.removedFiles += 1
                }
            }
        }
        try await hidePicturesWithoutFiles(&report)
        return report
    }

    private func folders(of kind: DataFolder.Kind) -> [URL] {
        let root = kind.root(in: folder)
        return ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).map { root.appending(path: $0) }
    }

    /// The files of a folder, with the pictures whose names they have, finished or not.
    private static func names(in place: URL) -> [(name: String, id: PictureID?)] {
        ((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []).map { name in
            (name, name.split(separator: ".").first.flatMap { PictureID($0) })
        }
    }

    /// Which of the pictures are in the database, or may come to be.
    private static func owned(_ ids: [PictureID], in db: Database) throws -> Set<PictureID> {
        let jobs = Set(ids.map(\.job)).map(\.description)
        let rows: SQLRequest<PictureRecord> = "SELECT * FROM picture WHERE job IN \(jobs)"
        let unfinished: SQLRequest<String> = "SELECT id FROM job WHERE id IN \(jobs) AND \(JobRecord.isUnfinished)"
        let known = Set(try rows.fetchAll(db).compactMap(\.id))
        let open = Set(try unfinished.fetchAll(db))
        return Set(ids.filter { known.contains($0) || open.contains($0.job.description) })
    }

    private func hidePicturesWithoutFiles(_ report: inout SweepReport) async throws(StoreError) {
        var last: Int64 = 0
        while true {
            let pictures = try await database.read { [last] db in
                let rows: SQLRequest<Row> = "SELECT number, job, place, is_missing FROM picture WHERE number > \(last) ORDER BY number LIMIT 1000"
                return try rows.fetchAll(db).map { row in
                    (number: row["number"] as Int64, id: PictureID("\(row["job"] as String)-\(row["place"] as Int)"), isHidden: row["is_missing"] as Bool)
                }
            }
            guard let end = pictures.last else { return }
            last = end.number
            for (_, id, isHidden) in pictures {
                guard let id, isHidden != (DurableFile.size(of: folder.picture(id)) == nil) else { continue }
                try await database.write { db in try db.execute(literal: "UPDATE picture SET is_missing = \(!isHidden) WHERE \(id.condition)") }
                if isHidden { report.shownPictures += 1 } else { report.hiddenPictures += 1 }
            }
        }
    }
}
