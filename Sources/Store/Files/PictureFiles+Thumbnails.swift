import FoundationEssentials
import Generation
import ImageCodecs
import Jobs

extension PictureFiles {
    /// In pixels.
    static let thumbnailSide = 256
    private static let thumbnailQuality = 80

    /// The thumbnail of a picture, made when it is not there yet.
    /// - Returns: nil when the PNG is gone.
    /// - Throws: `.changedPicture` when it is damaged.
    func thumbnail(of id: PictureID, png: URL) async throws(StoreError) -> URL? {
        try await queue.run { () throws(StoreError) in
            let file = url(id)
            if isWhole(file, byteCount: nil) { return file }
            guard let contents = try? Data(contentsOf: png) else { return nil }
            let thumbnail: [UInt8]
            do throws(ImageCodecError) {
                let picture = try DecodedImage(decoding: [UInt8](contents)).image
                thumbnail = try picture.fitted(longestSide: Self.thumbnailSide).encoded(as: .webp, quality: Self.thumbnailQuality)
            } catch {
                throw .changedPicture(id)
            }
            try DurableFile.makeFolder(file.deletingLastPathComponent())
            try DurableFile.write(thumbnail, to: file)
            return file
        }
    }
}
