public import Files
internal import FoundationEssentials
internal import GRDB
internal import Generation
internal import Glibc
internal import Jobs
internal import Synchronization

/// A picture's own part of its file's name.
struct PictureNaming: Sendable {
    private let values: [FileNamePattern.Placeholder: String]

    /// - Parameters:
    ///   - request: of the picture's job.
    ///   - date: when the job was done.
    init(_ id: PictureID, _ picture: Picture<RGBImage>, of request: JobRequest, at date: Date) {
        let time = LocalTime(date)
        values = [
            .date: time.day, .time: time.time, .seed: "\(picture.seed)", .job: id.job.description,
            .prompt: SafeFileName.words(in: picture.prompt, mostBytes: 80),
            .model: SafeFileName.words(in: request.model, mostBytes: 60, keeping: "._+"),
            .sampler: SafeFileName.words(in: GenerationField.sampler.infotext(of: request.generation) ?? "", mostBytes: 40, keeping: "._+"),
            .width: "\(picture.content.width)", .height: "\(picture.content.height)",
        ]
    }

    /// A text for a placeholder.
    /// - Parameter number: that of the picture in its folder; nil while it is not known.
    func text(for placeholder: FileNamePattern.Placeholder, number: Int?) -> String {
        placeholder == .number ? number.map { LocalTime.padded($0, digits: 4) } ?? "" : values[placeholder] ?? ""
    }
}

extension Archive {
    /// Names new files by a pattern from now on; those that are there keep their names.
    /// - Parameter pattern: asked for each job that is finished.
    public func nameFiles(by pattern: @escaping @Sendable () -> FileNamePattern) { fileNames.withLock { $0 = pattern } }

    /// Writes the files of pictures, and notes them down before: a crash leaves no file that nobody knows. Their rows have yet to be
    /// written, and the notes to be removed.
    ///
    /// A picture that was drawn is not lost for its name: where the disk does not take those of the pattern, names follow from ids.
    /// - Parameter date: when the pictures' job was done.
    /// - Returns: the rows, with a warning for the user when their files have other names than they should.
    func storeFiles(
        of pictures: [(PictureID, Picture<RGBImage>)], _ request: JobRequest, at date: Date
    ) async throws(StoreError) -> (rows: [PictureRecord], warning: Notice?) {
        let pattern = fileNames.withLock { $0 }()
        let namings = pictures.map { PictureNaming($0, $1, of: request, at: date) }
        let note = { @Sendable [folder] (db: Database) in
            try namings.map { try Self.noteFile(for: $0, by: pattern, in: folder, db) }
        }
        do throws(StoreError) {
            return (try await storeFiles(of: pictures, request, at: date, noting: note), nil)
        } catch {
            let reason: String
            switch error {
            case .file(_, let why), .noPermission(_, let why): reason = why
            default: throw error
            }
            let files = pictures.map { DataFolder.earlierName($0.0) }
            let rows = try await storeFiles(of: pictures, request, at: date) { db in
                try files.map { file in
                    try db.execute(literal: "INSERT INTO loose_file (file) VALUES (\(file))")
                    return file
                }
            }
            let warning = Notice(
                .namedByID, ["detail": .text(reason), "setting": "picture_names"],
                "The files of the pictures are named by ids, because the names of picture_names could not be written (\(reason)).")
            return (rows, warning)
        }
    }

    /// - Parameter note: chooses a file for each picture, one that nothing has yet, and notes it down.
    private func storeFiles(
        of pictures: [(PictureID, Picture<RGBImage>)], _ request: JobRequest, at date: Date,
        noting note: @escaping @Sendable (Database) throws -> [String]
    ) async throws(StoreError) -> [PictureRecord] {
        let files = try await database.write(note)
        onStage(.namesNoted)
        do throws(StoreError) {
            let named = zip(pictures, files).map { ($0.0, $0.1, file: $1) }
            let byteCounts = try await pngFiles.store(named, onStage: onStage)
            return zip(named, byteCounts).map { picture, byteCount in
                PictureRecord(picture.0, picture.1, of: request, createdAt: date, file: picture.file, byteCount: byteCount)
            }
        } catch {
            try? await forgetFiles(files)
            throw error
        }
    }

    private static func noteFile(
        for picture: PictureNaming, by pattern: FileNamePattern, in folder: DataFolder, _ db: Database
    ) throws -> String {
        let file = try freeFile(for: picture, by: pattern, in: folder, db)
        try db.execute(literal: "INSERT INTO loose_file (file) VALUES (\(file))")
        return file
    }

    private static func freeFile(
        for picture: PictureNaming, by pattern: FileNamePattern, in folder: DataFolder, _ db: Database
    ) throws -> String {
        var number: Int?
        if pattern.uses(.number) {
            number = try nextNumber(of: pattern.folder { picture.text(for: $0, number: nil) } + "/", in: db)
        }
        let stem = pattern.path { picture.text(for: $0, number: number) }
        var file = stem + ".png"
        while try isTaken(file, in: folder, db) { file = "\(stem)-\(try nextNumber(of: stem, from: 2, in: db)).png" }
        return file
    }

    /// Counts on, so that a thousand equal names are no thousand questions for each.
    private static func nextNumber(of stem: String, from first: Int = 1, in db: Database) throws -> Int {
        let next: SQLRequest<Int> = """
            INSERT INTO name_number (stem, number) VALUES (\(stem), \(first))
            ON CONFLICT (stem) DO UPDATE SET number = number + 1 RETURNING number
            """
        return try next.fetchOne(db) ?? first
    }

    private static func isTaken(_ file: String, in folder: DataFolder, _ db: Database) throws -> Bool {
        let known: SQLRequest<Bool> = """
            SELECT EXISTS (SELECT 1 FROM picture WHERE file = \(file) COLLATE NOCASE)
                OR EXISTS (SELECT 1 FROM loose_file WHERE file = \(file))
            """
        if try known.fetchOne(db) == true { return true }
        return DurableFile.isTaken(folder.picture(file))
    }

    /// Files that were noted are in the way no more: they were never written, or are removed.
    func forgetFiles(_ files: [String]) async throws(StoreError) {
        try await database.write { db in try Self.forgetFiles(files, in: db) }
    }

    static func forgetFiles(_ files: [String], in db: Database) throws {
        for file in files { try db.execute(literal: "DELETE FROM loose_file WHERE file = \(file)") }
    }
}
