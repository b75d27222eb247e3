internal import Files
internal import FoundationEssentials
public import Generation
internal import GRDB

extension Archive {
    /// The latest picture of each model, by the models' names.
    public func lastDrawings() async throws(StoreError) -> [String: LastDrawing] {
        try await database.read(Self.lastDrawings)
    }

    /// The same of a data folder that a server may have open meanwhile. Nothing is written.
    /// - Returns: nothing when there is no such folder.
    public static func lastDrawings(in folder: DataFolder) throws(StoreError) -> [String: LastDrawing] {
        let path = folder.database.path
        guard PathKind(path) == .file else { return [:] }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        do {
            return try DatabaseQueue(path: path, configuration: configuration).read(lastDrawings)
        } catch {
            throw StoreError(error, database: path)
        }
    }

    private static func lastDrawings(_ db: Database) throws -> [String: LastDrawing] {
        // The index of models has the numbers: one row is read for each model.
        let request: SQLRequest<PictureRecord> = """
            SELECT * FROM picture WHERE number IN (SELECT max(number) FROM picture WHERE \(PictureRecord.isShown) GROUP BY model)
            """
        return try request.fetchAll(db).reduce(into: [:]) { $0[$1.model] = $1.lastDrawing }
    }
}

extension PictureRecord {
    /// nil when no picture can have its name.
    fileprivate var lastDrawing: LastDrawing? {
        id.map {
            LastDrawing(
                picture: "\($0)", time: Date(timeIntervalSinceReferenceDate: createdAt), steps: steps, sampler: sampler,
                cfgScale: cfgScale, width: width, height: height)
        }
    }
}
