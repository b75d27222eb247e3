import FoundationEssentials
import Generation
import ImageCodecs
import Jobs

/// How far storing a job's pictures is.
enum FinishStage: String, Sendable, CaseIterable {
    /// A picture is on the disk under a temporary name.
    case fileWritten
    /// All pictures have their names.
    case filesNamed
    /// Rows are written, but not committed.
    case rowsWritten
    case committed
}

/// The files of pictures in a data folder.
struct PictureFiles: Sendable {
    let folder: DataFolder
    let onStage: @Sendable (FinishStage) -> Void
    private let queue = WorkQueue("easel.pictures")

    init(folder: DataFolder, onStage: @escaping @Sendable (FinishStage) -> Void) {
        self.folder = folder
        self.onStage = onStage
    }

    /// Writes the pictures of a job; all of them or, when it throws, none.
    /// - Returns: their sizes in bytes.
    func store(_ pictures: [(PictureID, FinishedPicture)], of job: JobID) async throws(StoreError) -> [Int] {
        guard !pictures.isEmpty else { return [] }
        return try await queue.run { () throws(StoreError) in
            do throws(StoreError) {
                return try write(pictures, of: job)
            } catch {
                for (id, _) in pictures { try? DurableFile.remove(folder.picture(id)) }
                throw error
            }
        }
    }

    private func write(_ pictures: [(PictureID, FinishedPicture)], of job: JobID) throws(StoreError) -> [Int] {
        let place = DataFolder.Kind.picture.folder(of: job, in: folder)
        try DurableFile.makeFolder(place)
        var byteCounts: [Int] = []
        for (id, picture) in pictures {
            let file: [UInt8]
            do {
                file = try picture.image.encoded(as: .png, parameters: picture.infotext)
            } catch {
                throw .unencodablePicture(id, error)
            }
            try DurableFile.write(file, to: folder.picture(id)) { onStage(.fileWritten) }
            byteCounts.append(file.count)
        }
        try DurableFile.syncFolder(place)
        onStage(.filesNamed)
        return byteCounts
    }

    /// Removes the files of pictures, and their thumbnails.
    func discard(_ pictures: [PictureID]) async throws(StoreError) {
        try await queue.run { () throws(StoreError) in
            for id in pictures {
                try DurableFile.remove(folder.picture(id))
                try DurableFile.remove(folder.thumbnail(id))
            }
        }
    }

    /// Removes what a crash has left behind of an unfinished job.
    func removeLeftovers(of job: JobID) throws(StoreError) {
        let place = DataFolder.Kind.picture.folder(of: job, in: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        for name in names where name.hasPrefix("\(job)-") { try DurableFile.remove(place.appending(path: name)) }
    }
}
