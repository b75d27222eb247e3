import FoundationEssentials
import ImageCodecs
import Jobs

/// A small copy of a picture, for lists.
enum Thumbnail {
    /// In pixels.
    static let longestSide = 256
    private static let quality = 80

    /// - Throws: `.unreadablePicture` when the PNG is damaged or gone.
    static func make(of id: PictureID, png: URL, at file: URL) throws(StoreError) {
        let contents: [UInt8]
        do {
            contents = [UInt8](try Data(contentsOf: png))
        } catch {
            throw .file(png.path, reason: "\(error)")
        }
        let thumbnail: [UInt8]
        do throws(ImageCodecError) {
            thumbnail = try DecodedImage(decoding: contents).image.fitted(longestSide: longestSide).encoded(as: .webp, quality: quality)
        } catch {
            throw .unreadablePicture(id, error)
        }
        try DurableFile.makeFolder(file.deletingLastPathComponent())
        try DurableFile.write(thumbnail, to: file)
    }
}
