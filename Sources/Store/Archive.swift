import Files
import FoundationEssentials
internal import GRDB
internal import Generation
internal import Jobs
internal import Synchronization

/// Jobs and pictures that outlast the process: a database and a folder of files.
///
/// Everything is on the disk once a method has returned. Cancelling a task does not stop what it has asked of the archive.
public final class Archive: Sendable {
    public let folder: DataFolder
    let database: ArchiveDatabase
    let pngFiles: PictureFiles
    let thumbnailFiles: PictureFiles
    /// The pictures that jobs begin with.
    public let inputPictures: InputPictures
    /// The pattern by which new files are named.
    let fileNames: Mutex<@Sendable () -> FileNamePattern>
    /// Called while pictures are stored.
    let onStage: @Sendable (FinishStage) -> Void
    private let lock: FolderLock

    /// Opens a data folder, or makes one that only this user can read.
    ///
    /// Removes pictures of unfinished jobs that a crash has left. An unfinished job that this version cannot read fails.
    /// - Throws: `StoreError.folderInUse` when another server has it open, `.newerDatabase`, `.damagedDatabase`, or what the disk says.
    public convenience init(_ folder: DataFolder) throws(StoreError) {
        try self.init(folder, onStage: { _ in })
    }

    /// - Parameter onStage: tests end the process there.
    init(_ folder: DataFolder, onStage: @escaping @Sendable (FinishStage) -> Void) throws(StoreError) {
        try PrivateFolder.prepareNamed(folder.url)
        let lock = try Self.lock(folder)
        // SQLite gives the files beside the database the rights that this one has.
        try DurableFile.makePrivate(folder.database)
        for suffix in ["-wal", "-shm"] { try DurableFile.makePrivate(URL(filePath: folder.database.path + suffix), isMade: false) }
        let database = try ArchiveDatabase(folder.database)
        let pngFiles = PictureFiles(.picture, in: folder)
        for (job, pictures) in try database.writeBlocking(Self.unfinishedJobs) { try pngFiles.removeAll(of: job, but: pictures) }
        try Self.removeLooseFiles(pngFiles, database)
        self.folder = folder
        self.lock = lock
        self.database = database
        self.pngFiles = pngFiles
        self.onStage = onStage
        fileNames = Mutex { .standard }
        thumbnailFiles = PictureFiles(.thumbnail, in: folder)
        inputPictures = InputPictures(folder.inputs)
    }

    /// - Throws: `.folderInUse` when another server holds it.
    private static func lock(_ folder: DataFolder) throws(StoreError) -> FolderLock {
        do {
            return try FolderLock(file: folder.lock.path)
        } catch {
            switch error {
            case .held: throw .folderInUse(folder.url.path)
            case .system(let code): throw StoreError(folder.lock.path, errno: code)
            }
        }
    }

    /// Removes what a crash has left of pictures that were about to be stored or removed.
    private static func removeLooseFiles(_ files: PictureFiles, _ database: ArchiveDatabase) throws(StoreError) {
        let loose = try database.writeBlocking { db in try String.fetchAll(db, sql: "SELECT file FROM loose_file") }
        if loose.isEmpty { return }
        try files.removeNow(loose.map(files.folder.picture), isPartial: true)
        try database.writeBlocking { db in try forgetFiles(loose, in: db) }
    }

    /// Names of jobs that are to be drawn, and of all pictures of theirs that have rows. Jobs that cannot be read are failed.
    private static func unfinishedJobs(_ db: Database) throws -> [(job: JobID, pictures: Set<PictureID>)] {
        let reason = String(decoding: try JSONEncoder().encode(ErrorReason(.unreadableJob)), as: UTF8.self)
        let unfinished = try JobRecord.fetch(db, where: JobRecord.isUnfinished, order: "id")
        for (row, _) in unfinished where (try? row.job(pictures: [])) == nil {
            try db.execute(literal: """
                UPDATE job SET state = \(JobState.failed.rawValue), ended_at = \(Date.now.timeIntervalSinceReferenceDate),
                failure_reason = \(reason),
                failure = 'What was asked for was written down by another version of Easel. Submit it again.' WHERE id = \(row.id)
                """)
        }
        return try unfinished.compactMap { row, _ in
            guard let job = JobID(row.id) else { return nil }
            let rows: SQLRequest<PictureRecord> = "SELECT * FROM picture WHERE job = \(row.id)"
            return (job, Set(try rows.fetchAll(db).compactMap(\.id)))
        }
    }
}
