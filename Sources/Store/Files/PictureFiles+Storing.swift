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

extension PictureFiles {
    /// Writes the PNG files of a job's pictures; all of them or, when it throws, none.
    /// - Returns: their sizes in bytes.
    func store(
        _ pictures: [(PictureID, Picture<RGBImage>)], of job: JobID, onStage: @escaping @Sendable (FinishStage) -> Void
    ) async throws(StoreError) -> [Int] {
        guard !pictures.isEmpty else { return [] }
        return try await queue.run { () throws(StoreError) in
            do throws(StoreError) {
                let place = folder.folder(kind, of: job)
                try DurableFile.makeFolder(place)
                var byteCounts: [Int] = []
                for (id, picture) in pictures { byteCounts.append(try store(picture, id, onStage)) }
                try DurableFile.syncFolder(place)
                onStage(.filesNamed)
                return byteCounts
            } catch {
                for (id, _) in pictures { try? DurableFile.remove(url(id)) }
                throw error
            }
        }
    }

    private func store(_ picture: Picture<RGBImage>, _ id: PictureID, _ onStage: (FinishStage) -> Void) throws(StoreError) -> Int {
        let file: [UInt8]
        do {
            file = try picture.content.encoded(as: .png, parameters: picture.infotext)
        } catch {
            throw .unencodablePicture(id, error)
        }
        try DurableFile.write(file, to: url(id)) { onStage(.fileWritten) }
        return file.count
    }
}
