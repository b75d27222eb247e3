import FoundationEssentials
import Generation
import ImageCodecs
import Jobs

/// How far storing a job's pictures is.
enum FinishStage: String, Sendable, CaseIterable {
    /// The names of all files are chosen and noted in the database.
    case namesNoted
    /// A picture is on the disk under a temporary name.
    case fileWritten
    /// All pictures have their names.
    case filesNamed
    /// Rows are written, but not committed.
    case rowsWritten
    case committed
}

extension PictureFiles {
    /// Writes the PNG files of pictures; all of them or, when it throws, none.
    /// - Parameter pictures: with their files below the folder of pictures, where nothing is yet.
    /// - Returns: their sizes in bytes.
    func store(
        _ pictures: [(PictureID, Picture<RGBImage>, file: String)], onStage: @escaping @Sendable (FinishStage) -> Void
    ) async throws(StoreError) -> [Int] {
        guard !pictures.isEmpty else { return [] }
        return try await queue.run { () throws(StoreError) in
            var written: [URL] = []
            do throws(StoreError) {
                var byteCounts: [Int] = []
                for (id, picture, file) in pictures {
                    let url = folder.picture(file)
                    try DurableFile.makeFolder(url.deletingLastPathComponent())
                    byteCounts.append(try store(picture, id, at: url, onStage))
                    written.append(url)
                }
                for place in Set(written.map { $0.deletingLastPathComponent() }) { try DurableFile.syncFolder(place) }
                onStage(.filesNamed)
                return byteCounts
            } catch {
                try? removeNow(written)
                throw error
            }
        }
    }

    private func store(
        _ picture: Picture<RGBImage>, _ id: PictureID, at url: URL, _ onStage: (FinishStage) -> Void
    ) throws(StoreError) -> Int {
        let file: [UInt8]
        do {
            file = try picture.encoded(as: .png)
        } catch {
            throw .unencodablePicture(id, error)
        }
        try DurableFile.write(file, to: url, replacing: false) { onStage(.fileWritten) }
        return file.count
    }
}
